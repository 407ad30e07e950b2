"""Showing a recording again: the same models, in the same order, at the same pace.

1. A cell's part of the recording goes from its beginning to the beginning of the next recorded cell. What its views were given
   later is shown when that later cell is shown, if their cell is shown as well.
2. While a cell ran, time passes as it did, divided by the speed. Between cells, no change is waited for longer than the pause.
3. A view that its cell closed is closed at that moment; all others when everything has been shown.
4. An interrupt shows the end of all that was asked for, at once.
5. Where nobody looks (nbconvert), and with `instant`, only the end is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dockermagic.recordings.badge import BadgedDrawer, badge
from dockermagic.recordings.grown import grown
from dockermagic.recordings.recording import Cell, Frame, Recording, View
from dockermagic.views.show import attended, open_view, running_shell

__all__ = ["PAUSE", "Pace", "play"]

PAUSE = 2.0
"""Seconds."""
_TICK = 0.04


@dataclass(frozen=True)
class Pace:
    """How fast: `speed` times as fast as it was, no pause between cells longer than `pause` seconds; `instant`: only the end."""

    speed: float = 1.0
    pause: float = PAUSE
    instant: bool = False


@dataclass(frozen=True)
class Beat:
    """Something that happens at a time of the recording: a view gets a model, or its last one (`last`)."""

    frame: Frame
    cell: Cell
    view: View
    last: bool


def beats(recording: Recording, cells: Sequence[Cell]) -> Iterator[list[Beat]]:
    """Yield, for each cell that is shown, what happens in its part of the recording; see rule 1."""
    begins = [cell.line for cell in recording.cells]
    for place, cell in enumerate(recording.cells):
        if cell not in cells:
            continue
        until = begins[place + 1] if place + 1 < len(begins) else float("inf")
        found = [
            Beat(frame, each, view, view.closed is not None and frame is view.frames[-1])
            for each in cells
            for view in each.views
            for frame in view.frames
            if cell.line <= frame.line < until
        ]
        yield sorted(found, key=lambda beat: beat.frame.line)


def play(recording: Recording, cells: Sequence[Cell], pace: Pace, shell: Any = None) -> None:
    """Show cells of a recording.

    Parameters:
        shell: IPython's shell; None to use the running one, if there is one.

    Raises:
        RecordError: the recording is damaged.
    """
    shell = shell if shell is not None else running_shell()
    kernel = getattr(shell, "kernel", None)
    still = pace.instant or (kernel is not None and not attended(kernel))
    player = _Player(recording, pace, shell, moves=not still)
    try:
        for part in beats(recording, cells):
            player.part(part)
    finally:
        player.end()


class _Player:
    """Gives the views their models."""

    def __init__(self, recording: Recording, pace: Pace, shell: Any, *, moves: bool) -> None:
        self.recording, self.pace, self.shell, self.moves = recording, pace, shell, moves
        self.one_at_a_time = getattr(shell, "kernel", None) is None
        self.opened: dict[int, tuple[Any, View, Any]] = {}
        self.closed: set[int] = set()
        self._from = self._until = 0.0  # seconds of the recording
        self._since = time.monotonic()

    def clock(self) -> float | None:
        """Give the time of the recording that is shown, in seconds since the epoch."""
        at = min(self._until, self._from + (time.monotonic() - self._since) * self.pace.speed) if self.moves else self._until
        return self.recording.began + at

    def part(self, part: list[Beat]) -> None:
        """Show one cell's part."""
        if part:
            self._from = self._until = part[0].frame.at
        for beat in part:
            if self.moves:
                try:
                    self._wait(beat)
                except KeyboardInterrupt:
                    self.moves = False
            self._until = beat.frame.at
            self._give(beat)
        if self.one_at_a_time:
            self.end()

    def _wait(self, beat: Beat) -> None:
        """Let time pass until a beat."""
        self._from, self._until, self._since = self._until, beat.frame.at, time.monotonic()
        wait = (beat.frame.at - self._from) / self.pace.speed
        if beat.cell.ended is None or self._from >= beat.cell.ended:
            wait = min(wait, self.pace.pause)
        while (left := self._since + wait - time.monotonic()) > 0:
            for view, _, _ in self.opened.values():
                view.tick()
            time.sleep(min(_TICK, left))

    def _give(self, beat: Beat) -> None:
        key = id(beat.view)
        if key in self.closed:
            return
        model = beat.view.model(beat.frame.plain)
        if key not in self.opened:
            self.opened[key] = open_view(self._drawer(beat), shell=self.shell), beat.view, model
        view, _, before = self.opened[key]
        model = grown(before, model)
        self.opened[key] = view, beat.view, model
        if beat.last:
            self._close(key)
        elif self.moves and not (self.one_at_a_time and beat.view.standing):
            view.update(model)

    def _drawer(self, beat: Beat) -> BadgedDrawer:
        kind = beat.view.kind
        last = beat.view.model(beat.view.frames[-1].plain)
        told = badge(self.recording.began + beat.cell.began, kind.engine(last) or self.recording.engine)
        cell = f"cell {beat.cell.number}: {beat.cell.source}".rstrip(": ")
        return BadgedDrawer(kind.drawer(**beat.view.options), told, cell, self.clock)

    def _close(self, key: int) -> None:
        view, _, model = self.opened.pop(key)
        self.closed.add(key)
        view.close(model)

    def end(self) -> None:
        """Close what is still open."""
        for key in list(self.opened):
            self._close(key)
        sys.stdout.flush()
