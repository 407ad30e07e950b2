"""How a terminal's output flows to the pages that show it, each at the speed at which it draws.

1. What comes from the program is kept first, then sent; a page that opens the terminal anew begins with what is kept.
2. A page has never more than `WINDOW` bytes to draw. The program waits for the slowest page, as it would for a slow terminal.
3. A page that has drawn nothing for `LAG` seconds is not waited for. If it misses something by that, it begins afresh.
4. Programs ask their terminals (where is the cursor?) and pages answer. Only the first page that gets a question may answer it:
   an answer that comes twice is typed into the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from dockermagic.views.transcript import Transcript

__all__ = ["LAG", "PIECE", "WINDOW", "Flow", "Piece"]

WINDOW = 128 * 1024
"""Bytes that a page has been sent and has not drawn."""
PIECE = 32 * 1024
"""Bytes of one message."""
LAG = 5.0
"""Seconds."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Piece:
    """What a page is sent next.

    `afresh`: it forgets what it has drawn; `again`: another one has had it, so this one does not answer; `end`: the place after it,
    which the page says when it has drawn it.
    """

    data: bytes
    end: int
    afresh: bool
    again: bool


@dataclass(slots=True)
class _Place:
    sent: int
    drawn: int
    heard: float
    afresh: bool = True


class Flow(Generic[P]):
    """The output that is kept, and how far each page has come. Times are monotonic seconds.

    Parameters:
        limit: bytes that are kept; at least `WINDOW`.
    """

    def __init__(self, limit: int) -> None:
        self.transcript = Transcript(max(limit, WINDOW))
        self.seen = 0
        self._places: dict[P, _Place] = {}

    def join(self, page: P, now: float) -> None:
        """Begin with this page, or begin with it anew."""
        start = self.transcript.line()
        self._places[page] = _Place(start, start, now)

    def leave(self, page: P) -> None:
        """Forget this page."""
        self._places.pop(page, None)

    @property
    def pages(self) -> tuple[P, ...]:
        """The pages that show it."""
        return tuple(self._places)

    def drawn(self, page: P, end: int, now: float) -> None:
        """Take note that a page has drawn everything before this place."""
        place = self._places.get(page)
        if place is not None and place.drawn <= end <= place.sent:
            place.drawn, place.heard = end, now

    def waits(self, now: float) -> bool:
        """Say whether the program has to wait for a page."""
        return any(self.transcript.end - place.sent > WINDOW and not _lags(place, now) for place in self._places.values())

    def piece(self, page: P, now: float) -> Piece | None:
        """Give what this page can be sent now, and take it as sent."""
        place = self._places.get(page)
        if place is None:
            return None
        if place.sent < self.transcript.start:
            place.sent = place.drawn = self.transcript.line()
            place.afresh = True
        room = min(PIECE, WINDOW - (place.sent - place.drawn))
        if place.sent < self.seen:
            room = min(room, self.seen - place.sent)
        data = self.transcript.since(place.sent, room) if room > 0 else b""
        if not data and not place.afresh:
            return None
        if place.sent == place.drawn:
            place.heard = now  # it has had nothing to draw until now
        again, afresh = place.sent < self.seen, place.afresh
        place.sent += len(data)
        self.seen = max(self.seen, place.sent)
        place.afresh = False
        return Piece(data, place.sent, afresh, again)


def _lags(place: _Place, now: float) -> bool:
    return place.drawn < place.sent and now - place.heard > LAG
