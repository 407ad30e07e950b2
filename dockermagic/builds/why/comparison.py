"""Two builds side by side: the same instructions in one row, what each cost, and what came from the cache."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from dockermagic.builds.model import Build, Step
from dockermagic.views.hostile import one_line
from dockermagic.views.shown import ShownOnce
from dockermagic.views.table import Table
from dockermagic.views.units import bytes_text, seconds_text

__all__ = ["Comparison", "Pair", "Trial", "compare_builds"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One row: an instruction of one build, and the same one of the other; None where one of them has no such instruction."""

    one: Step | None
    other: Step | None

    @property
    def seconds(self) -> float:
        """How much longer the other one took, in seconds; what came from the cache took none."""
        return _spent(self.other) - _spent(self.one)

    @property
    def bytes(self) -> int:
        """How much more the other one added, in bytes."""
        return _size(self.other) - _size(self.one)


@dataclass(frozen=True, repr=False)
class Comparison(ShownOnce):
    """Two builds, aligned: `.pairs`, `.seconds` (how much longer the other one worked), `.bytes`."""

    names: tuple[str, str]
    pairs: tuple[Pair, ...]
    title: str = ""

    @property
    def seconds(self) -> float:
        """How much longer the other build worked, in seconds."""
        return sum(pair.seconds for pair in self.pairs)

    @property
    def bytes(self) -> int:
        """How much larger the other build's layers are, in bytes."""
        return sum(pair.bytes for pair in self.pairs)

    def table(self) -> Table:
        """Give the rows."""
        rows = [
            (_text(pair), _did(pair.one), _did(pair.other), _signed(pair.seconds), _signed_bytes(pair.bytes)) for pair in self.pairs
        ]
        rows.append(
            (
                "all",
                _total([pair.one for pair in self.pairs]),
                _total([pair.other for pair in self.pairs]),
                _signed(self.seconds),
                _signed_bytes(self.bytes),
            )
        )
        one, other = (one_line(name, 60) for name in self.names)
        return Table(self.title or f"{one} and {other}", ("Instruction", one, other, "Δ time", "Δ size"), tuple(rows))

    def __repr__(self) -> str:
        return self.table().text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.table().html(), "text/plain": repr(self)}


@dataclass(frozen=True, repr=False)
class Trial(ShownOnce):
    """Two Dockerfiles, each built cold and once more after an edit: `.cold`, `.edited`, the two comparisons; `.file` was edited."""

    cold: Comparison
    edited: Comparison
    file: str
    builds: tuple[Build, ...] = ()

    def __repr__(self) -> str:
        return f"{self.cold!r}\n\n{self.edited!r}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.cold.table().html() + self.edited.table().html(), "text/plain": repr(self)}


def compare_builds(one: Build, other: Build, names: tuple[str, str], title: str = "") -> Comparison:
    """Align two builds by their instructions."""
    left = [step for step in one.steps if step.status not in ("metadata", "skipped")]
    right = [step for step in other.steps if step.status not in ("metadata", "skipped")]
    pairs: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, [s.name for s in left], [s.name for s in right], autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [Pair(*both) for both in zip(left[a:b], right[c:d], strict=True)]
        else:
            pairs += [Pair(step, None) for step in left[a:b]]
            pairs += [Pair(None, step) for step in right[c:d]]
    return Comparison(names, tuple(pairs), title)


def _spent(step: Step | None) -> float:
    return (step.seconds or 0.0) if step is not None and step.status != "cached" else 0.0


def _size(step: Step | None) -> int:
    return (step.bytes or 0) if step is not None and step.keyword != "FROM" else 0


def _text(pair: Pair) -> str:
    step = pair.one or pair.other
    return one_line(step.name.splitlines()[0], 80) if step is not None else ""


def _did(step: Step | None) -> str:
    if step is None:
        return "–"
    return "◇ cached" if step.status == "cached" else f"◆ {step.status} {seconds_text(_spent(step))}"


def _total(steps: list[Step | None]) -> str:
    ran = sum(step is not None and step.status == "ran" for step in steps)
    return f"{ran} ran, {seconds_text(sum(map(_spent, steps)))}"


def _signed(seconds: float) -> str:
    return "0" if abs(seconds) < 0.05 else f"{'+' if seconds > 0 else '−'}{seconds_text(abs(seconds))}"


def _signed_bytes(count: int) -> str:
    return "0" if not count else f"{'+' if count > 0 else '−'}{bytes_text(abs(count))}"
