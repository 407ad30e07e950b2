"""Following a program that runs in a container: a worker thread listens to the engine, the main thread folds and shows.

1. Facts go through a queue: those of the worker, and those that the watch tells of the container.
2. Output goes into `Kept`, which is bounded, however fast it comes and however slow painting is; the main thread takes what is
   there. With a sink every piece is handed on, and the program waits for the sink.
3. An interrupt reaches the main thread, which hands it to an `Answer` and goes on following: the end of the program is seen, too.
4. The worker's end ends the following, once the facts of the program's end are there, too; two seconds are granted to them.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dockermagic.containers import events as ev
from dockermagic.containers.fold import apply
from dockermagic.containers.frames import Frames
from dockermagic.containers.kept import Kept
from dockermagic.containers.model import Container, Containers
from dockermagic.containers.roles import Answer, View
from dockermagic.containers.streams import Attached
from dockermagic.engine.http import Exchange
from dockermagic.interrupts import Interrupts

if TYPE_CHECKING:
    from dockermagic.containers.watch import Subscription, Watch
    from dockermagic.engine import Engine

TICK = 0.05
LAST_FACTS = 2.0
"""Seconds."""
QUIET = 5.0
"""Seconds after a program's end in which the engine has to say so."""
PIECES = 32
"""Pieces of output that may wait for a sink."""

Sink = Callable[[int, str], None]
"""Takes every piece of output, stream (1 stdout, 2 stderr) and text, in the main thread."""


class Worker:
    """Carries something out in a thread of its own, and tells what happens.

    Parameters:
        work: what is carried out; it is given the worker, to tell facts and to print.
    """

    def __init__(
        self, engine: Engine, watch: Watch, work: Callable[[Worker], None], *, sink: bool = False, whole: str = ""
    ) -> None:
        self.engine, self.watch, self._work = engine, watch, work
        self.events: queue.SimpleQueue[ev.Event | None] = queue.SimpleQueue()
        self.pieces: queue.Queue[tuple[int, str]] | None = queue.Queue(PIECES) if sink else None
        self.kept, self.lock = Kept(whole=whole), threading.Lock()
        self.error: BaseException | None = None
        self.id = ""
        self.exit_code: int | None = None
        self.warnings: tuple[str, ...] = ()
        self.cancelled = threading.Event()
        self.running = threading.Event()
        self._exchange: Exchange | None = None
        self._attached: Attached | None = None
        self.subscription: Subscription = watch.subscribe(self.events.put, ())
        self.thread = threading.Thread(target=self._run, name="dockermagic run", daemon=True)

    def _run(self) -> None:
        try:
            self._work(self)
        except BaseException as error:  # carried to the main thread, which knows whether it was cancelled
            self.error = error
        finally:
            self.events.put(None)

    def tell(self, event: ev.Event) -> None:
        """Tell a fact."""
        self.events.put(event)

    def hold(self, exchange: Exchange) -> None:
        """Note a connection that is to be closed when the work is cancelled."""
        self._exchange = exchange
        if self.cancelled.is_set():
            exchange.close()

    def found(self, id: str) -> None:
        """Note which container it is, and hear what the engine says of it from now on."""
        self.id = id
        self.subscription.add(id)

    def listen(self, attached: Attached, *, tty: bool) -> None:
        """Print what a program says, until its output ends.

        Raises:
            OSError, ValueError: the connection broke, or is not what it should be.
        """
        frames = Frames(tty=tty)
        while data := attached.read():
            for stream, text in frames.feed(data):
                self._print(stream, text)
        for stream, text in frames.close():
            self._print(stream, text)

    def attach(self, attached: Attached) -> Attached:
        """Note the connection to the program, so that it can be let go of."""
        self._attached = attached
        if self.cancelled.is_set():
            attached.close()
        return attached

    def _print(self, stream: int, text: str) -> None:
        with self.lock:
            self.kept.add(stream, text)
        while self.pieces is not None and not self.cancelled.is_set():
            with contextlib.suppress(queue.Full):
                self.pieces.put((stream, text), timeout=TICK)
                return

    def cancel(self) -> None:
        """Let go of everything that the work waits for."""
        self.cancelled.set()
        if self._exchange is not None:
            self._exchange.close()
        self.release()

    def begin(self) -> bool:
        """Take note that the program runs; False when the work was cancelled before."""
        with self.lock:
            if not self.cancelled.is_set():
                self.running.set()
            return self.running.is_set()

    def call_off(self) -> bool:
        """Cancel the work, unless the program runs already; tell whether it was cancelled."""
        with self.lock:
            if self.running.is_set():
                return False
            self.cancelled.set()
        self.cancel()
        return True

    def hang_up(self) -> None:
        """Wait for the engine's word no longer: the program is known to have ended."""
        if self._exchange is not None:
            self._exchange.close()
        self.release()

    def release(self) -> None:
        """Hang up on the program."""
        if self._attached is not None:
            self._attached.close()

    def close(self) -> None:
        """End the worker's interest in what the engine says."""
        self.subscription.close()


