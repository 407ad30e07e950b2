"""What exercises are tested with: a lesson's preparing cells, and the wrong ways of each exercise."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Lesson", "Wrong", "wrong"]


@dataclass(frozen=True)
class Wrong:
    """A wrong way: cells, and what the failed check has to say (in its message or its hint)."""

    cells: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Lesson:
    """A lesson's exercises: cells that prepare all of them, and the wrong ways of each, in the lesson's order.

    `needs`: images beyond busybox. `long`: it takes more than fifteen seconds; `make test` leaves it out.
    """

    name: str
    prepare: tuple[str, ...]
    exercises: tuple[tuple[Wrong, ...], ...]
    needs: tuple[str, ...] = ()
    long: bool = False


def wrong(said: str, *cells: str) -> Wrong:
    """Write a wrong way."""
    return Wrong(cells, said)
