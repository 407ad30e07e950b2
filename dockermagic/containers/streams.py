"""Connections to the programs in containers: attached ones that are read here, and terminals that somebody else draws.

Source: Engine API, POST /containers/{id}/attach, POST /exec/{id}/start and …/resize.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

DIAL_WITHIN = 10.0
HEAD_WITHIN = 60.0
"""Seconds that an engine has to turn a connection over: the start of an exec is in it."""
LONGEST_HEAD = 1 << 16
LONGEST_REFUSAL = 1 << 16
PIECE = 1 << 16


def hijack(engine: Engine, path: str, body: Mapping[str, Any] | None = None) -> socket.socket:
    """Ask an engine for a connection that leads to a program.

    Parameters:
        path: without the API version; body: sent as JSON.

    Raises:
        EngineError: the engine refused, in its own words.
        OSError: the connection broke.
    """
    data = b"" if body is None else json.dumps(body).encode()
    connection = engine.address.dial(timeout=DIAL_WITHIN)
    try:
        connection.settimeout(HEAD_WITHIN)
        head = (
            f"POST {engine.path(path)} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        connection.sendall(head.encode("latin-1") + data)
        answer = _head(connection)
        status = answer.split(b" ", 2)[1:2]
        # 101 from Docker; 200 from what takes the old way of turning a connection over, without a word about it.
        if status not in ([b"101"], [b"200"]):
            raise EngineError(_refusal(answer, connection))
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return connection


def _head(connection: socket.socket) -> bytes:
    """Read the head of an answer, byte by byte: what follows it is the program's."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < LONGEST_HEAD:
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError("it hung up in the middle of its answer")
        head += byte
    return head


def _refusal(head: bytes, connection: socket.socket) -> str:
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = min(int(lengths[0]) if lengths and lengths[0].strip().isdigit() else 0, LONGEST_REFUSAL)
    body = b""
    with contextlib.suppress(OSError):
        while len(body) < length and (more := connection.recv(length - len(body))):
            body += more
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return head.split(b"\r\n")[0].decode("latin-1")


def attach_path(id: str, *, stdin: bool, stdout: bool, stderr: bool, detach_keys: str = "", logs: bool = False) -> str:
    """Give the path that attaches to a container's program."""
    query = {"stream": "1", "stdin": int(stdin), "stdout": int(stdout), "stderr": int(stderr), "logs": int(logs)}
    keys = {"detachKeys": detach_keys} if detach_keys else {}
    return f"/containers/{id}/attach?{urlencode({**query, **keys})}"


class Attached:
    """A connection to a program: its output is read, its input written, from two threads at a time at most."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._closed = threading.Event()

    def read(self) -> bytes:
        """Wait for output and give it; nothing at its end.

        Raises:
            OSError: the connection broke.
        """
        try:
            return self._connection.recv(PIECE)
        except (ConnectionResetError, ValueError):
            return b""
        except OSError:
            if self._closed.is_set():
                return b""
            raise

    def write(self, data: bytes) -> None:
        """Send input; it may wait for the program to read.

        Raises:
            OSError: the connection broke.
        """
        self._connection.sendall(data)

    def end_input(self) -> None:
        """Say that no more input comes."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        """Send input in a thread of its own, then say that no more comes: the program need not read while it prints."""

        def work() -> None:
            with contextlib.suppress(OSError):
                self.write(data)
            self.end_input()

        if data:
            threading.Thread(target=work, name="dockermagic input", daemon=True).start()
        else:
            self.end_input()

    def close(self) -> None:
        """Hang up; whoever reads comes to an end."""
        if not self._closed.is_set():
            self._closed.set()
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()


class Terminal(Attached):
    """A program on a terminal, for `views.console.open_console`.

    Parameters:
        resized: tells the engine the terminal's size in cells (columns, rows).
        ended: says how the program ended, in a sentence; it is called once, when the output has ended.
    """

    def __init__(self, connection: socket.socket, resized: Callable[[int, int], None], ended: Callable[[], str]) -> None:
        super().__init__(connection)
        self._resized, self._ended = resized, ended

    def resize(self, columns: int, rows: int) -> None:
        """Tell the program how large its terminal is, in cells; that it has ended meanwhile is no failure."""
        with contextlib.suppress(EngineError, OSError):
            self._resized(columns, rows)

    def finish(self) -> str:
        """Say how the program ended, in a sentence."""
        return self._ended()


def open_terminal_stream(engine: Engine, id: str, *, exec_id: str = "", ended: Callable[[], str] = str, keys: str = "") -> Terminal:
    """Connect to a program on a terminal.

    Parameters:
        id: the container; its program must have a terminal (`-t`).
        exec_id: the exec, whose program is started with this; empty for the container's own program.
        ended: see `Terminal`.
        keys: those that let go of the terminal.

    Raises:
        EngineError: the engine refused. OSError: the connection broke.
    """
    if exec_id:
        connection = hijack(engine, f"/exec/{exec_id}/start", {"Detach": False, "Tty": True})
    else:
        connection = hijack(engine, attach_path(id, stdin=True, stdout=True, stderr=True, detach_keys=keys))
    target = f"/exec/{exec_id}" if exec_id else f"/containers/{id}"

    def resized(columns: int, rows: int) -> None:
        post(engine, f"{target}/resize?{urlencode({'h': rows, 'w': columns})}")

    return Terminal(connection, resized, ended)


def post(engine: Engine, path: str, body: Mapping[str, Any] | None = None, timeout: float | None = 30.0) -> bytes:
    """Send a request whose answer is short, and give the answer.

    Raises:
        EngineError: the engine refused, in its own words. OSError: the connection broke.
    """
    exchange = engine.exchange(timeout)
    data = None if body is None else json.dumps(body).encode()
    try:
        exchange.send("POST", engine.path(path), {"Content-Type": "application/json"} if data else {}, data)
        return b"".join(exchange)
    finally:
        exchange.close()