class Follower:
    """Folds what the worker tells, in the main thread, and keeps the view up to date."""

    def __init__(self, worker: Worker, containers: Containers, view: View, answer: Answer, sink: Sink | None = None) -> None:
        self.worker, self.containers, self.view, self.answer = worker, containers, view, answer
        self._sink = sink
        self._quiet_since = time.monotonic()
        self._version = 0
        self._going = True

    @property
    def container(self) -> Container | None:
        """The container, as far as it is known."""
        return self.containers.find(self.worker.id) if self.worker.id else None

    def follow(self, interrupts: Interrupts) -> None:
        """Follow until the worker has ended; answer interrupts meanwhile."""
        answered = 0
        self.worker.thread.start()
        while self._going:
            changed = self._fold(TICK)
            if interrupts.count > answered:
                answered = interrupts.count
                self.answer.interrupted(answered)
            self.answer.tick()
            self._do_not_wait_for_ever(changed)
            if changed:
                self.view.update(self.containers)
            else:
                self.view.tick()

    def _do_not_wait_for_ever(self, changed: bool) -> None:
        """Hang up when the program has ended, and nothing has come for a while: Podman's word that it ended may never come."""
        container = self.container
        if changed or container is None or container.state not in ("exited", "dead", "removed"):
            self._quiet_since = time.monotonic()
        elif time.monotonic() - self._quiet_since > QUIET:
            self._quiet_since = time.monotonic()
            self.worker.hang_up()

    def settle(self, settled: Callable[[Container], bool]) -> None:
        """Wait for the last facts: until the container is as expected, two seconds at most."""
        deadline = time.monotonic() + LAST_FACTS
        while self.worker.id and time.monotonic() < deadline and ((found := self.container) is None or not settled(found)):
            self._fold(TICK)
        self._fold(0.0)

    def _fold(self, patience: float) -> bool:
        """Fold what is there, for one tick at most; tell whether anything changed."""
        changed = False
        try:
            event = self.worker.events.get(timeout=patience) if patience else self.worker.events.get_nowait()
            deadline = time.monotonic() + TICK
            while True:
                if event is None:
                    self._going = False
                else:
                    self.containers, changed = apply(self.containers, event), True
                if time.monotonic() > deadline:
                    break
                event = self.worker.events.get_nowait()
        except queue.Empty:
            pass
        return self._take_output() or changed

    def _take_output(self) -> bool:
        self._empty_into_sink()
        with self.worker.lock:
            if self.worker.kept.version == self._version or self.container is None:
                return False
            self._version, log = self.worker.kept.version, self.worker.kept.log()
        items = tuple(replace(each, output=log) if each.id == self.worker.id else each for each in self.containers.items)
        self.containers = replace(self.containers, items=items)
        return True

    def _empty_into_sink(self) -> None:
        if self._sink is None or self.worker.pieces is None:
            return
        with contextlib.suppress(queue.Empty):
            while True:
                self._sink(*self.worker.pieces.get_nowait())


def followed(follower: Follower, interrupts: Interrupts, settled: Callable[[Container], bool]) -> None:
    """Follow to the end and paint the last picture, whatever happens; what the worker met is for others to raise."""
    worker, view = follower.worker, follower.view
    try:
        view.update(follower.containers)
        follower.follow(interrupts)
        follower.settle(settled)
        view.close(follower.containers)
    except BaseException:
        # Nobody would hear of it any more: the picture failed, or somebody insists.
        worker.cancel()
        with contextlib.suppress(Exception):
            view.close(follower.containers)
        raise
    finally:
        worker.close()
