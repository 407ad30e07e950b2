"""A dockerd of this machine's own, private or rootless, beside whatever else runs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time

from dockermagic.engine.embedded import machine
from dockermagic.engine.embedded.follow import ask
from dockermagic.engine.embedded.guest import Tell
from dockermagic.engine.embedded.ladder import RungName
from dockermagic.engine.embedded.machine import program
from dockermagic.engine.embedded.native_command import private, rootless
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.ports import Forward
from dockermagic.engine.embedded.running import prove
from dockermagic.errors import EngineError


class Native:
    """A dockerd that runs as a process of this machine."""

    def __init__(self, rung: RungName, places: Places, tell: Tell) -> None:
        self._rung, self._places, self._tell = rung, places, tell
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; "ready" is told when it answers.

        Raises:
            EngineError: it cannot be started.
        """
        places = self._places
        places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        places.exchange.mkdir(mode=0o700, exist_ok=True)
        places.socket.unlink(missing_ok=True)
        (places.exchange / "daemon.json").write_text("{}")
        variables = dict(os.environ)
        if self._rung == "private dockerd":
            command = private(program("dockerd"), places, beside=machine.other_engine())
        else:
            command = rootless(program("dockerd-rootless.sh"), places)
            variables["XDG_RUNTIME_DIR"] = str(places.run)
        with places.engine_log.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=variables, start_new_session=True
                )
            except OSError as error:
                raise EngineError(f"{command[0]}: {error.strerror or error}") from error
        self._tell("dockerd", "")
        threading.Thread(target=self._watch, args=(self._process,), name="dockermagic dockerd", daemon=True).start()
        threading.Thread(target=self._await, args=(self._process,), name="dockermagic ready", daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._tell("ended", "dockerd")

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
            # `unshare` does not pass signals on: its child, the first process inside, does.
            for pid in _children(process.pid) or [process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                clean = False
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._places.socket.unlink(missing_ok=True)
        return clean


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []
