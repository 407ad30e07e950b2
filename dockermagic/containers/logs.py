"""What a container has printed, as its engine keeps it: all of it at once, or followed while it grows.

Source: `GET /containers/{id}/logs` of the Engine API; docker/cli, cli/command/container/logs.go.
"""

from __future__ import annotations

import contextlib
import threading
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING

from dockermagic.containers.frames import Frames
from dockermagic.containers.kept import Kept
from dockermagic.errors import EngineError
from dockermagic.log import Log

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["Tail", "read_logs"]

_LINES = 500
"""Lines from before that a view begins with."""


def _path(engine: Engine, id: str, **query: str) -> str:
    asked = urllib.parse.urlencode({"stdout": "1", "stderr": "1", **query})
    return engine.path(f"/containers/{urllib.parse.quote(id, safe='')}/logs?{asked}")


def read_logs(
    engine: Engine, id: str, *, tty: bool, tail: int | None = None, since: float | None = None, timestamps: bool = False
) -> str:
    """Give what a container has printed, both streams in the order they came.

    Parameters:
        tty: whether the container has a terminal: then there are no frames.
        tail: the last lines only; None for all that the engine keeps.
        since: seconds since the epoch.
        timestamps: with the time before each line, as the engine writes it.

    Raises:
        EngineError: the engine does not have the container, or keeps no logs of it.
        OSError: the connection broke.
    """
    query = {"tail": "all" if tail is None else str(tail), "timestamps": "1" if timestamps else "0"}
    if since is not None:
        query["since"] = f"{since:.9f}"
    exchange = engine.exchange(60.0)
    try:
        exchange.send("GET", _path(engine, id, **query))
        frames = Frames(tty=tty)
        found = [text for data in exchange for _, text in frames.feed(data)]
        return "".join([*found, *(text for _, text in frames.close())])
    finally:
        exchange.close()


class Tail:
    """Follows a container's output in a thread of its own, and keeps a bounded part of it.

    Parameters:
        changed: is called from that thread when there is more.
    """

    def __init__(self, engine: Engine, id: str, name: str, *, tty: bool, changed: Callable[[], None]) -> None:
        self.id = id
        self._kept, self._lock = Kept(whole=f"docker logs {name}"), threading.Lock()
        self._engine, self._tty, self._changed = engine, tty, changed
        self._exchange = engine.exchange()
        self._thread = threading.Thread(target=self._read, name="dockermagic logs", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        frames = Frames(tty=self._tty)
        # An engine that goes away is told of by its watch; here the output only ends.
        with contextlib.suppress(OSError, EngineError):
            self._exchange.send("GET", _path(self._engine, self.id, follow="1", tail=str(_LINES)))
            for data in self._exchange:
                with self._lock:
                    for stream, text in frames.feed(data):
                        self._kept.add(stream, text)
                self._changed()
        self._exchange.close()

    @property
    def ended(self) -> bool:
        """Whether no more comes: the program has ended, or the connection."""
        return not self._thread.is_alive()

    def log(self) -> Log:
        """Give what is kept of the output."""
        with self._lock:
            return self._kept.log()

    def close(self) -> None:
        """End it."""
        self._exchange.close()
        if self._thread is not threading.current_thread():
            self._thread.join(5)
