"""Calls of a gRPC session: what they are given, what they are asked for, and how they are refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dockermagic.engine.wire import framed

OK, NOT_FOUND, ABORTED, UNIMPLEMENTED, INTERNAL = 0, 5, 10, 12, 13


class CallError(Exception):
    """A call that is to be answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Call(Protocol):
    """One call on its way: it is given the messages that arrive and asked for those to send."""

    def receive(self, message: bytes) -> None:
        """Take a message of the peer's."""

    def produce(self) -> bytes | None:
        """Give the next bytes to send (framed messages), b"" when waiting for the peer, None when done."""


Service = Callable[[Mapping[str, list[str]]], Call]
"""Makes a call from the request's metadata."""


@dataclass
class Unary:
    """A call with one message in and one out."""

    answer: Callable[[bytes], bytes]
    request: bytes | None = None
    done: bool = False

    def receive(self, message: bytes) -> None:
        """Take the request."""
        self.request = message

    def produce(self) -> bytes | None:
        """Answer once the request is there."""
        if self.done:
            return None
        if self.request is None:
            return b""
        self.done = True
        return framed(self.answer(self.request))


@dataclass
class Slow(Unary):
    """A call that is answered in a thread of its own, since the answer takes its time: health checks must not wait for it."""

    outcome: bytes | Exception | None = None

    def receive(self, message: bytes) -> None:
        """Begin to work the answer out."""
        self.request = message
        threading.Thread(target=self._work, args=(message,), name="dockermagic answer", daemon=True).start()

    def _work(self, request: bytes) -> None:
        try:
            self.outcome = self.answer(request)
        except Exception as error:  # carried to the session's thread, which knows what to do with it
            self.outcome = error

    def produce(self) -> bytes | None:
        """Answer once it is worked out."""
        if self.done or self.outcome is None:
            return None if self.done else b""
        self.done = True
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return framed(self.outcome)


def unary(answer: Callable[[bytes], bytes], *, slow: bool = False) -> Service:
    """Make a service of a function from request to answer; a slow one works in a thread of its own."""
    return lambda metadata: Slow(answer) if slow else Unary(answer)
