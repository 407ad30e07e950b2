"""What all checks share: a subject, claims about it one after the other, and a picture of those that hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import htpy as h

from dockermagic.course.progress import Progress
from dockermagic.course.verdicts import Claim, failed
from dockermagic.engine import Engine
from dockermagic.engine.answers import ask, named
from dockermagic.errors import EngineError
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look

__all__ = ["Place", "Subject"]

S = TypeVar("S", bound="Subject")


class Place(Protocol):
    """Where checks look, and where they write down what they found."""

    @property
    def engine(self) -> Engine:
        """The engine."""

    @property
    def progress(self) -> Progress:
        """What this notebook's checks found so far."""


class Subject:
    """Something that claims are made about.

    Parameters:
        place: where to look.
        title: what it is: "container my-app".
        exercise: the exercise that this belongs to; the title when it has no name.
    """

    def __init__(self, place: Place, title: str, exercise: str = "") -> None:
        self.place, self.title, self.exercise = place, title, exercise or title
        self.claims: list[Claim] = []

    def judge(self: S, text: str, holds: bool, saw: str, hints: Sequence[str] = ()) -> S:
        """Take note of a claim.

        Parameters:
            text: what is claimed: "is running"; `saw`: what was looked at, and what it said.
            hints: nudge, pointer, answer.

        Raises:
            CheckFailed: it does not hold.
        """
        claim = Claim(self.title, text, holds, saw, tuple(hints))
        attempt = self.place.progress.note(self.exercise, claim.sentence, holds)
        if not holds:
            raise failed(claim, attempt)
        self.claims.append(claim)
        return self

    def ask(self, path: str, **query: Any) -> Any:
        """Ask the engine; None when it knows nothing of the kind.

        Raises:
            EngineError: it refused for another reason, or does not answer.
        """
        try:
            return ask(self.place.engine, "GET", path, query=query)
        except EngineError as error:
            if error.status == 404:
                return None
            raise

    def inspect(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """Give what the engine says of something; None when it is not there.

        Parameters:
            kind: "containers", "images", "volumes" or "networks", as in the API.
        """
        tail = "/json" if kind in ("containers", "images") else ""
        found = self.ask(f"/{kind}/{named(name)}{tail}")
        return found if isinstance(found, Mapping) else None

    def __repr__(self) -> str:
        return "\n".join(f"✓ {one_line(claim.sentence, 300)}" for claim in self.claims) or f"{self.title}: nothing was checked"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        look = Look(inline=True)
        rows = [
            h.div(look("line"))[
                h.span(look("glyph", "ink-succeeded"), aria_hidden="true")["✓"],
                " ",
                one_line(claim.sentence, 300),
                claim.saw and h.span(look("muted"))[f" ({one_line(claim.saw, 300)})"],
            ]
            for claim in self.claims
        ]
        return {
            "text/plain": repr(self),
            "text/html": str(h.section(look("root"), aria_label="Check")[h.div(look("box", "box-succeeded"))[rows]]),
        }
