"""What a check found: claims that hold, and the one that does not, with a hint. Pure.

1. A claim is a sentence about the engine's real state. What was looked at is always said, so that a learner can look as well.
2. When a claim does not hold, the first attempt gets a nudge (where to look), the second a pointer (what is wrong), any further
   one the answer (what to type). Attempts are counted a claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dockermagic.errors import CheckFailed

__all__ = ["Claim", "failed", "hint_for"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that was checked.

    `subject`: what it is about, "container my-app". `text`: what it says of it, "is running". `holds`: whether it is so. `saw`:
    what the engine said. `hints`: nudge, pointer and answer; fewer where there is no more to say.
    """

    subject: str
    text: str
    holds: bool
    saw: str = ""
    hints: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The claim as a sentence."""
        return f"{self.subject} {self.text}"


def hint_for(hints: Sequence[str], attempt: int) -> str:
    """Give the hint for an attempt, counted from 1; the last one for all that follow."""
    if not hints:
        return ""
    place = min(attempt, len(hints)) - 1
    more = " (Run it again for more.)" if place < len(hints) - 1 else ""
    return f"{hints[place]}{more}"


def failed(claim: Claim, attempt: int) -> CheckFailed:
    """Make the error of a claim that does not hold.

    Parameters:
        attempt: how often it did not hold by now, this time included.
    """
    return CheckFailed(f"Not yet: {claim.sentence}.\n{claim.saw}", hint_for(claim.hints, attempt), claim=claim)
