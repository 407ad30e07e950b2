"""Recorded lives of containers, played through reading and fold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dockermagic.containers import events as ev
from dockermagic.containers import inspected, messages
from dockermagic.containers.fold import apply
from dockermagic.containers.model import Container, Containers

ROOT = Path(__file__).resolve().parents[1] / "recordings"
EVERY = sorted(ROOT.glob("containers-*/*.ndjson"))


@dataclass(frozen=True)
class Recording:
    """A recorded life: whose it was, and what came, in the order it came."""

    engine: str
    case: str
    id: str
    begun: float
    lines: tuple[dict[str, Any], ...]


@cache
def load(path: Path) -> Recording:
    """Read a recording."""
    head, *lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return Recording(path.parent.name.removeprefix("containers-"), head["case"], head["id"], head["begun"], tuple(lines))


def events(recording: Recording, *, commands: bool = True) -> list[ev.Event]:
    """Give what a recording tells, without the commands if they are to be as if given elsewhere."""
    found: list[ev.Event] = []
    for line in recording.lines:
        time = recording.begun + line["t"]
        if "event" in line:
            told = messages.read(line["event"])
            found += [told] if told is not None else []
        elif "inspect" in line:
            found.append(ev.Inspected(time, recording.id, inspected.read(line["inspect"])))
        elif commands:
            given = line["command"]
            found.append(ev.CommandGiven(time, recording.id, given["verb"], given["command"], given["grace"]))
    return found


def fold(told: Iterable[ev.Event], start: Containers | None = None) -> Containers:
    """Fold events."""
    containers = start if start is not None else Containers()
    for event in told:
        containers = apply(containers, event)
    return containers


def replay(recording: Recording, *, commands: bool = True) -> Container:
    """Fold a recording from beginning to end, and give its one container."""
    (container,) = fold(events(recording, commands=commands))
    return container


def told(container: Container) -> tuple[tuple[str, str, int | None], ...]:
    """Give state, cause and exit code of each moment."""
    return tuple((moment.state, moment.cause, moment.exit_code) for moment in container.history)
