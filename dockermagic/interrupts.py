"""Interrupts while work goes on in an engine: noted and answered in order, not raised wherever the program happens to be.

A KeyboardInterrupt may come between any two instructions: half-way through a message to the front end, when an event was taken from
the queue and not yet folded, while an earlier one is being answered. None of these can be put right afterwards.
"""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

INSISTING = 4
"""So many interrupts in one cell mean that somebody cannot wait; then they are raised as everywhere else."""


class Interrupts:
    """Counts the interrupts (Ctrl-C, ■) that come inside its `with` block.

    Outside the main thread, and where interrupts are ignored or handled outside Python, it changes nothing.
    """

    def __init__(self) -> None:
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if before not in (None, signal.SIG_IGN, signal.SIG_DFL):
            try:
                signal.signal(signal.SIGINT, self._note)
            except ValueError:  # not the main thread: interrupts do not come here
                return self
            self._before = before
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count >= INSISTING:
            raise KeyboardInterrupt

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
