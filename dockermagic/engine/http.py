"""HTTP to an engine where docker-py is in the way: bodies that stream both ways, and upgrades."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping

from dockermagic.engine.address import Address
from dockermagic.errors import EngineError

DIAL_WITHIN = 10.0
UPGRADE_WITHIN = 20.0
"""Seconds that an engine has to turn a connection over."""
LONGEST_HEAD = 1 << 16
LONGEST_REFUSAL = 1 << 16
"""Bytes of an error answer that are read; it is to be told in a sentence or two."""


class _Connection(http.client.HTTPConnection):
    """An HTTP connection over whatever the address dials."""

    auto_open = 0
    """Closed is closed: else a request that is closed just before it is sent would dial once more, and nobody could end that."""

    def __init__(self, address: Address, timeout: float | None) -> None:
        super().__init__("localhost")
        self._address, self._patience = address, timeout

    def connect(self) -> None:
        self.sock = self._address.dial(timeout=min(self._patience or DIAL_WITHIN, DIAL_WITHIN))
        self.sock.settimeout(self._patience)


class Exchange:
    """One request on a connection of its own, whose answer is read while it comes.

    Closing it, from any thread, ends the request at once: an engine cancels a build whose client goes away.

    Parameters:
        timeout: seconds to wait for each part of the answer; None to wait as long as it takes.
    """

    def __init__(self, address: Address, timeout: float | None = None) -> None:
        self._connection = _Connection(address, timeout)
        self._response: http.client.HTTPResponse | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self.closed = False

    def send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | Iterable[bytes] | None = None
    ) -> None:
        """Send the request and wait for the head of the answer.

        Parameters:
            method, path: as in HTTP; the path carries the API version and the query.
            headers: further headers.
            body: bytes, or slices of bytes that are sent in chunks as they come.

        Raises:
            EngineError: the engine refused (status 400 and above), in its own words.
            OSError: the connection broke, or was closed from here.
        """
        self._connect()
        chunked = body is not None and not isinstance(body, bytes)
        all_headers = {"Content-Length": "0"} if body is None and method == "POST" else {}
        with _told_as_broken():
            self._request(method, path, body, {**all_headers, **(headers or {})}, chunked)
            self._response = self._connection.getresponse()
            if self._response.status >= 400:
                status = self._response.status
                raise EngineError(refusal(self._response.read(LONGEST_REFUSAL), status), status=status)

    def _connect(self) -> None:
        self._connection.connect()
        with self._lock:
            self._socket = self._connection.sock
            if not self.closed:
                return
        # Closed while it was dialling: nothing must be asked of the engine any more.
        self._connection.close()
        raise ConnectionAbortedError("it was closed from here")

    def _request(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None, headers: Mapping[str, str], chunked: bool
    ) -> None:
        try:
            self._connection.request(method, path, body=body, headers=headers, encode_chunked=chunked)
        except (BrokenPipeError, ConnectionResetError):
            # An engine that refuses a body answers before it has read all of it; what it says is worth more than the broken pipe.
            if self.closed or not chunked:
                raise

    def header(self, name: str) -> str:
        """Give a header of the answer; empty when it has none of that name."""
        return (self._response.getheader(name) or "") if self._response is not None else ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the answer's body in slices, as they arrive.

        Raises:
            OSError: the connection broke.
        """
        if self._response is None:
            return
        try:
            with _told_as_broken():
                while data := self._response.read1(1 << 16):
                    yield data
        except (OSError, ValueError, AttributeError):
            # What reading a response raises that is closed meanwhile.
            if not self.closed:
                raise

    def close(self) -> None:
        """End the exchange, wherever it is."""
        with self._lock:
            self.closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._connection.close()


@contextlib.contextmanager
def _told_as_broken() -> Iterator[None]:
    """Turn what http.client says of half an answer, or of no HTTP at all, into a broken connection."""
    try:
        yield
    except http.client.IncompleteRead:
        raise ConnectionError("it hung up in the middle of its answer") from None
    except OSError:
        raise
    except http.client.HTTPException as error:
        raise ConnectionError(f"what answers there does not speak HTTP ({type(error).__name__})") from None


def upgrade(address: Address, path: str, headers: Iterable[tuple[str, str]]) -> socket.socket:
    """Ask an engine to turn a connection over to another protocol.

    Parameters:
        path: with API version.
        headers: as pairs, since some are repeated.

    Raises:
        EngineError: the engine did not switch.
        OSError: the connection broke.
    """
    connection = address.dial(timeout=DIAL_WITHIN)
    try:
        connection.settimeout(UPGRADE_WITHIN)
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Content-Length: 0"]
        lines += [f"{name}: {value}" for name, value in headers]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        head = b""
        # One byte at a time: what follows the head belongs to the other protocol.
        while not head.endswith(b"\r\n\r\n") and len(head) < LONGEST_HEAD and (byte := connection.recv(1)):
            head += byte
        if not head.startswith(b"HTTP/1.1 101"):
            answer = head.split(b"\r\n")[0].decode("latin-1") or "no answer"
            raise EngineError(
                f"The engine did not open a session: {answer}.", "Is something between here and the engine (a proxy)?"
            )
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return connection


def refusal(body: bytes, status: int) -> str:
    """Say in words what an error answer says; a page of HTML, as proxies send them, says nothing."""
    try:
        message = str(json.loads(body)["message"]).strip()
    except (ValueError, KeyError, TypeError, RecursionError):
        text = body.decode("utf-8", "replace").strip()
        message = "" if text.startswith("<") else " ".join(text.split())[:1000]
    return message or f"The engine answered {status} {http.client.responses.get(status, '')}".rstrip() + "."
