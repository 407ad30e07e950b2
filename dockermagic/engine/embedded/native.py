"""A dockerd of this machine's own, private or rootless, beside whatever else runs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from dockermagic.engine.embedded import machine
from dockermagic.engine.embedded.follow import ask, stop_containers
from dockermagic.engine.embedded.guest import HERE, PYTHON, Tell
from dockermagic.engine.embedded.ladder import RungName
from dockermagic.engine.embedded.machine import program
from dockermagic.engine.embedded.native_command import private, rootless, rootless_variables, settings
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.ports import Forward
from dockermagic.engine.embedded.running import CONTAINERS_STOP_WITHIN, prove
from dockermagic.errors import EngineError

LOOKED_AT = 16 << 10
"""Bytes at the end of a log in which the reason of an end is looked for."""
SAYS_NOTHING = re.compile(r"\+ |time=|: exit status|.*exited: exit status|.*parsing message from fd")
"""Lines that give no reason: what a script traces, what is only warned of, and that something else has ended."""


class Native:
    """A dockerd that runs as a process of this machine."""

    def __init__(self, rung: RungName, places: Places, tell: Tell) -> None:
        self._rung, self._places, self._tell = rung, places, tell
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    def start(self) -> None:
        """Start it; "ready" is told when it answers.

        It must be started from the process's main thread: the kernel ends it together with the thread that started it.

        Raises:
            EngineError: it cannot be started.
        """
        command, variables = self._lay_out()
        with self._places.engine_log.open("ab") as log:
            self._log_began = log.tell()
            try:
                self._process = subprocess.Popen(
                    [*PYTHON, str(HERE / "tied.py"), str(os.getpid()), *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=variables,
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineError(f"{command[0]}: {error.strerror or error}") from error
        self._tell("dockerd", "")
        threading.Thread(target=self._watch, args=(self._process,), name="dockermagic dockerd", daemon=True).start()
        threading.Thread(target=self._await, args=(self._process,), name="dockermagic ready", daemon=True).start()

    def _lay_out(self) -> tuple[list[str], dict[str, str]]:
        """Prepare the folders; give the command and its variables."""
        places = self._places
        places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        places.exchange.mkdir(mode=0o700, exist_ok=True)
        self._sweep()
        (places.exchange / "daemon.json").write_text(settings(places))
        # dockerd looks for programs where an ordinary user does not.
        variables = {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:{machine.SYSTEM_PATH}"}
        if self._rung == "private dockerd":
            beside = machine.other_engine()
            self._tell("apart", "yes" if beside else "")
            return private(program("dockerd"), places, beside=beside), variables
        return rootless(program("dockerd-rootless.sh"), places), {**variables, **rootless_variables(os.environ, places)}

    def _sweep(self) -> None:
        """Remove what is left of a run; numbers of processes in there may be others' in a new namespace of processes."""
        places = self._places
        for folder in ("exec", "runc", "rootlesskit"):
            _remove(places.run / folder)
        for file in (places.socket, places.run / "dockerd.pid"):
            file.unlink(missing_ok=True)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        why = last_words(self._said())
        self._tell("ended", f"dockerd ({why})" if why else "dockerd")

    def _said(self) -> str:
        """Give what was written since the start."""
        with contextlib.suppress(OSError), self._places.engine_log.open("rb") as log:
            log.seek(max(self._log_began, log.seek(0, os.SEEK_END) - LOOKED_AT))
            return log.read().decode(errors="replace")
        return ""

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                ask(self._places.socket, "/_ping", timeout=5)
                self._places.socket.chmod(0o600)
                self._tell("ready", "")
                return
            time.sleep(0.05)

    def prove(self) -> None:
        """Run a container on it."""
        prove(self._places.socket)

    def forward(self, port: Forward, *, close: bool = False) -> str:
        """Do nothing: it publishes ports itself."""
        return ""

    def renew_network(self) -> None:
        """Do nothing: its network is this machine's."""

    def stop(self, patience: float) -> bool:
        """Ask it to end; end it when that takes too long."""
        process, clean = self._process, True
        if process is not None and process.poll() is None:
            stop_containers(self._places.socket, CONTAINERS_STOP_WITHIN)
            # `unshare` does not pass signals on: its child, the first process inside, does. RootlessKit does it itself.
            inside = _children(process.pid) if self._rung == "private dockerd" else []
            for pid in inside or [process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                clean = False
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._sweep()
        return clean


def _remove(folder: Path) -> None:
    """Remove a folder of ours, also what is in folders that their owner may not enter: rootless dockerd makes such."""
    for above, names, _ in os.walk(folder):
        for path in (os.path.join(above, name) for name in names):
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def last_words(said: str) -> str:
    """Give the line that says why a dockerd ended; "" when none does."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not SAYS_NOTHING.match(line)]
    last = lines[-1] if lines else ""
    return last if len(last) < 300 else f"{last[:100]} … {last[-190:]}"


def forget(places: Places) -> None:
    """Remove the images, containers and volumes.

    Raises:
        EngineError: they cannot be removed.
    """
    folder = places.data / "docker"
    rootlesskit = program("rootlesskit") if os.getuid() else ""
    if rootlesskit and folder.exists():  # what its containers wrote belongs to others than us outside
        subprocess.run([rootlesskit, "rm", "-rf", str(folder)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    _remove(folder)
    if folder.exists():
        raise EngineError(f"What the engine kept in {folder} cannot be removed.", f"Remove it yourself: sudo rm -rf {folder}")
