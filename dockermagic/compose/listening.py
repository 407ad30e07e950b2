"""Listening to containers: when each printed its first line, and when it said that it did not reach what it needs.

Source: `GET /containers/{id}/logs?follow=1&timestamps=1`: the times are the engine's.
"""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING

from dockermagic.containers.frames import Frames
from dockermagic.containers.inspected import time_of
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["Ear"]

MOST_LINES = 2000
"""Lines after which a container has said enough: this is about its beginning."""


class Ear:
    """Reads the output of one container in a thread of its own.

    Parameters:
        since: seconds since the epoch; what was printed before is not told.
        tell: takes time, stream and text of every line, in that thread.
    """

    def __init__(self, engine: Engine, id: str, *, tty: bool, since: float, tell: Callable[[float, int, str], None]) -> None:
        self._engine, self._id, self._tty, self._since, self._tell = engine, id, tty, since, tell
        self._exchange = engine.exchange()
        self._closed = False
        self.last = 0.0
        """When the last line was printed."""
        self._thread = threading.Thread(target=self._read, name="dockermagic compose logs", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        query = {"stdout": "1", "stderr": "1", "follow": "1", "timestamps": "1", "since": f"{max(0.0, self._since):.9f}"}
        path = f"/containers/{urllib.parse.quote(self._id, safe='')}/logs?{urllib.parse.urlencode(query)}"
        frames, halves, count = Frames(tty=self._tty), {1: "", 2: ""}, 0
        with contextlib.suppress(OSError, EngineError):
            self._exchange.send("GET", self._engine.path(path))
            for data in self._exchange:
                for stream, text in frames.feed(data):
                    *lines, halves[stream] = (halves.get(stream, "") + text).split("\n")
                    for line in lines:
                        self._line(stream, line)
                        count += 1
                if count > MOST_LINES or self._closed:
                    break
        self._exchange.close()

    def _line(self, stream: int, line: str) -> None:
        stamp, _, text = line.rstrip("\r").partition(" ")
        time = time_of(stamp)
        if time is not None and not self._closed:
            self.last = time
            self._tell(time, stream, text)

    @property
    def listening(self) -> bool:
        """Whether more may come."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Let go of the container, without waiting for the thread: it may wait for whoever calls."""
        self._closed = True
        self._exchange.close()

    def close(self) -> None:
        """End it."""
        self.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(1)
