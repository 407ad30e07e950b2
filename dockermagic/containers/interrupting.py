"""What an interrupt does to a program that runs in a container.

1. An interrupt is Ctrl-C: SIGINT.
2. If the program still runs after two seconds, it is stopped: its stop signal, and SIGKILL three seconds later.
3. Another interrupt goes on to the next step at once.
4. With --sig-proxy=false, and with -d, it is left to run; so is a program that was there before (exec), or that others started
   (attach) and that does not end after Ctrl-C.
5. Before it has started, everything is let go of.
"""

from __future__ import annotations

import contextlib
import threading
import time

from dockermagic.containers import events as ev
from dockermagic.containers.following import Worker
from dockermagic.containers.streams import post
from dockermagic.errors import EngineError

CTRL_C_WITHIN = 2.0
"""Seconds that a program has to end after SIGINT."""
GRACE = 3
"""Seconds that it has after its stop signal."""


class CtrlC:
    """Answers the interrupts of one run.

    Parameters:
        name: what the container is called in the commands that it gives; empty for its ID.
        leaves: an interrupt lets the program run on.
        stops: the program is stopped if Ctrl-C does not end it; else another interrupt lets it run on.
    """

    def __init__(self, worker: Worker, name: str = "", *, leaves: bool = False, stops: bool = True) -> None:
        self._worker, self._name, self._leaves, self._stops = worker, name, leaves, stops
        self._stage = 0
        self._next: float | None = None

    def told(self) -> str:
        """Say what the interrupt did; empty when there was none."""
        if not self._stage:
            return ""
        if not self._worker.running.is_set():
            return "The interrupt came before the container was started; nothing is left of it."
        if self._leaves or (self._stage > 1 and not self._stops):
            return "The program runs on in the container."
        return ("The program ended after Ctrl-C (SIGINT).", "The program did not end after Ctrl-C (SIGINT); it was stopped.")[
            self._stage > 1
        ]

    def interrupted(self, count: int) -> None:
        """Go on to the next step."""
        self._step()

    def tick(self) -> None:
        """Go on when the program has had its time."""
        if self._next is not None and time.monotonic() >= self._next and self._worker.thread.is_alive():
            self._step()

    def _step(self) -> None:
        self._stage += 1
        self._next = None
        worker = self._worker
        if worker.call_off():
            return
        if self._leaves or (self._stage > 1 and not self._stops):
            worker.cancel()
            return
        name = self._name or worker.id[:12]
        if self._stage == 1:
            self._next = time.monotonic() + CTRL_C_WITHIN if self._stops else None
            self._do("kill", f"docker kill -s SIGINT {name}", f"/containers/{worker.id}/kill?signal=SIGINT")
        else:
            grace = GRACE if self._stage == 2 else 0
            command = f"docker stop -t {grace} {name}"
            self._do("stop", command, f"/containers/{worker.id}/stop?t={grace}", grace)

    def _do(self, verb: ev.Verb, command: str, path: str, grace: int | None = None) -> None:
        worker = self._worker
        worker.tell(ev.CommandGiven(worker.watch.now(), worker.id, verb, command, grace))

        def ask() -> None:
            with contextlib.suppress(EngineError, OSError):
                post(worker.engine, path, timeout=60.0)

        threading.Thread(target=ask, name="dockermagic signal", daemon=True).start()
