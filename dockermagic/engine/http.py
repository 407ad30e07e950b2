"""HTTP to an engine where docker-py is in the way: bodies that stream both ways, and upgrades."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterable, Iterator, Mapping

from dockermagic.engine.address import Address
from dockermagic.errors import EngineError


class _Connection(http.client.HTTPConnection):
    """An HTTP connection over whatever the address dials."""

    def __init__(self, address: Address) -> None:
        super().__init__("localhost")
        self._address = address

    def connect(self) -> None:
        self.sock = self._address.dial(timeout=10)


class Exchange:
    """One request on a connection of its own, whose answer is read while it comes.

    Closing it, from any thread, ends the request at once: an engine cancels a build whose client goes away.
    """

    def __init__(self, address: Address) -> None:
        self._connection = _Connection(address)
        self._response: http.client.HTTPResponse | None = None
        self._socket: socket.socket | None = None
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
            OSError: the connection broke.
        """
        self._connection.connect()
        self._socket = self._connection.sock
        chunked = body is not None and not isinstance(body, bytes)
        all_headers = {"Content-Length": "0"} if body is None and method == "POST" else {}
        self._connection.request(method, path, body=body, headers={**all_headers, **(headers or {})}, encode_chunked=chunked)
        self._response = self._connection.getresponse()
        if self._response.status >= 400:
            raise EngineError(_message(self._response.read()) or f"The engine answered {self._response.status}.")

    def __iter__(self) -> Iterator[bytes]:
        """Yield the answer's body in slices, as they arrive."""
        if self._response is None:
            return
        try:
            while data := self._response.read1(1 << 16):
                yield data
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            if not self.closed:
                raise

    def close(self) -> None:
        """End the exchange, wherever it is."""
        self.closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def upgrade(address: Address, path: str, headers: Iterable[tuple[str, str]]) -> socket.socket:
    """Ask an engine to turn a connection over to another protocol.

    Parameters:
        path: with API version.
        headers: as pairs, since some are repeated.

    Raises:
        EngineError: the engine did not switch.
    """
    connection = address.dial(timeout=10)
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Content-Length: 0"]
    lines += [f"{name}: {value}" for name, value in headers]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    head = b""
    # One byte at a time: what follows the head belongs to the other protocol.
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte or len(head) > 65536:
            break
        head += byte
    if not head.startswith(b"HTTP/1.1 101"):
        connection.close()
        raise EngineError(f"The engine did not open a session: {head.split(bytes([13]))[0].decode('latin-1') or 'no answer'}.")
    return connection


def _message(body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace").strip()
    return str(message)
