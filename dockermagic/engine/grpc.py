"""A gRPC server on one connection that somebody else opened: what a BuildKit session is.

BuildKit calls back to its client over the hijacked connection of `POST /session`, as HTTP/2 with prior
knowledge. One thread serves it: it never blocks on a stream, so the health checks that BuildKit
sends every few seconds are answered while a large context is on its way.
Source: gRPC over HTTP/2 (grpc/grpc doc/PROTOCOL-HTTP2.md).
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from dockermagic.engine.calls import INTERNAL, OK, UNIMPLEMENTED, Call, CallError, Service, Slow
from dockermagic.errors import DockerMagicError

PIECE = 1 << 16
POLL = 0.05
"""Seconds between two looks whether an answer was worked out."""
PRINTABLE = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")


@dataclass
class _Stream:
    call: Call
    arrived: bytearray = field(default_factory=bytearray)
    pending: bytes = b""
    headers_sent: bool = False

    def messages(self) -> Iterator[bytes]:
        while len(self.arrived) >= 5:
            (size,) = struct.unpack_from(">I", self.arrived, 1)
            if len(self.arrived) < 5 + size:
                return
            message = bytes(self.arrived[5 : 5 + size])
            del self.arrived[: 5 + size]
            yield message


class GrpcServer:
    """Serves calls on a connected socket, in a thread of its own, until either side closes it.

    Parameters:
        connection: a connected socket (or TLS socket); the server owns and closes it.
        services: what answers each path, as "/package.Service/Method".
    """

    def __init__(self, connection: socket.socket, services: Mapping[str, Service]) -> None:
        self._socket = connection
        self._services = services
        self._streams: dict[int, _Stream] = {}
        # Not select(): a kernel with over a thousand open files must work as well.
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)
        self._closing = False
        self._failure: Exception | None = None
        config = h2.config.H2Configuration(client_side=False, header_encoding=None)
        self._h2 = h2.connection.H2Connection(config)
        self._thread = threading.Thread(target=self._serve, name="dockermagic session", daemon=True)

    @property
    def failure(self) -> Exception | None:
        """What a service raised that was not a `CallError`, or what broke the connection, if anything did."""
        return self._failure

    def start(self) -> None:
        """Begin to serve."""
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(1 << 24)
        self._flush()
        self._thread.start()

    def close(self) -> None:
        """End the connection and wait for the thread."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.ident is not None:
            self._thread.join(timeout=5)
        self._selector.close()
        self._socket.close()

    def _serve(self) -> None:
        try:
            while not self._closing:
                busy = self._send_some()
                if (busy or self._working()) and not self._readable(0 if busy else POLL):
                    continue
                data = self._socket.recv(PIECE)
                if not data:
                    return
                for event in self._h2.receive_data(data):
                    self._handle(event)
                self._flush()
        except Exception as error:  # a thread has nobody else to tell
            if not self._closing:
                self._failure = self._failure or error
        finally:
            # Nobody serves any more: the peer is to know at once, and not by its next health check.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _working(self) -> bool:
        return any(isinstance(stream.call, Slow) for stream in self._streams.values())

    def _readable(self, patience: float) -> bool:
        pending = getattr(self._socket, "pending", None)
        if pending is not None and pending():
            return True
        return bool(self._selector.select(patience))

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data:
            self._socket.sendall(data)

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self._open(event.stream_id, event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            stream = self._streams.get(event.stream_id)
            if stream is not None:
                stream.arrived += event.data
                with self._answering(event.stream_id):
                    for message in stream.messages():
                        stream.call.receive(message)
        elif isinstance(event, h2.events.StreamReset):
            self._streams.pop(event.stream_id, None)

    def _open(self, stream_id: int, headers: Any) -> None:
        metadata: dict[str, list[str]] = {}
        for name, value in headers:
            metadata.setdefault(name.decode("ascii", "replace"), []).append(value.decode("utf-8", "surrogateescape"))
        path = metadata.get(":path", [""])[0]
        service = self._services.get(path)
        if service is None:
            self._end(stream_id, UNIMPLEMENTED, f"no such method: {path}")
            return
        with self._answering(stream_id):
            self._streams[stream_id] = _Stream(service(metadata))

    @contextlib.contextmanager
    def _answering(self, stream_id: int) -> Iterator[None]:
        """Turn what a service raises into the call's status, so that one bad call does not end the session."""
        try:
            yield
        except CallError as error:
            self._end(stream_id, error.status, str(error))
        except h2.exceptions.ProtocolError:
            raise
        except Exception as error:  # kept in `failure`, for whoever owns the session
            self._failure = self._failure or error
            self._end(stream_id, INTERNAL, error.message if isinstance(error, DockerMagicError) else str(error))

    def _send_some(self) -> bool:
        """Send what flow control allows, one piece a stream; tell whether there is more to send at once."""
        more = False
        for stream_id, stream in list(self._streams.items()):
            window = min(self._h2.local_flow_control_window(stream_id), PIECE)
            if window <= 0:
                continue
            with self._answering(stream_id):
                if not stream.pending:
                    produced = stream.call.produce()
                    if produced is None:
                        self._end(stream_id, OK, "")
                        continue
                    stream.pending = produced
                if stream.pending:
                    stream.pending = self._send_piece(stream_id, stream, window)
                    more = True
        self._flush()
        return more

    def _send_piece(self, stream_id: int, stream: _Stream, window: int) -> bytes:
        if not stream.headers_sent:
            self._h2.send_headers(stream_id, [(":status", "200"), ("content-type", "application/grpc")])
            stream.headers_sent = True
        piece, rest = stream.pending[:window], stream.pending[window:]
        frame = self._h2.max_outbound_frame_size
        for start in range(0, len(piece), frame):
            self._h2.send_data(stream_id, piece[start : start + frame])
        return rest

    def _end(self, stream_id: int, status: int, message: str) -> None:
        stream = self._streams.pop(stream_id, None)
        trailers = [("grpc-status", str(status)), ("grpc-message", quote(message, safe=PRINTABLE, errors="replace"))]
        if stream is None or not stream.headers_sent:
            trailers = [(":status", "200"), ("content-type", "application/grpc"), *trailers]
        with contextlib.suppress(h2.exceptions.ProtocolError):
            self._h2.send_headers(stream_id, trailers, end_stream=True)
