"""The supervisor's door: a socket where each process that uses the engine keeps a connection, and is told its state as it changes.

A line of JSON each way. {"do": "join"} is answered with states, one a line, as long as the connection lasts: its end is the
user's end. {"do": "status"} is answered with one state; {"do": "stop"}, {"do": "keep"} likewise, and carried out.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from dockermagic.engine.embedded.state import State

SLOW = 2.0
"""Seconds that a user may take to read; one who does not read is let go."""


class Door:
    """Serves the socket from threads of its own.

    Parameters:
        path: of the socket; for its owner alone.
        order: given what is asked for besides states: "stop", "keep"; also "came" and "went", for users.
    """

    def __init__(self, path: Path, order: Callable[[str], None]) -> None:
        self._order = order
        self._lock = threading.Lock()
        self._users: set[socket.socket] = set()
        self._state = State()
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            self._listener.bind(str(path))
        finally:
            os.umask(before)
        self._listener.listen(64)
        threading.Thread(target=self._accept, name="dockermagic door", daemon=True).start()

    @property
    def users(self) -> int:
        """How many processes have joined."""
        with self._lock:
            return len(self._users)

    def told(self, state: State) -> None:
        """Tell every user the state as it is now."""
        with self._lock:
            self._state = state
            users = list(self._users)
        for user in users:
            with contextlib.suppress(OSError):  # its own thread notices
                user.sendall(state.line())

    def close(self) -> None:
        """Let nobody in any more, and let go of who is in."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who waits at it
        self._listener.close()
        with self._lock:
            users = list(self._users)
        for user in users:
            with contextlib.suppress(OSError):
                user.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                asking, _ = self._listener.accept()
                asking.settimeout(SLOW)
                threading.Thread(target=self._serve, args=(asking,), name="dockermagic user", daemon=True).start()

    def _serve(self, asking: socket.socket) -> None:
        with asking, contextlib.suppress(OSError, ValueError):
            with asking.makefile("rb") as lines:
                wish = json.loads(lines.readline()).get("do")
            if wish == "join":
                self._stay(asking)
                return
            if wish in ("stop", "keep"):
                self._order(wish)
            with self._lock:
                answer = self._state
            asking.sendall(answer.line())

    def _stay(self, user: socket.socket) -> None:
        try:
            with self._lock:  # else what is told meanwhile would arrive before this, and this be taken for the latest
                user.sendall(self._state.line())
                self._users.add(user)
            self._order("came")
            while True:
                try:
                    if not user.recv(4096):
                        return
                except TimeoutError:
                    continue
        finally:
            with self._lock:
                self._users.discard(user)
            self._order("went")
