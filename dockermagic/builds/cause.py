"""Why a step ran again, and what was expected of a build, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Advice", "Cause", "CauseKind", "Change", "FileChange", "Forecast", "Prediction"]

Change = Literal["content", "mode", "added", "deleted", "renamed", "type", "link"]
CauseKind = Literal[
    "first-build",
    "files-changed",
    "instruction-changed",
    "base-changed",
    "arg-changed",
    "stage-changed",
    "above",
    "no-cache",
    "cache-gone",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class FileChange:
    """What happened to a file: `was` is its old path when it was renamed, `lines` how many lines it gained or lost."""

    path: str
    change: Change
    was: str = ""
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a step was not taken from the cache.

    `step` is the index of the step to blame, where that is another one; `old` and `new` are the two texts of a changed instruction;
    `name` is the build argument that changed; `certain` is False where something else could be the reason.
    """

    kind: CauseKind
    sentence: str
    certain: bool = False
    changes: tuple[FileChange, ...] = ()
    step: int | None = None
    old: str = ""
    new: str = ""
    name: str = ""

    @property
    def files(self) -> list[tuple[str, Change]]:
        """The files that changed, and how."""
        return [(each.path, each.change) for each in self.changes]


@dataclass(frozen=True, slots=True)
class Advice:
    """A better order: what it would have saved, in words and in seconds, and the Dockerfile."""

    sentence: str
    seconds: float
    dockerfile: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a step: "cached", "ran", or "" for one that makes no layer; why; and whether that is certain."""

    step: int
    status: Literal["cached", "ran", ""]
    certain: bool = False
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was expected of a build before it began: one forecast a step; `answers` are a learner's own, by the same order."""

    steps: tuple[Forecast, ...] = ()
    answers: tuple[str, ...] = ()
