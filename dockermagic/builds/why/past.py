"""An earlier build, as it is remembered: what decided about each step, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from dockermagic.builds.why.facts import Facts
from dockermagic.builds.why.prints import Tree

WITNESS = "below "
"""Begins the name of a record that is not the step's own but one of a step below."""

__all__ = ["WITNESS", "Past", "PastStep", "Seen", "counterparts"]


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step of an earlier build: the files that it took are worked out again from the tree; `seconds` is how long it ran."""

    facts: Facts
    status: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier build: `texts` are all of its instructions, `steps` those that make layers, by index."""

    texts: tuple[str, ...]
    steps: tuple[PastStep, ...]
    tree: Tree = field(default_factory=Tree)
    created: float = 0.0

    def at(self, index: int) -> PastStep | None:
        """Give the step with an index."""
        return next((each for each in self.steps if each.facts.step == index), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an engine's cache.

    Parameters:
        keys: the steps that were built there, by key, with the name of their cache record ("" when not known).
        records: the names of the records that are there now; None when the engine did not tell.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    records: frozenset[str] | None = None

    def gone(self, key: str) -> bool | None:
        """Say whether a step that was built is no longer in the cache; None when that cannot be told."""
        if self.records is None or key not in self.keys:
            return None
        if not self.records:
            return True
        record = self.keys[key]
        if record.startswith(WITNESS):
            # The record of a step below holds on to this one's; with it gone, nothing is known.
            return False if record.removeprefix(WITNESS) in self.records else None
        return record not in self.records if record else None


def counterparts(old: tuple[str, ...], new: tuple[str, ...]) -> dict[int, int]:
    """Tell which instruction of the newer Dockerfile is which of the older one: index -> index."""
    found: dict[int, int] = {}
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.update(zip(range(c, d), range(a, b), strict=True))
        elif tag == "replace":
            free = list(range(a, b))
            for place in range(c, d):
                word = new[place].split(maxsplit=1)[:1]
                match = next((each for each in free if old[each].split(maxsplit=1)[:1] == word), None)
                if match is not None:
                    found[place] = match
                    free = [each for each in free if each > match]
    return found
