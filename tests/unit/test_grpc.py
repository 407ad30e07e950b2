from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import h2.config
import h2.connection
import h2.events
import pytest

from dockermagic.engine.calls import NOT_FOUND, CallError, unary
from dockermagic.engine.grpc import GrpcServer
from dockermagic.engine.wire import framed


class Client:
    """A gRPC client as plain as can be: one call at a time, on a connected socket."""

    said = ""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(10)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.socket.sendall(self.h2.data_to_send())

    def call(self, path: str, *messages: bytes, headers: tuple[tuple[str, str], ...] = ()) -> tuple[list[bytes], str]:
        return self.answer(self.begin(path, *messages, headers=headers))

    def begin(self, path: str, *messages: bytes, headers: tuple[tuple[str, str], ...] = ()) -> int:
        stream = self.h2.get_next_available_stream_id()
        head = [
            (":method", "POST"),
            (":path", path),
            (":scheme", "http"),
            (":authority", "x"),
            ("content-type", "application/grpc"),
            *headers,
        ]
        self.h2.send_headers(stream, head)
        for message in messages:
            self.h2.send_data(stream, framed(message))
        self.h2.end_stream(stream)
        self.socket.sendall(self.h2.data_to_send())
        return stream

    def answer(self, stream: int) -> tuple[list[bytes], str]:
        data, status = b"", ""
        while True:
            for event in self.h2.receive_data(self.socket.recv(1 << 16)):
                if isinstance(event, h2.events.DataReceived):
                    data += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    status = dict(event.headers).get("grpc-status", status)
                    self.said = dict(event.headers).get("grpc-message", "")
                elif isinstance(event, h2.events.StreamEnded):
                    return list(split(data)), status
            self.socket.sendall(self.h2.data_to_send())


def split(data: bytes) -> Iterator[bytes]:
    while data:
        (size,) = struct.unpack_from(">I", data, 1)
        yield data[5 : 5 + size]
        data = data[5 + size :]


class Repeating:
    """Answers one message with many, more than any window holds."""

    def __init__(self, metadata: Mapping[str, list[str]]) -> None:
        self.left = 0

    def receive(self, message: bytes) -> None:
        self.left = int(message)

    def produce(self) -> bytes | None:
        if self.left == 0:
            return None
        self.left -= 1
        return framed(b"x" * 40_000)


def refuse(message: bytes) -> bytes:
    raise CallError(NOT_FOUND, "nothing here: é\n“100 %”")


def stumble(message: bytes) -> bytes:
    raise OSError("the disk is gone")


@pytest.fixture
def client() -> Iterator[Client]:
    ours, theirs = socket.socketpair()
    services = {"/a/Echo": unary(lambda m: m[::-1]), "/a/No": unary(refuse), "/a/Bad": unary(stumble), "/a/Many": Repeating}
    server = GrpcServer(theirs, services)
    server.start()
    client = Client(ours)
    yield client
    server.close()
    ours.close()


def test_a_call_is_answered(client: Client) -> None:
    assert client.call("/a/Echo", b"abc") == ([b"cba"], "0")
    assert client.call("/a/Echo", b"") == ([b""], "0")


def test_an_unknown_method_is_unimplemented(client: Client) -> None:
    assert client.call("/a/Nowhere", b"") == ([], "12")


def test_a_refusal_keeps_the_session_alive(client: Client) -> None:
    assert client.call("/a/No", b"") == ([], "5")
    assert client.call("/a/Bad", b"") == ([], "13")
    assert client.call("/a/Echo", b"still here") == ([b"ereh llits"], "0")


def test_a_stream_outgrows_every_window(client: Client) -> None:
    messages, status = client.call("/a/Many", b"60")
    assert status == "0"
    assert len(messages) == 60
    assert {len(message) for message in messages} == {40_000}


def test_closing_ends_the_thread() -> None:
    ours, theirs = socket.socketpair()
    server = GrpcServer(theirs, {})
    server.start()
    server.close()
    assert not server._thread.is_alive()
    ours.close()


def test_a_slow_answer_does_not_hold_the_others_up() -> None:
    go = threading.Event()

    def work(request: bytes) -> bytes:
        assert go.wait(10)
        if request == b"bad":
            raise OSError("no")
        return request.upper()

    ours, theirs = socket.socketpair()
    server = GrpcServer(theirs, {"/a/Slow": unary(work, slow=True), "/a/Echo": unary(lambda m: m)})
    server.start()
    client = Client(ours)
    stream = client.begin("/a/Slow", b"abc")
    assert client.call("/a/Echo", b"quick") == ([b"quick"], "0")
    go.set()
    assert client.answer(stream) == ([b"ABC"], "0")
    assert client.call("/a/Slow", b"bad") == ([], "13")
    server.close()
    ours.close()


def test_a_message_in_any_language_travels(client: Client) -> None:
    client.call("/a/No", b"")
    assert unquote(client.said) == "nothing here: é\n“100 %”"


def test_a_bug_in_a_service_ends_its_call_and_is_kept() -> None:
    def bug(request: bytes) -> bytes:
        raise KeyError("a bug")

    def refuses_to_begin(metadata: Mapping[str, list[str]]) -> Repeating:
        raise FileNotFoundError("gone")

    ours, theirs = socket.socketpair()
    server = GrpcServer(theirs, {"/a/Bug": unary(bug), "/a/Begin": refuses_to_begin, "/a/Echo": unary(lambda m: m)})
    server.start()
    client = Client(ours)
    assert client.call("/a/Begin", b"") == ([], "13")
    assert isinstance(server.failure, FileNotFoundError)
    assert client.call("/a/Bug", b"") == ([], "13")
    assert client.call("/a/Echo", b"x") == ([b"x"], "0")
    server.close()
    ours.close()


def test_what_is_no_http_ends_the_session_at_once() -> None:
    ours, theirs = socket.socketpair()
    server = GrpcServer(theirs, {})
    server.start()
    ours.settimeout(10)
    ours.sendall(b"this is no HTTP/2 at all\r\n\r\n")
    while ours.recv(1 << 16):
        pass
    assert server.failure is not None
    server.close()
    ours.close()


def test_a_server_that_was_never_started_can_be_closed() -> None:
    ours, theirs = socket.socketpair()
    GrpcServer(theirs, {}).close()
    assert ours.recv(1) == b""
    ours.close()
