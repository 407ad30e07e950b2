"""The stages of a build side by side: which rows are whose, and which ones ran at the same time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dockermagic.builds.model import Build, Stage, Step
from dockermagic.views.hostile import one_line

__all__ = ["Part", "Span", "length", "overlap", "parallel_text", "parts", "spans", "union"]

Span = tuple[float, float]

_WORKED = frozenset({"ran", "running", "failed", "cancelled"})
_NOTABLE = 0.05
"""Seconds that two stages must have worked at the same time to be called parallel."""


@dataclass(frozen=True, slots=True)
class Part:
    """Steps `first` up to `last` (excluded) of one stage; `number` counts stages from 1. No stage: before the first FROM."""

    first: int
    last: int
    number: int
    stage: Stage | None


def parts(build: Build) -> tuple[Part, ...]:
    """Give the stages' parts in file order: a new one begins at each FROM."""
    starts = [index for index, step in enumerate(build.steps) if step.keyword == "FROM"]
    ends = [*starts[1:], len(build.steps)]
    found = []
    if build.steps and (not starts or starts[0] > 0):
        found.append(Part(0, starts[0] if starts else len(build.steps), 0, None))
    for number, (first, last) in enumerate(zip(starts, ends, strict=False), start=1):
        stage = build.stages[number - 1] if number <= len(build.stages) else None
        found.append(Part(first, last, number, stage))
    return tuple(found)


def spans(steps: Iterable[Step], now: float) -> list[Span]:
    """Give when the engine worked on each of the steps, in seconds since the epoch; cached and unreached ones left out."""
    return [
        (step.started, max(step.started, now if step.finished is None else step.finished))
        for step in steps
        if step.status in _WORKED and step.started is not None
    ]


def union(times: Iterable[Span]) -> list[Span]:
    """Give the same times without overlap, in order."""
    joined: list[Span] = []
    for begin, end in sorted(times):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def length(times: Iterable[Span]) -> float:
    """Give the sum of the lengths, in seconds."""
    return sum(end - begin for begin, end in times)


def overlap(ones: list[Span], others: list[Span]) -> float:
    """Give the seconds in which both worked; each list without overlap of its own."""
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in ones for b in others)


def parallel_text(build: Build, part: Part, now: float) -> str:
    """Say which stages this one ran in parallel with: "ran in parallel with assets, tests"."""
    own = union(spans(build.steps[part.first : part.last], now))
    names = []
    for other in parts(build):
        if other.stage is None or other.number == part.number:
            continue
        if overlap(own, union(spans(build.steps[other.first : other.last], now))) >= _NOTABLE:
            names.append(one_line(other.stage.name, 60))
    if not names:
        return ""
    verb = "runs" if build.outcome is None and not build.recorded else "ran"
    return f"{verb} in parallel with {', '.join(names)}"
