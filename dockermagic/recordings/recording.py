"""A recording: a file of JSON lines, and what it says. Reading it decides everything but how a model looks.

The first line is the header: `format`, `version`, `began` (seconds since the epoch), `notebook`, `engine`. Each further line is one
fact, with `at`, the seconds since the recording began:

    {"cell": 1, "at": 0.1, "source": "%%dockerfile -t hello:1"}
    {"view": 1, "cell": 1, "at": 0.2, "kind": "build", "standing": false, "options": {}}
    {"frame": 1, "at": 0.2, "delta": ["=", {…}]}     view 1 was given this model, told as its difference from the one before
    {"closed": 1, "at": 3.4}                         view 1 was given its last model
    {"ended": 1, "at": 3.5}                          cell 1 has ended

So a kernel that is killed leaves a recording of all that was shown until then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dockermagic.errors import RecordError
from dockermagic.recordings.delta import patched
from dockermagic.recordings.kinds import KINDS, Kind
from dockermagic.records import revive

__all__ = ["FORMAT", "VERSION", "Cell", "Frame", "Recording", "View", "is_recording", "read"]

FORMAT = "dockermagic recording"
VERSION = 1
HOW = "Recordings are made with %docker_record FILE."


@dataclass(frozen=True)
class Frame:
    """A model as plain values: the number of its line, the seconds since the recording began, and the values."""

    line: int
    at: float
    plain: Any


@dataclass
class View:
    """A view that was recorded: the models that it was given, in order."""

    kind: Kind
    standing: bool
    options: dict[str, bool]
    frames: list[Frame] = field(default_factory=list)
    closed: float | None = None

    def model(self, plain: Any) -> Any:
        """Give a model, as it is to be drawn.

        Raises:
            RecordError: it is damaged.
        """
        try:
            return self.kind.again(revive(self.kind.model, plain))
        except (TypeError, ValueError, KeyError) as error:
            raise RecordError(f"The recording is damaged: a {self.kind.noun} in it: {error}.") from error


@dataclass
class Cell:
    """A cell that was recorded: its first line, its views, and when it began (in which line of the file) and ended."""

    number: int
    line: int
    source: str
    began: float
    ended: float | None = None
    views: list[View] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """What its subjects are called: tags, containers, projects."""
        last = [(view.kind, view.model(view.frames[-1].plain)) for view in self.views if view.frames]
        return tuple(dict.fromkeys(name for kind, model in last for name in kind.names(model)))


@dataclass
class Recording:
    """What a file says. `began` is seconds since the epoch."""

    path: Path
    began: float
    notebook: str
    engine: str
    cells: list[Cell] = field(default_factory=list)


def is_recording(path: Path) -> bool:
    """Say whether a file begins as a recording does, of whatever version."""
    try:
        with path.open(encoding="utf-8", errors="surrogatepass") as file:
            head = json.loads(file.readline(4096))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("format") == FORMAT


def read(path: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordError: the file is missing, no recording, newer than we know, or damaged.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="surrogatepass")
    except OSError as error:
        raise RecordError(f"“{path}” cannot be read: {error.strerror or error}.", HOW) from error
    except ValueError as error:
        raise RecordError(f"“{path}” is not a recording.", HOW) from error
    first, *lines = text.split("\n")
    try:
        head = json.loads(first)
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise RecordError(f"“{path}” is not a recording.", HOW)
    if head.get("version") != VERSION:
        told = f"“{path}” was recorded in format {head.get('version')}; this dockermagic reads format {VERSION}."
        raise RecordError(told, "pip install -U dockermagic")
    try:
        recording = Recording(path, float(head["began"]), str(head["notebook"]), str(head["engine"]))
        _Reader(recording).read(lines)
    except (TypeError, ValueError, KeyError, IndexError, RecursionError, AttributeError, OverflowError) as error:
        raise RecordError(f"“{path}” is damaged: {type(error).__name__}: {error}.") from error
    return recording


class _Reader:
    """Takes the lines of a recording."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.views: dict[int, View] = {}

    def read(self, lines: list[str]) -> None:
        for line, fact in enumerate(_facts(lines)):
            at = float(fact["at"])
            if "frame" in fact:
                view = self.views[fact["frame"]]
                view.frames.append(Frame(line, at, patched(view.frames[-1].plain if view.frames else None, fact["delta"])))
            elif "view" in fact:
                self.views[fact["view"]] = view = View(KINDS[fact["kind"]], bool(fact["standing"]), dict(fact["options"]))
                self._cell(fact["cell"]).views.append(view)
            elif "cell" in fact:
                self.recording.cells.append(Cell(int(fact["cell"]), line, str(fact["source"]), at))
            elif "closed" in fact:
                self.views[fact["closed"]].closed = at
            else:
                self._cell(fact["ended"]).ended = at

    def _cell(self, number: int) -> Cell:
        return {cell.number: cell for cell in self.recording.cells}[number]


def _facts(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the facts; what stands behind the last end of a line was cut off while it was written."""
    for line in lines[:-1]:
        fact = json.loads(line)
        if not isinstance(fact, dict):
            raise TypeError("a line is no object")
        yield fact
