"""Containers as data: what was asked, what happened to each, and what they are now.

`Containers` is what one view shows. Events are folded into it (`fold.apply`); it holds no clock and no handle on an engine, and can
be saved and loaded (`record`). Two containers of one image are two entries: one blueprint, many objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dockermagic.containers.parts import Health, Probe, Seen, State
from dockermagic.log import Log

__all__ = ["Cause", "Container", "Containers", "Exec", "Fact", "Moment", "Pull", "Sent", "Stop"]

Cause = Literal[
    "create",
    "start",
    "pause",
    "unpause",
    "stop",
    "kill",
    "signal",
    "exit",
    "out of memory",
    "killed",
    "restart",
    "restart policy",
    "start failed",
    "remove",
    "unknown",
]
"""What took a container from one state to the next.

stop, restart, kill, remove…: the command of that name. exit: the program ended by itself. signal: a signal other than SIGKILL,
after which it ended. killed: SIGKILL that nobody sent through the engine. restart policy: the engine started it again, nobody
asked. start failed: the program could not be started. unknown: it happened before anybody looked, and the engine does not
remember.
"""

FactKind = Literal["create", "start", "refused", "pause", "unpause", "kill", "oom", "die", "stop", "restart", "destroy", "command"]
"""The events that make a history, by the engine's names for them; "refused" is a start that failed, "command" was given here."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a life, as the engine stated it or a person here asked for it.

    `number` is a signal, an exit code, or a grace period in seconds. `text` is a command as typed, `verb` its kind. `supposed`:
    nobody saw it, inspect tells that it must have been.
    """

    time: float
    kind: FactKind
    number: float | None = None
    verb: str = ""
    text: str = ""
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that was sent to process 1."""

    time: float
    signal: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of state: when, into what, and what brought it about.

    `command` is what was typed here, or the docker command that does the same; `typed` tells which. `signal` is the signal that
    ended the program (0: one that the engine does not name), `exit_code` the program's. `signals` are all that were sent while it
    ran, and `waited` the seconds from the stop's signal (or its command) to the end. `grace` is the seconds that a stop waits
    before it kills; `forced`: it took SIGKILL.
    """

    time: float
    state: State
    cause: Cause
    command: str = ""
    typed: bool = False
    signal: int | None = None
    exit_code: int | None = None
    signals: tuple[Sent, ...] = ()
    waited: float | None = None
    grace: float | None = None
    forced: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that goes on: when it was asked for, and the signals so far.

    `command` is what was given here, empty if it was given elsewhere; `grace` is the seconds that it waits before it kills.
    """

    time: float
    signals: tuple[Sent, ...] = ()
    command: str = ""
    grace: float | None = None


@dataclass(frozen=True, slots=True)
class Exec:
    """A further program that was started in a container; times in seconds since the epoch."""

    id: str
    command: str
    started: float
    finished: float | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """An image on its way: `current` of `total` bytes (None while unknown), layer by layer."""

    image: str
    layers: tuple[tuple[str, int, int], ...] = ()
    done: bool = False

    @property
    def current(self) -> int:
        """Bytes that have arrived."""
        return sum(have for _, have, _ in self.layers)

    @property
    def total(self) -> int:
        """Bytes that are known to come."""
        return sum(whole for _, _, whole in self.layers)


@dataclass(frozen=True, slots=True)
class Container:
    """A container and its life so far.

    `history` are its changes of state with times and causes, oldest first; `earlier` facts are no longer in it. `exit_code` is the
    program's last one, None before it ended. `crashes` counts how often the restart policy has started it again. `names` are its
    former ones. `seen` is what inspect told at `inspected`; `facts` is what the history is made of. `output` is what it printed
    while somebody here listened.
    """

    id: str
    name: str = ""
    image: str = ""
    state: State = "created"
    exit_code: int | None = None
    history: tuple[Moment, ...] = ()
    stopping: Stop | None = None
    crashes: int = 0
    health: Health = "none"
    probes: tuple[Probe, ...] = ()
    execs: tuple[Exec, ...] = ()
    output: Log = field(default_factory=Log)
    seen: Seen = field(default_factory=Seen)
    inspected: float | None = None
    names: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    earlier: int = 0

    @property
    def short_id(self) -> str:
        """The first twelve characters of the id, as Docker shows them."""
        return self.id[:12]

    @property
    def alive(self) -> bool:
        """Whether its program is there, running or frozen."""
        return self.state in ("running", "paused")


@dataclass(frozen=True, slots=True)
class Containers:
    """The containers of one view, in order.

    `engine` names the engine for people. `lost` is when the engine stopped answering, None while it does; `lost_reason` says why.
    `recorded`: it was loaded from a file.
    """

    items: tuple[Container, ...] = ()
    engine: str = ""
    lost: float | None = None
    lost_reason: str = ""
    pulls: tuple[Pull, ...] = ()
    recorded: bool = False

    def __iter__(self) -> Iterator[Container]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def find(self, name: str) -> Container | None:
        """Give a container by its id, the beginning of it (at least 4 characters), or its name; None if it is not here."""
        for each in self.items:
            if name in (each.id, each.name):
                return each
        matching = [each for each in self.items if len(name) >= 4 and each.id.startswith(name)]
        return matching[0] if len(matching) == 1 else None

    def changed(self, id: str, **changes: Any) -> Containers:
        """Give the same with one container changed."""
        items = tuple(replace(each, **changes) if each.id == id else each for each in self.items)
        return replace(self, items=items)
