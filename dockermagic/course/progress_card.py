"""The card of `%docker_progress`: which exercises are done, in markup and as text. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import htpy as h

from dockermagic.course.progress import Exercise
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.units import plural

__all__ = ["Card"]


class Card:
    """What a notebook's checks found so far.

    Parameters:
        notebook: its name.
        exercises: in the order in which they were first checked.
    """

    def __init__(self, notebook: str, exercises: Sequence[Exercise]) -> None:
        self.notebook, self.exercises = notebook, tuple(exercises)

    @property
    def done(self) -> int:
        """How many exercises are done."""
        return sum(each.complete for each in self.exercises)

    @property
    def told(self) -> str:
        """The count, in a sentence."""
        if not self.exercises:
            return "Nothing was checked in this notebook yet: run an exercise, and the cell below it that checks it."
        return f"{self.done} of {plural(len(self.exercises), 'exercise')} done"

    def __repr__(self) -> str:
        rows = [f"{'✓' if each.complete else '✗'} {one_line(each.name, 120)}: {_state(each)}" for each in self.exercises]
        return "\n".join([f"{one_line(self.notebook, 80)}: {self.told}", *rows])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        look = Look(inline=True)
        share = 100 * self.done // len(self.exercises) if self.exercises else 0
        header = h.header(look("header"))[h.strong(look("title"))[one_line(self.notebook, 80)], h.span(look("muted"))[self.told]]
        gauge = h.div(look("meter"))[
            h.div(look("gauge"), role="img", aria_label=self.told)[h.div(look("filled", style=f"width:{share}%"))]
        ]
        parts = [header, gauge, _table(look, self.exercises)] if self.exercises else [header]
        return {"text/plain": repr(self), "text/html": str(h.section(look("root"), aria_label="Progress")[parts])}


def _state(exercise: Exercise) -> str:
    if exercise.done is not None:
        when = time.strftime("%d %b, %H:%M", time.localtime(exercise.done))
        return f"done {when}" + (f", after {plural(exercise.failures, 'wrong try', 'wrong tries')}" if exercise.failures else "")
    wrong = next((claim for claim, holds in exercise.claims.items() if not holds), "")
    return f"not yet: {one_line(wrong, 200)}" if wrong else "begun"


def _table(look: Look, exercises: Sequence[Exercise]) -> h.Element:
    rows = [
        h.tr(look("row"))[
            h.td(look("cell", f"ink-{'succeeded' if each.complete else 'failed'}", style="width:2em"))[
                "✓" if each.complete else "✗"
            ],
            h.th(look("cell"), scope="row")[one_line(each.name, 120)],
            h.td(look("cell"))[_state(each)],
        ]
        for each in exercises
    ]
    return h.table(look("table"), aria_label="Exercises")[h.tbody[rows]]
