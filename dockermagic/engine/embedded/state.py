"""What is known of an embedded engine: told by its supervisor as JSON, a line each time that it changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

Phase = Literal["starting", "ready", "stopping", "stopped", "failed"]
STEPS = ("kernel", "network", "disk", "dockerd")
"""What is told while one starts, in order; a way without a kernel of its own begins later."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way to start an engine that was not taken, and why."""

    rung: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A published port that the host could not give, and why."""

    host: str
    port: int
    protocol: str
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """An embedded engine at a moment.

    `rung` is how it runs, `url` where it listens, `step` what it is starting just now; `memory` is in MB, `disk` in GB;
    `apart` tells that its network leads nowhere else; `users` counts the processes that joined it; `began` and
    `ready` are seconds since the epoch; `crashes` how often it had to be started again.
    """

    phase: Phase = "starting"
    rung: str = ""
    url: str = ""
    step: str = ""
    pid: int = 0
    memory: int = 0
    disk: int = 0
    users: int = 0
    keep: bool = False
    began: float = 0.0
    ready: float = 0.0
    crashes: int = 0
    said: str = ""
    folders: tuple[str, ...] = ()
    confined: bool = False
    apart: bool = False
    data: str = ""
    ports: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    conflicts: tuple[Conflict, ...] = field(default=())

    @property
    def guest(self) -> bool:
        """Whether it is in a guest, with walls around it; else it is a dockerd of this machine."""
        return self.rung.startswith("User-mode")

    def line(self) -> bytes:
        """Give it as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


def said_of_start(state: State) -> str:
    """Give the line that tells of a start, as far as it has come."""
    if state.step == "container":
        steps: tuple[str, ...] = (*STEPS, "a first container")
    else:
        steps = STEPS[: STEPS.index(state.step) + 1] if state.step in STEPS else ()
    if not state.guest:
        steps = tuple(each for each in steps if each not in STEPS[:3])
    told = f"starting a private Docker Engine: {', '.join(steps)}" if steps else "starting a private Docker Engine"
    return f"{state.said} {told}" if state.said else told


def read(line: bytes | str) -> State:
    """Read a line of JSON; what it does not have stays as it is at first, what we do not know is passed over.

    Raises:
        ValueError: it is no such line.
    """
    told = json.loads(line)
    if not isinstance(told, dict):
        raise ValueError("no state")
    defaults = State()
    known = {each.name for each in fields(State)}
    values: dict[str, Any] = {name: value for name, value in told.items() if name in known}
    for name, value in list(values.items()):
        usual = getattr(defaults, name)
        if name == "refusals":
            values[name] = tuple(Refusal(str(each["rung"]), str(each["why"])) for each in _objects(value))
        elif name == "conflicts":
            values[name] = tuple(
                Conflict(str(each["host"]), int(each["port"]), str(each["protocol"]), str(each["why"])) for each in _objects(value)
            )
        elif isinstance(usual, tuple):
            values[name] = tuple(str(each) for each in value) if isinstance(value, list) else usual
        elif isinstance(usual, bool) is not isinstance(value, bool) or not isinstance(value, (type(usual), int)):
            raise ValueError(f"{name} is {value!r}")
    return replace(defaults, **values)


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError("no list of objects")
    return value
