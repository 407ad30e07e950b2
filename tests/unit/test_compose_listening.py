"""Listening to a container ends when it is told to: with silent streams, and whatever it was about to do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.compose.listening import Ear
from dockermagic.engine.address import Address
from dockermagic.engine.http import Exchange

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LINE = b"\x01\x00\x00\x00\x00\x00\x00\x252026-01-01T00:00:00.000000000Z hello\n"


class SilentEngine:
    """Answers every request with the beginning of a log, and then says nothing more."""

    def __init__(self, path: Path) -> None:
        self.address = Address(f"unix://{path}")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.connections: list[socket.socket] = []
        self.quiet = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                if connection.recv(1 << 16):
                    connection.sendall(HEAD if self.quiet else HEAD + b"%x\r\n%s\r\n" % (len(LINE), LINE))

    def exchange(self, timeout: float | None = None) -> Exchange:
        return Exchange(self.address, timeout)

    def path(self, path: str) -> str:
        return path

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for connection in self.connections:
            connection.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SilentEngine]:
    made = SilentEngine(tmp_path / "engine.sock")
    yield made
    made.close()


def test_a_silent_stream_is_let_go_of_at_once(engine: SilentEngine) -> None:
    heard = threading.Event()
    ear = Ear(engine, "c1", tty=False, since=0.0, tell=lambda *_: heard.set())  # type: ignore[arg-type]  # what of an engine it uses
    assert heard.wait(5)
    began = time.monotonic()
    ear.close()
    assert not ear.listening
    assert time.monotonic() - began < 1


def test_whoever_is_told_may_let_go_of_it(engine: SilentEngine) -> None:
    ended = threading.Event()
    ears: list[Ear] = []
    made = threading.Event()

    def tell(*_: object) -> None:
        made.wait(5)
        ears[0].close()
        ended.set()

    ears.append(Ear(engine, "c1", tty=False, since=0.0, tell=tell))  # type: ignore[arg-type]  # as above
    made.set()
    assert ended.wait(5)
    ears[0]._thread.join(1)
    assert not ears[0].listening


def test_what_is_closed_just_before_it_asks_does_not_ask(engine: SilentEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.quiet = True
    connected, go = threading.Event(), threading.Event()
    request = Exchange._request

    def late(self: Exchange, *arguments: object) -> None:
        connected.set()
        assert go.wait(5)
        request(self, *arguments)  # type: ignore[arg-type]  # handed on as they are

    monkeypatch.setattr(Exchange, "_request", late)
    ear = Ear(engine, "c1", tty=False, since=0.0, tell=lambda *_: None)  # type: ignore[arg-type]  # as above
    assert connected.wait(5)
    ear.stop()
    go.set()
    ear._thread.join(1)
    assert not ear.listening
