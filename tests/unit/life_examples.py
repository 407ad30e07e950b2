"""Containers made of facts, for tests of fold and picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dockermagic.containers import events as ev
from dockermagic.containers.model import Container, Containers, Fact
from dockermagic.containers.parts import RestartPolicy, Seen
from tests.unit.life_replay import fold

ID = "4f426cb080a6a16bf614b380108b48b1f1a60878ca0a0030af389791c49cf1f3"
T = 1_700_000_000.0
SEEN = Seen(name="web", image="busybox:latest", state="running", created=T, started=T + 1, argv=("sleep", "1000"))


def inspected(time: float = T + 1.1, **changes: Any) -> ev.Inspected:
    """Give an inspect of the container."""
    return ev.Inspected(time, ID, replace(SEEN, **changes))


def begun(**changes: Any) -> list[ev.Event]:
    """Give the facts of a container that was created and started."""
    return [ev.Created(T, ID, "web", "busybox:latest"), ev.Started(T + 1, ID), inspected(**changes)]


def one(*facts: ev.Event, **changes: Any) -> Container:
    """Give the container after further facts."""
    return containers(*facts, **changes).items[0]


def containers(*facts: ev.Event, **changes: Any) -> Containers:
    """Give a view of the container after further facts."""
    return fold([*begun(**changes), *facts], Containers(engine="Docker Engine 28.5.2"))


def last(*facts: ev.Event, **changes: Any) -> tuple[str, str, int | None]:
    """Give state, cause and exit code of the last moment."""
    moment = one(*facts, **changes).history[-1]
    return moment.state, moment.cause, moment.exit_code


def policy(name: str, most: int = 0) -> RestartPolicy:
    """Give a restart policy."""
    return RestartPolicy(name, most)


def forced_stop() -> Containers:
    """Give a container whose stop took its whole grace period."""
    given = ev.CommandGiven(T + 5, ID, "stop", "docker stop -t 3 web", 3)
    return containers(
        given, ev.Signalled(T + 5.01, ID, 15), ev.Signalled(T + 8.02, ID, 9), ev.Died(T + 8.1, ID, 137), ev.Stopped(T + 8.2, ID)
    )


def kinds(facts: Iterable[Fact]) -> list[str]:
    """Give what kinds of facts these are."""
    return [fact.kind for fact in facts]
