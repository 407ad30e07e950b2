"""The badge above everything that is shown again, and the drawer that puts it there. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import htpy as h

from dockermagic.views.cells import clipped
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.show import Drawer, Line

__all__ = ["BadgedDrawer", "badge", "date_text"]

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def date_text(moment: float) -> str:
    """Give a date in words, in local time: "23 November 2026, 16:25"."""
    then = time.localtime(moment)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year}, {then.tm_hour:02}:{then.tm_min:02}"


def badge(began: float, engine: str) -> str:
    """Give what every picture says that is shown again.

    Parameters:
        began: when it was recorded, in seconds since the epoch.
        engine: as it names itself: "Docker Engine 28.5.2".
    """
    return f"recorded on {date_text(began)}, {one_line(engine, 80) or 'engine not known'}"


class BadgedDrawer:
    """Draws as another drawer does, at the time of the recording, below a badge.

    Parameters:
        drawer: the other one.
        badge: what the badge says; `cell`: which cell it was, for the line behind it.
        clock: gives the time of the recording that is shown, in seconds since the epoch; None once it stands still.
    """

    def __init__(self, drawer: Drawer[Any], badge: str, cell: str, clock: Callable[[], float | None]) -> None:
        self._drawer, self._badge, self._cell, self._clock = drawer, badge, one_line(cell, 160), clock

    def html(self, model: Any, now: float) -> str:
        """Give the markup of the live view; what time it is now does not matter."""
        then = self._clock()
        return self._head(Look(inline=False)) + self._drawer.html(model, now if then is None else then)

    def text(self, model: Any, now: float, width: int) -> str:
        """Give the picture as text."""
        return f"{self._words()}\n{self._drawer.text(model, self._then(now), width)}"

    def rows(self, model: Any, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal."""
        head = clipped([(f"◆ {self._badge}", "recorded"), (f"  {self._cell}", "muted")], width)
        return [head, *self._drawer.rows(model, self._then(now), width, max(1, height - 1) if height else 0)]

    def lines(self, old: Any, new: Any) -> Sequence[str]:
        """Give the plain lines that tell what happened between two models."""
        return [*([self._words()] if old is None else []), *self._drawer.lines(old, new)]

    def bundle(self, model: Any) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        found = dict(self._drawer.bundle(model))
        return {
            **found,
            "text/html": self._head(Look(inline=True)) + found["text/html"],
            "text/plain": f"{self._words()}\n{found['text/plain']}",
        }

    def busy(self, model: Any) -> bool:
        """Say whether the picture changes with time alone: while it moves, it may."""
        return self._clock() is not None

    def _then(self, now: float) -> float:
        then = self._clock()
        return now if then is None else then

    def _words(self) -> str:
        return f"◆ {self._badge} · {self._cell}"

    def _head(self, look: Look) -> str:
        line = h.p(look("root", "header", style="margin:6px 0"), data_key="recorded")[
            h.span(look("pill", "pill-recorded"))[h.span(aria_hidden="true")["◆ "], self._badge],
            h.span(look("muted"))[h.code(look("code"))[h.bdi[self._cell]]],
        ]
        return str.__str__(str(line))
