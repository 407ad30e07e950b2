"""Answers that go on: logs, events, statistics, progress. A worker reads them, the main thread shows them, ■ ends them.

1. The worker turns the engine's bytes into what changes a model, and never waits for the picture.
2. The main thread folds and lets the view decide when to paint.
3. An interrupt closes the connection. Following is meant to be ended so: it is no failure.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from dockermagic.commands.call import Call
from dockermagic.engine.engine import reason
from dockermagic.engine.http import Exchange
from dockermagic.errors import DockerMagicError, EngineError
from dockermagic.interrupts import Interrupts
from dockermagic.views.show import Drawer, View, open_view, running_shell

__all__ = ["asked", "follow", "follow_work", "in_notebook"]

TICK = 0.05
M = TypeVar("M")


class Ending(Protocol):
    """A model that knows how it ended."""

    def ended(self, now: float, how: str) -> Any:
        """Give the model at its end; `how` is "ended", "interrupted" or an error."""


Change = Callable[[Any, float], Any]
"""Gives the model anew; the float is the time."""

Source = Callable[[Callable[[Exchange], None]], Iterator[Change]]
"""Gives what changes the model, one after the other; is given a place to put the connection, so that it can be closed."""

Work = Callable[[Callable[[Exchange], None], Callable[[Change], None]], None]
"""The same for what cannot yield: it is given a place to put changes, too."""


def in_notebook(call: Call) -> bool:
    """Say whether the answer is shown in a notebook, not in a terminal or a program."""
    shell = call.shell if call.shell is not None else running_shell()
    return getattr(shell, "kernel", None) is not None


@contextmanager
def asked(
    call: Call, method: str, path: str, hold: Callable[[Exchange], None], headers: dict[str, str] | None = None
) -> Iterator[Exchange]:
    """Ask the engine something whose answer goes on; `path` without the API version."""
    exchange = call.engine.exchange()
    hold(exchange)
    try:
        exchange.send(method, call.engine.path(path), headers)
        yield exchange
    finally:
        exchange.close()


class _Worker:
    def __init__(self, work: Work) -> None:
        self.changes: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self.work = work
        self.error: Exception | None = None
        self.exchange: Exchange | None = None
        self.closed = False
        self.thread = threading.Thread(target=self._run, name="dockermagic follow", daemon=True)

    def hold(self, exchange: Exchange) -> None:
        self.exchange = exchange
        if self.closed:
            exchange.close()

    def close(self) -> None:
        self.closed = True
        if self.exchange is not None:
            self.exchange.close()

    def _run(self) -> None:
        try:
            self.work(self.hold, self.changes.put)
        except (DockerMagicError, OSError) as error:
            self.error = error
        except Exception as bug:  # carried to the main thread, which raises it with its traceback
            self.error = bug
        finally:
            self.changes.put(None)


def follow(call: Call, source: Source, model: M, drawer: Drawer[M]) -> M:
    """Show an answer while it goes on, until it ends or somebody interrupts.

    Parameters:
        source: see `Source`.
        model: how it begins; it has a method `ended`.

    Raises:
        EngineError: the engine refused, or the connection broke; what came before it stays shown.
    """

    def work(hold: Callable[[Exchange], None], put: Callable[[Change], None]) -> None:
        for change in source(hold):
            put(change)

    return follow_work(call, work, model, drawer)


def follow_work(call: Call, work: Work, model: M, drawer: Drawer[M], view: View[M] | None = None) -> M:
    """Show what work tells while it goes on, as `follow` does.

    Parameters:
        work: see `Work`; `model`: how it begins; it has a method `ended`.
        view: where it is shown; None for the one that fits the place this runs in.
    """
    view = view if view is not None else open_view(drawer, shell=call.shell)
    worker = _Worker(work)
    with Interrupts() as interrupts:
        try:
            view.update(model)
            worker.thread.start()
            model = _fold(worker, model, view, interrupts)
        finally:
            worker.close()
        how = "interrupted" if interrupts.count else str(worker.error) if worker.error else "ended"
        model = model.ended(time.time(), how)  # type: ignore[attr-defined]  # see Ending
        view.close(model)
    if worker.error is not None and not interrupts.count:
        if isinstance(worker.error, OSError):
            raise EngineError(
                f"The connection to the engine broke: {reason(worker.error)}.", "See %docker_engine."
            ) from worker.error
        raise worker.error
    return model


def _fold(worker: _Worker, model: M, view: View[M], interrupts: Interrupts) -> M:
    while not interrupts.count:
        try:
            change = worker.changes.get(timeout=TICK)
        except queue.Empty:
            view.tick()
            continue
        deadline = time.monotonic() + TICK
        while change is not None:
            model = change(model, time.time())
            if time.monotonic() > deadline:
                break
            try:
                change = worker.changes.get_nowait()
            except queue.Empty:
                break
        view.update(model)
        if change is None:
            return model
    return model
