"""The embedded engine, as a process that uses it sees it: start it, join it, ask it, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dockermagic.engine.embedded import disk
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.state import State, read
from dockermagic.errors import EngineError, EngineNotFound

OPENS_WITHIN = 20.0
"""Seconds that a supervisor may take to open its door."""
ENDS_WITHIN = 40.0
Tell = Callable[[State], None]


class Link:
    """This process's place at the engine: as long as it is there, the engine is kept; what changes is told.

    Parameters:
        connection: to the supervisor's door.
    """

    def __init__(self, places: Places, connection: socket.socket) -> None:
        self.places = places
        self._connection = connection
        self._changed = threading.Condition()
        self._states: list[State] = []
        self._over = False
        connection.sendall(b'{"do": "join"}\n')
        threading.Thread(target=self._read, name="dockermagic engine", daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._connection.makefile("rb") as lines:
            for line in lines:
                with self._changed:
                    self._states.append(read(line))
                    self._changed.notify_all()
        with self._changed:
            self._over = True
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether the supervisor has ended."""
        return self._over

    @property
    def state(self) -> State:
        """The latest that was told."""
        return self._states[-1] if self._states else State()

    def wait(self, tell: Tell) -> State:
        """Wait until the engine answers, or cannot be started; each change on the way is told.

        Returns:
            A state whose phase is "ready", "failed" or "stopped".
        """
        if self.state.phase == "ready" and not self._over:
            return self.state
        seen = max(0, len(self._states) - 1)  # each state tells all of a start; of an earlier one nothing is to be told
        while True:
            with self._changed:
                while len(self._states) == seen and not self._over:
                    self._changed.wait(0.5)  # an interrupt gets through in between
                fresh, seen = self._states[seen:], len(self._states)
                over = self._over
            for state in fresh:
                tell(state)
            latest = self.state
            if latest.phase in ("ready", "failed", "stopped"):
                return latest
            if over:
                return State(phase="failed", said="The process that keeps the engine has ended.", refusals=latest.refusals)

    def close(self) -> None:
        """Leave: when nobody else is there, the engine ends after a while."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def knock(places: Places) -> socket.socket | None:
    """Open a connection to the supervisor; None when there is none."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(places.control))
    except OSError:
        connection.close()
        return None
    return connection


def ask(places: Places, wish: str = "status") -> State | None:
    """Ask the supervisor for its state, or to do something ("stop", "keep"); None when there is none."""
    connection = knock(places)
    if connection is None:
        return None
    with connection, contextlib.suppress(OSError, ValueError):
        connection.settimeout(10)
        connection.sendall(json.dumps({"do": wish}).encode() + b"\n")
        with connection.makefile("rb") as lines:
            return read(lines.readline())
    return None


def join(places: Places, settings: str) -> Link:
    """Join the engine; when there is none, have one started.

    Parameters:
        settings: of one that is to be started, as `supervisor.Settings` writes them.

    Raises:
        EngineNotFound: the supervisor cannot be started.
    """
    deadline = time.monotonic() + OPENS_WITHIN
    started: subprocess.Popen[bytes] | None = None
    while True:
        connection = knock(places)
        if connection is not None:
            with contextlib.suppress(OSError):
                return Link(places, connection)
        if time.monotonic() > deadline:
            raise EngineNotFound("The process that keeps the embedded engine does not come up.", f"Look into {places.log}.")
        if started is None or started.poll() is not None:
            # One that ended at once found the lock taken: by one that is just ending, or just coming up.
            started = _start(places, settings)
        time.sleep(0.02)


def _start(places: Places, settings: str) -> subprocess.Popen[bytes]:
    ours = str(Path(__file__).parents[3])
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH", ""))))}
    try:
        with places.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dockermagic.engine.embedded.supervisor", settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=variables,
                start_new_session=True,
            )
    except OSError as error:
        raise EngineNotFound(f"The embedded engine cannot be started: {error.strerror or error}.", f"See {places.run}.") from error


def stop(places: Places) -> bool:
    """Stop the engine, whoever uses it, and wait until it has ended.

    Returns:
        Whether there was one.

    Raises:
        EngineError: it does not end.
    """
    import fcntl

    asked = ask(places, "stop")
    if asked is None:
        return False
    deadline = time.monotonic() + ENDS_WITHIN
    while time.monotonic() < deadline:
        with places.lock.open("a") as lock, contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.05)
    raise EngineError(f"The embedded engine does not end (process {asked.pid}).", f"kill {asked.pid}")


def reset(places: Places) -> None:
    """Stop the engine, and forget its images, containers and volumes.

    Raises:
        EngineError: it does not end, or they cannot be removed.
    """
    from dockermagic.engine.embedded import native

    stop(places)
    disk.reset(places)
    native.forget(places)


def logs(places: Places, most: int = 200) -> str:
    """Give the last lines of what the engine and its supervisor wrote."""
    told = []
    for path in (places.log, places.engine_log):
        with contextlib.suppress(OSError):
            told += path.read_text(errors="replace").splitlines()[-most:]
    return "\n".join(told)
