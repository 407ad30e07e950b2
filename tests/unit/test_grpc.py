from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping

import h2.config
import h2.connection
import h2.events
import pytest

from dockermagic.engine.grpc import NOT_FOUND, CallError, GrpcServer, framed, unary


class Client:
    """A gRPC client as plain as can be: one call at a time, on a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(10)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.socket.sendall(self.h2.data_to_send())

    def call(self, path: str, *messages: bytes, headers: tuple[tuple[str, str], ...] = ()) -> tuple[list[bytes], str]:
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
        data, status = b"", ""
        while True:
            for event in self.h2.receive_data(self.socket.recv(1 << 16)):
                if isinstance(event, h2.events.DataReceived):
                    data += event.data
                    self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    status = dict(event.headers).get("grpc-status", status)
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
    raise CallError(NOT_FOUND, "nothing here: é")


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
