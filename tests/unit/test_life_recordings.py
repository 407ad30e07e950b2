"""Every recorded life: the same states, causes and exit codes on every engine, in whatever order the engine tells them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.containers import events as ev
from tests.rig.life_cases import BEGUN, CASES, Told
from tests.unit.life_replay import EVERY, events, fold, load, replay, told

WANTED = {case.name: case for case in CASES}
EACH = pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.stem}")
# Podman does not always tell of a stop, and never of its signals; so what was asked for elsewhere cannot be known there.
DOCKER = pytest.mark.parametrize(
    "path", [path for path in EVERY if "podman" not in path.parent.name], ids=lambda path: f"{path.parent.name}/{path.stem}"
)
LIFE = (ev.Created, ev.Started, ev.Paused, ev.Unpaused, ev.Signalled, ev.Died, ev.OutOfMemory, ev.Stopped, ev.Restarted, ev.Removed)


def wanted(path: Path) -> Told:
    case = WANTED[path.stem]
    return case.differs.get(load(path).engine, case.told)


def test_every_case_is_there_for_every_engine() -> None:
    assert {(load(path).engine, path.stem) for path in EVERY} == {
        (engine, case.name) for engine in ("20.10", "28", "podman") for case in CASES
    }


@EACH
def test_a_life_is_told_as_it_was(path: Path) -> None:
    container = replay(load(path))
    assert told(container) == wanted(path)
    assert container.state == wanted(path)[-1][0]
    assert all(moment.typed for moment in container.history if moment.cause in ("create", "start", "stop", "kill", "restart"))


@DOCKER
def test_a_life_is_told_the_same_when_the_commands_were_given_elsewhere(path: Path) -> None:
    container = replay(load(path), commands=False)
    assert told(container) == wanted(path)
    assert not any(moment.typed for moment in container.history)


@EACH
def test_inspect_alone_tells_the_state(path: Path) -> None:
    recording = load(path)
    asked = [event for event in events(recording) if isinstance(event, ev.Inspected)]
    (container,) = fold(asked)
    assert container.state == asked[-1].seen.state


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_the_order_and_the_number_of_times_do_not_matter(data: st.DataObject) -> None:
    recording = load(data.draw(st.sampled_from(EVERY)))
    first, *rest = events(recording)
    facts = [event for event in rest if isinstance(event, LIFE)]
    others = [event for event in rest if not isinstance(event, LIFE)]
    again = data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else []
    mixed = data.draw(st.permutations([*facts, *again]))
    straight = fold([first, *others, *facts])
    crooked = fold([first, *others, *mixed])
    assert told(straight.items[0]) == told(crooked.items[0])
    assert straight.items[0].history == crooked.items[0].history


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_milliseconds_do_not_matter(data: st.DataObject) -> None:
    """Engines differ in what they report first; the times themselves move by a few milliseconds from one run to the next."""
    path = data.draw(st.sampled_from([path for path in EVERY if path.stem not in ("crash-loop", "pause")]))
    shifted = []
    for event in events(load(path)):
        moved = isinstance(event, (ev.Died, ev.Stopped, ev.Signalled, ev.OutOfMemory))
        shifted.append(replace(event, time=event.time + data.draw(st.floats(-0.004, 0.004))) if moved else event)
    assert told(fold(shifted).items[0]) == wanted(path)


def recorded(engine: str, case: str) -> Path:
    return next(path for path in EVERY if load(path).engine == engine and path.stem == case)


@pytest.mark.parametrize("engine", ["20.10", "28", "podman"])
class TestEachEngine:
    def test_a_stop_that_was_heeded(self, engine: str) -> None:
        moment = replay(load(recorded(engine, "stop"))).history[-1]
        assert (moment.command, moment.signal, moment.forced, moment.grace) == ("docker stop -t 5 web", 15, False, 5)
        assert moment.waited is not None
        assert moment.waited < 3

    def test_a_stop_that_was_not_heeded(self, engine: str) -> None:
        moment = replay(load(recorded(engine, "stop-forced"))).history[-1]
        assert (moment.signal, moment.forced, moment.grace, moment.exit_code) == (9, True, 1, 137)
        assert moment.waited is not None
        assert 0.9 < moment.waited < 3

    def test_a_kill(self, engine: str) -> None:
        moment = replay(load(recorded(engine, "kill"))).history[-1]
        assert (moment.command, moment.signal, moment.forced) == ("docker kill web", 9, True)

    def test_a_crash_loop_is_counted(self, engine: str) -> None:
        container = replay(load(recorded(engine, "crash-loop")))
        assert container.crashes == 2
        assert container.history[3].command == "--restart on-failure:2"

    def test_an_exec(self, engine: str) -> None:
        container = replay(load(recorded(engine, "exec")))
        (one,) = container.execs
        assert one.exit_code == 7
        assert one.finished is not None
        assert one.finished >= one.started
        assert told(container) == BEGUN

    def test_a_rename(self, engine: str) -> None:
        container = replay(load(recorded(engine, "rename")))
        assert (container.name, container.names) == ("dm-life-after", ("dm-life-before",))

    def test_a_failed_start(self, engine: str) -> None:
        container = replay(load(recorded(engine, "start-failed")))
        assert container.state == "created"
        if engine != "podman":  # it tells only whoever asked for the start
            assert "/nonesuch" in container.history[-1].text
            assert container.exit_code == 127

    def test_run_is_two_steps(self, engine: str) -> None:
        created, started, *_ = replay(load(recorded(engine, "run"))).history
        assert created.command == started.command == "docker run -d busybox:latest …"
        assert created.time < started.time


@pytest.mark.parametrize("engine", ["20.10", "28"])
def test_health(engine: str) -> None:
    container = replay(load(recorded(engine, "unhealthy")))
    assert container.health == "unhealthy"
    assert [probe.exit_code for probe in container.probes][:2] == [1, 1]
    assert container.probes[0].output == "no answer\n"
    assert container.execs == ()


def test_the_signals_of_a_forced_stop() -> None:
    for engine in ("20.10", "28"):
        moment = replay(load(recorded(engine, "stop-forced")), commands=False).history[-1]
        assert [sent.signal for sent in moment.signals] == [15, 9]
        assert moment.grace == 1
        assert moment.command.startswith("docker stop ")
