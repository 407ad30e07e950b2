"""When a stack's ports are asked: once Compose is through, again after a restart, and never all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dockermagic.compose import events as ev
from dockermagic.compose import probing
from dockermagic.compose.fold import apply
from dockermagic.compose.model import Stack
from dockermagic.compose.probing import Probing
from dockermagic.containers import events as life
from tests.unit.test_compose_fold import seen, stack


class Probes:
    """Takes the place of the container that asks; keeps what it was to ask."""

    def __init__(self) -> None:
        self.asked: list[set[tuple[str, int]]] = []
        self.open = 0
        self.begun = threading.Condition()

    def __call__(self, engine: Any, targets: Any, *more: Any) -> Probes:
        with self.begun:
            self.asked.append({(target.container, target.port) for target in targets})
            self.open += 1
            self.begun.notify_all()
        return self

    def close(self, patience: float = 0.0) -> None:
        with self.begun:
            self.open -= 1
            self.begun.notify_all()

    def await_asked(self, count: int) -> bool:
        with self.begun:
            return self.begun.wait_for(lambda: len(self.asked) >= count, 5)


class Case:
    """A stack with a server, through with `up`."""

    def __init__(self) -> None:
        self.stack: Stack = stack(
            life.Inspected(101.5, "d", seen("db")), life.Inspected(101.5, "a", seen("api")), ev.Ended(102.0, 0, False)
        )
        self.probing = Probing(None, {}, lambda: self.stack, lambda *_: None, lambda _: None)  # type: ignore[arg-type]

    def take(self, event: ev.Event) -> None:
        self.stack = apply(self.stack, event)


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Probes]:
    made = Probes()
    monkeypatch.setattr(probing, "Probe", made)
    monkeypatch.setattr(probing, "STILL", 0.01)
    yield made
    with made.begun:
        assert made.begun.wait_for(lambda: made.open == 0, 5), "whoever ends it ends what asks"


def test_all_are_asked_once_compose_is_through(probes: Probes) -> None:
    case = Case()
    case.probing.calm(ended=True)
    assert not probes.asked, "nobody wants to know"
    case.probing.want()
    case.probing.calm(ended=True)
    case.probing.calm(ended=True)
    assert probes.asked == [{("shop-db-1", 5432), ("shop-api-1", 80)}]
    case.probing.end()


def test_what_was_started_anew_is_asked_anew(probes: Probes) -> None:
    case = Case()
    case.probing.want()
    case.probing.calm(ended=True)
    case.take(ev.PortAccepts(103.0, "a", 80))
    case.take(ev.PortAccepts(103.0, "d", 5432))
    case.take(life.Started(200.0, "d"))
    case.probing.started()
    case.probing.started()  # one question is enough
    assert probes.await_asked(2)
    assert probes.asked[1] == {("shop-db-1", 5432)}
    case.probing.end()
    assert len(probes.asked) == 2


def test_one_that_crashes_all_the_time_is_not_asked_all_the_time(probes: Probes) -> None:
    case = Case()
    case.probing.want()
    case.probing.calm(ended=True)
    for moment in range(200, 300):
        case.take(life.Started(float(moment), "d"))
        case.probing.started()
        if moment == 200:
            assert probes.await_asked(2)
    assert len(probes.asked) == 2, "the next one waits"
    case.probing.end()
    case.probing.started()
    assert len(probes.asked) == 2


def test_while_compose_works_nothing_is_asked_again(probes: Probes) -> None:
    case = Case()
    case.stack = replace(case.stack, ended=None)
    case.probing.want()
    case.probing.calm(ended=True)
    case.probing.started()
    case.probing.end()
    assert len(probes.asked) == 1
