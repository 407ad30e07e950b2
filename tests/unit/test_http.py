from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.engine.address import Address
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError

OK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Server:
    """Answers one connection with pieces, and keeps what it heard; an empty piece waits for `go`."""

    def __init__(self, path: Path, pieces: list[bytes]) -> None:
        self.heard, self.go, self.pieces = b"", threading.Event(), pieces
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.address = Address(f"unix://{path}")
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        try:
            client, _ = self.listener.accept()
        except OSError:
            return
        with client:
            self.heard = client.recv(1 << 16)
            with contextlib.suppress(OSError):
                for piece in self.pieces:
                    if piece:
                        client.sendall(piece)
                    else:
                        self.go.wait(10)
                # As a real server does: a socket that is closed with something unread takes back what it has said.
                client.shutdown(socket.SHUT_WR)
                while client.recv(1 << 16):
                    pass

    def close(self) -> None:
        self.go.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    server = Server(tmp_path / "s", request.param)
    yield server
    server.close()


@pytest.mark.parametrize("server", [[OK, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"]], indirect=True)
def test_an_answer_comes_in_slices(server: Server) -> None:
    exchange = Exchange(server.address)
    exchange.send("POST", "/build")
    assert b"".join(exchange) == b"abcde"
    assert server.heard.startswith(b"POST /build HTTP/1.1\r\n")
    exchange.close()


@pytest.mark.parametrize("server", [[OK, b"3\r\nabc\r\n5\r\nx"]], indirect=True)
def test_half_an_answer_is_a_broken_connection(server: Server) -> None:
    exchange = Exchange(server.address)
    exchange.send("POST", "/build")
    with pytest.raises(ConnectionError, match="in the middle of its answer"):
        list(exchange)
    exchange.close()


@pytest.mark.parametrize("server", [[b"220 mail.example.org ESMTP\r\n"]], indirect=True)
def test_what_is_no_http_is_a_broken_connection(server: Server) -> None:
    exchange = Exchange(server.address)
    with pytest.raises(ConnectionError, match="does not speak HTTP"):
        exchange.send("GET", "/_ping")
    exchange.close()


@pytest.mark.parametrize("server", [[b""]], indirect=True)
def test_an_answer_that_does_not_come_is_given_up(server: Server) -> None:
    exchange = Exchange(server.address, timeout=0.2)
    with pytest.raises(TimeoutError):
        exchange.send("GET", "/_ping")
    exchange.close()


@pytest.mark.parametrize("server", [[OK, b"3\r\nabc\r\n", b""]], indirect=True)
def test_closing_from_another_thread_ends_the_answer_without_an_error(server: Server) -> None:
    exchange = Exchange(server.address)
    exchange.send("POST", "/build")
    answer = iter(exchange)
    assert next(answer) == b"abc"
    threading.Timer(0.05, exchange.close).start()
    assert list(answer) == []


@pytest.mark.parametrize("server", [[OK]], indirect=True)
def test_nothing_is_asked_of_an_engine_once_it_was_closed(server: Server) -> None:
    exchange = Exchange(server.address)
    exchange.close()
    with pytest.raises(ConnectionAbortedError):
        exchange.send("POST", "/build")
    server.close()
    assert server.heard == b""


@pytest.mark.parametrize("server", [[b'HTTP/1.1 400 Bad\r\n\r\n{"message":"no such image"}']], indirect=True)
def test_a_refusal_that_comes_before_the_body_was_read_is_told(server: Server) -> None:
    exchange = Exchange(server.address)
    with pytest.raises(EngineError, match="no such image"):
        exchange.send("POST", "/build", body=(bytes(1 << 16) for _ in range(200)))
    exchange.close()
