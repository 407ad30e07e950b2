"""A guest: a User-mode Linux kernel with an engine in it, and the program that carries its network."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dockermagic.engine.embedded import guest_command, subnets
from dockermagic.engine.embedded.disk import Disk
from dockermagic.engine.embedded.guest_command import GUEST_NAME, MACHINE, GuestSettings
from dockermagic.engine.embedded.mconsole import Console
from dockermagic.engine.embedded.memory import EVERY, Memory, held
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.ports import Forward
from dockermagic.errors import EngineError

HERE = Path(__file__).parent
PYTHON = [sys.executable, "-E", "-s", "-S"]
BUFFER = 4 << 20
"""Bytes that may wait between guest and network."""
PATIENCE = 5.0
"""Seconds that the network's program may think over an order."""

Tell = Callable[[str, Any], None]
"""Told what happens: ("step", "network"), ("failed", "disk"), ("ended", "guest")."""


class Guest:
    """One guest, from its start to its end.

    It must be started from the process's main thread: the kernel ends it together with the thread that started it.

    Parameters:
        parts: the package's folder.
        tell: told from another thread what happens.
    """

    def __init__(self, parts: Path, places: Places, settings: GuestSettings, tell: Tell) -> None:
        self._parts, self._places, self._settings, self._tell = parts, places, settings, tell
        self._frames: tuple[socket.socket, socket.socket] | None = None
        self._orders: socket.socket | None = None
        self._network: subprocess.Popen[bytes] | None = None
        self._kernel: subprocess.Popen[bytes] | None = None
        self._number = 0
        self._stopping = False
        self._over = threading.Event()
        self._console = Console(places.run / MACHINE / GUEST_NAME / "mconsole")

    def start(self, name: str, disk: Disk) -> None:
        """Start the network and the kernel; what follows is told.

        Parameters:
            name: the guest's host name.

        Raises:
            EngineError: one of them cannot be started.
        """
        self._lay_out(name, disk)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                end.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        self._frames = ours, theirs
        self.start_network()
        command = guest_command.linux(self._parts, self._places, self._settings, disk, theirs.fileno())
        cpu = random.choice(sorted(os.sched_getaffinity(0)))  # noqa: S311  # so that several users' guests do not all take the first
        order = guest_command.confined(self._parts, self._places, self._settings, disk, command, cpu)
        self._kernel = subprocess.Popen(
            [*PYTHON, str(HERE / "confine.py"), order],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # an interrupt that is meant for a cell does not reach it
        )
        threading.Thread(target=self._listen, args=(self._kernel,), name="dockermagic guest", daemon=True).start()
        threading.Thread(target=self._tend, args=(self._kernel,), name="dockermagic memory", daemon=True).start()

    def _lay_out(self, name: str, disk: Disk) -> None:
        places = self._places
        shutil.rmtree(places.run / MACHINE, ignore_errors=True)
        for folder in (places.exchange, places.run / MACHINE):
            folder.mkdir(mode=0o700, exist_ok=True)
        places.socket.unlink(missing_ok=True)
        for link, target in (("root", self._parts / "root.sqsh"), ("data", places.data), ("base", disk.base)):
            (places.run / link).unlink(missing_ok=True)
            (places.run / link).symlink_to(target)
        exchange = places.exchange
        dockerd = subnets.options(subnets.routes(_said(Path("/proc/net/route"))))
        settings = guest_command.guest_settings(os.environ, name, _said(Path("/etc/resolv.conf")), dockerd, grow=disk.grow)
        (exchange / "settings").write_text(settings)
        (exchange / "folders").write_text("".join(f"{folder}\n" for folder in self._settings.folders))
        (exchange / "ca.crt").write_bytes(_certificates())

    def start_network(self) -> None:
        """Start what carries the network; also anew, beside a guest that runs on."""
        if self._frames is None:
            return
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mine.settimeout(PATIENCE)
        frames = self._frames[0].fileno()
        self._network = subprocess.Popen(
            [*PYTHON, str(HERE / "network.py"), str(self._parts / "lib"), str(frames), str(its.fileno()), str(self._places.socket)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(frames, its.fileno()),
            start_new_session=True,
        )
        its.close()
        self._orders = mine
        try:
            ready = bool(mine.recv(BUFFER))
        except OSError:
            ready = False
        if not ready:
            self._network.kill()
            said = self._network.communicate()[1].decode(errors="replace").strip().splitlines()
            raise EngineError(f"The guest's network cannot be started: {said[-1] if said else 'its program ended'}.")
        threading.Thread(target=self._watch, args=(self._network,), name="dockermagic network", daemon=True).start()

    def _watch(self, network: subprocess.Popen[bytes]) -> None:
        if network.stderr is not None:
            for line in network.stderr:
                self._tell("log", f"network: {line.decode(errors='replace').rstrip()}")
            network.stderr.close()
        network.wait()
        if network is self._network and not self._stopping:
            self._tell("ended", "network")

    def _listen(self, kernel: subprocess.Popen[bytes]) -> None:
        if kernel.stdout is not None:
            for raw in kernel.stdout:
                line = raw.decode(errors="replace").rstrip()
                word, rest = guest_command.step_of(line)
                self._tell(word or "log", rest if word else f"guest: {line}")
            kernel.stdout.close()
        kernel.wait()
        self._over.set()
        self._tell("ended", "guest")

    def forward(self, port: Forward, *, close: bool = False) -> str:
        """Open a port of the host, or close it; says why it cannot be had."""
        if self._orders is None:
            return "the network is not there"
        self._number += 1
        order = {"number": self._number, "do": "close" if close else "open", "udp": port.protocol == "udp"}
        order |= {"host": port.host, "port": port.port, "guest": port.guest, "to": port.port}
        try:
            self._orders.send(json.dumps(order).encode())
            while (answer := json.loads(self._orders.recv(BUFFER) or b"{}")).get("number") != self._number:
                if not answer:
                    return "the network has ended"
        except (OSError, ValueError) as error:
            return str(error)
        return str(answer["refusal"])

    @property
    def alive(self) -> bool:
        """Whether the kernel runs."""
        return self._kernel is not None and self._kernel.poll() is None

    @property
    def pid(self) -> int:
        """The kernel's process id; 0 before it was started."""
        return self._kernel.pid if self._kernel is not None else 0

    def stop(self, patience: float) -> bool:
        """Shut the guest down, as its power button would; end it when that takes too long.

        Parameters:
            patience: seconds that it may take to write everything down.

        Returns:
            Whether it ended by itself.
        """
        self._stopping = True
        self._over.set()
        clean = True
        if self.alive and self._kernel is not None:
            with contextlib.suppress(OSError):
                self._console.press()
            deadline = time.monotonic() + patience
            try:
                self._kernel.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                clean = False
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._kernel.pid, signal.SIGKILL)
                self._kernel.wait()
        self._let_go()
        return clean

    def _tend(self, kernel: subprocess.Popen[bytes]) -> None:
        """Give the host back what an idle guest does not need, as long as it runs."""
        memory = Memory(self._console, lambda: held(kernel.pid))
        while not self._over.wait(EVERY):
            with contextlib.suppress(OSError, EngineError):
                given = memory.look()
                if given:
                    self._tell("log", f"memory: {given} MB given back, {held(kernel.pid)} MB held")

    def _let_go(self) -> None:
        if self._network is not None:
            self._network.kill()
            self._network.wait()
        for each in (self._orders, *(self._frames or ())):
            if each is not None:
                each.close()
        self._orders, self._frames = None, None
        self._places.socket.unlink(missing_ok=True)


def _said(path: Path) -> str:
    """Give what a file of this machine says; nothing when it cannot be read."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _certificates() -> bytes:
    """Give the authorities that this machine trusts, for what dockerd fetches."""
    for path in (os.environ.get("SSL_CERT_FILE", ""), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"):
        with contextlib.suppress(OSError):
            if path:
                return Path(path).read_bytes()
    return b""
