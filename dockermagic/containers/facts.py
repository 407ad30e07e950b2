"""The facts of one life in order, divided into runs: what lies between a start and the next one, with one end at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dockermagic.containers.model import Fact, FactKind

__all__ = ["Run", "ordered", "runs"]

_SAME = 2.0
"""Seconds that an event may lag behind what inspect tells of the same."""
_CLOCK = 0.05
_EARLY = 0.5
"""Seconds that an end may be reported before the start that it belongs to."""
_RANK: dict[FactKind, int] = {
    "command": 0, "create": 1, "start": 2, "refused": 3, "pause": 4, "unpause": 5, "kill": 6, "oom": 7, "die": 8, "stop": 9,
    "restart": 10, "destroy": 11,
}  # fmt: skip


@dataclass(slots=True)
class Run:
    """What happened from one start to the next; the first run, before any start, has no `start`."""

    start: Fact | None = None
    facts: list[Fact] = field(default_factory=list)

    def all(self, *kinds: FactKind) -> list[Fact]:
        """Give its facts of some kinds, oldest first."""
        return [fact for fact in self.facts if fact.kind in kinds]

    @property
    def end(self) -> Fact | None:
        """The fact that its program ended; None while it runs."""
        return next((fact for fact in self.facts if fact.kind == "die"), None)


def ordered(facts: Sequence[Fact]) -> list[Fact]:
    """Give the facts in the order they happened.

    1. Each once, however often it was told.
    2. What is only supposed gives way to an event that tells the same within two seconds.
    3. A program may end before the engine reports its start; such an end belongs right after the start.
    4. A second end in one run is the same end, told by inspect.
    """
    unique = sorted(set(facts), key=_place)
    told = [fact for fact in unique if not fact.supposed]
    kept = [fact for fact in unique if not fact.supposed or not any(_same(fact, other) for other in told)]
    found: list[Fact] = []
    running = False
    for place, fact in enumerate(kept):
        if fact.kind == "die":
            following = next((other for other in kept[place + 1 :] if other.kind in ("start", "die")), None)
            early = following is not None and following.kind == "start" and following.time - fact.time <= _EARLY
            if not running and following is not None and early and _unended(kept[place + 1 :]):
                found.append(replace(fact, time=following.time))
            elif running or not any(other.kind in ("start", "die") for other in kept[:place]):
                found.append(fact)
            running = False
            continue
        running = True if fact.kind == "start" else running
        found.append(fact)
    return sorted(found, key=_place)


def _same(supposed: Fact, other: Fact) -> bool:
    """Say whether an event tells what inspect let suppose. An event comes a little after what it tells of, never before."""
    return other.kind == supposed.kind and -_CLOCK <= other.time - supposed.time <= _SAME


def _place(fact: Fact) -> tuple[float, int, float, str, str, bool]:
    return fact.time, _RANK[fact.kind], fact.number or 0.0, fact.verb, fact.text, fact.supposed


def _unended(following: list[Fact]) -> bool:
    """Say whether the next start has no end of its own."""
    starts = [place for place, fact in enumerate(following) if fact.kind == "start"]
    end = starts[1] if len(starts) > 1 else len(following)
    return not any(fact.kind == "die" for fact in following[starts[0] : end])


def runs(facts: Sequence[Fact]) -> list[Run]:
    """Divide facts in order at the starts."""
    found = [Run()]
    for fact in facts:
        if fact.kind == "start":
            found.append(Run(fact))
        found[-1].facts.append(fact)
    return found
