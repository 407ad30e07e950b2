"""The watch and what stands on it, with real engines: nothing lost, names fresh, the past asked for, the engine gone and back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.containers import events as ev
from dockermagic.containers.handle import LiveContainer, open_lifecycle
from dockermagic.containers.model import Containers
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from dockermagic.errors import EngineError
from tests.engine.living import HEEDS, SLEEPS, Makes, making
from tests.engine.relays import over_unix, relay
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.again, pytest.mark.usefixtures("alone")]
WITHIN = 15


@pytest.fixture
def makes(everywhere: Engine) -> Iterator[Makes]:
    with making(everywhere) as makes:
        yield makes


@pytest.fixture
def watch(everywhere: Engine) -> Iterator[Watch]:
    watch = Watch(everywhere)
    assert watch.connected.wait(WITHIN)
    yield watch
    watch.close()


def test_a_life_that_is_watched(makes: Makes, watch: Watch) -> None:
    id = makes.create(HEEDS)
    heard: list[ev.Event] = []
    live = LiveContainer(makes.engine, watch, Containers(), id)
    watch.subscribe(heard.append, [id])
    assert await_fact(lambda: live.state == "created" and live.name.endswith("c0"), WITHIN)
    watch.tell(ev.CommandGiven(watch.now(), id, "start", "docker start web"))
    makes.engine.api.start(id)
    assert await_fact(lambda: live.state == "running" and "ready" in live.logs(), WITHIN), live.history
    watch.tell(ev.CommandGiven(watch.now(), id, "stop", "docker stop -t 5 web", 5))
    makes.engine.api.stop(id, timeout=5)
    assert await_fact(lambda: live.state == "exited", WITHIN), live.history
    assert [(m.cause, m.command) for m in live.history[1:]] == [("start", "docker start web"), ("stop", "docker stop -t 5 web")]
    assert live.exit_code == 0
    assert live.logs(tail=1) == "ready\n"
    assert live.logs(timestamps=True).endswith("Z ready\n") or "+" in live.logs(timestamps=True)
    makes.engine.api.remove_container(id)
    assert await_fact(lambda: live.state == "removed", WITHIN)
    assert any(isinstance(event, ev.Died) for event in heard)
    assert "removed" in live._repr_mimebundle_()["text/html"]
    with pytest.raises(EngineError):
        live.logs()


def test_names_are_fresh_and_quick(makes: Makes, watch: Watch) -> None:
    volume, network = makes.volume("v"), makes.network("n")
    makes.create(SLEEPS, "named")
    for kind, name in (("container", makes.name("named")), ("volume", volume), ("network", network)):
        assert await_fact(lambda kind=kind, name=name: name in watch.names(kind), WITHIN), (kind, watch.names(kind))
    assert any(name.endswith("busybox:latest") for name in watch.names("image"))
    began = time.perf_counter()
    watch.names("container")
    assert time.perf_counter() - began < 0.005
    makes.engine.api.remove_volume(volume)
    assert await_fact(lambda: volume not in watch.names("volume"), WITHIN)


def test_a_container_that_was_made_elsewhere_has_a_past(makes: Makes) -> None:
    id = makes.run(HEEDS)
    makes.engine.api.stop(id, timeout=3)
    opened = open_lifecycle(makes.engine, [makes.name("c0")])
    try:
        (container,) = opened.containers
        assert [moment.state for moment in container.history] == ["created", "running", "exited"]
        if makes.engine.about.product != "Podman":  # it does not tell of every stop
            assert container.history[-1].cause == "stop"
        assert await_fact(lambda: "ready" in opened.containers.items[0].output.text(), WITHIN)
    finally:
        opened.close()


def test_buttons_do_what_they_say(makes: Makes) -> None:
    id = makes.run(HEEDS)
    opened = open_lifecycle(makes.engine, [id])
    seen: list[str] = []
    opened.follow(lambda containers: seen.append(containers.items[0].state if containers.items else ""))

    def is_now(state: str) -> bool:
        return await_fact(lambda: opened.containers.items[0].state == state, WITHIN)

    try:
        for do, state in (
            ("pause", "paused"),
            ("unpause", "running"),
            ("stop", "exited"),
            ("start", "running"),
            ("kill", "exited"),
        ):
            opened.act(f"{do} {id}")
            assert is_now(state), (do, opened.containers.items[0].history)
        opened.act(f"rm {id}")
        assert is_now("removed")
        typed = [moment.command.rpartition(" ")[0] for moment in opened.containers.items[0].history if moment.typed]
        told = [(m.time, m.cause, m.command, m.signals) for m in opened.containers.items[0].history]
        assert typed == ["docker pause", "docker unpause", "docker stop", "docker start", "docker kill", "docker rm"], told
        assert {"paused", "exited", "removed"} <= set(seen)
        with pytest.raises(EngineError, match="Nothing is known"):
            opened.act("rm somebody-else-s")
        with pytest.raises(EngineError):
            opened.act(f"start {id}")
    finally:
        opened.close()


def test_everything_an_engine_has_and_gets(makes: Makes) -> None:
    first = makes.create(SLEEPS, "first")
    opened = open_lifecycle(makes.engine)
    try:
        assert opened.containers.find(first) is not None
        second = makes.run(SLEEPS, "second")
        assert await_fact(lambda: (found := opened.containers.find(second)) is not None and found.state == "running", WITHIN)
    finally:
        opened.close()


def test_an_unknown_name(everywhere: Engine) -> None:
    with pytest.raises(EngineError, match="no container “nonesuch”"):
        open_lifecycle(everywhere, ["nonesuch"])


def test_the_engine_goes_and_comes_back(makes: Makes, tmp_path: Path) -> None:
    """What happens meanwhile is told when it is back; no thread survives."""
    target = makes.engine.address.url.removeprefix("unix://")
    path = tmp_path / "engine.sock"
    running = set(threading.enumerate())
    with relay(target, over_unix(path)) as between:
        engine = Engine(Address(f"unix://{path}"))
        watch = Watch(engine)
        try:
            assert watch.connected.wait(WITHIN)
            id = makes.run(SLEEPS)
            heard: list[ev.Event] = []
            live = LiveContainer(engine, watch, Containers(), id)
            watch.subscribe(heard.append, [id])
            assert await_fact(lambda: live.state == "running", WITHIN)
            between.close()
            path.unlink(missing_ok=True)
            assert await_fact(lambda: any(isinstance(event, ev.EngineLost) for event in heard), WITHIN)
            assert live._containers.lost is not None
            assert "does not answer" in live._repr_mimebundle_()["text/html"]
            makes.engine.api.kill(id)
            with relay(target, over_unix(path)):
                assert await_fact(lambda: any(isinstance(event, ev.EngineBack) for event in heard), WITHIN)
                assert await_fact(lambda: live.state == "exited" and live.history[-1].cause == "kill", WITHIN), live.history
                assert live._containers.lost is None
                watch.close()
        finally:
            watch.close()
            engine.close()
    assert not [thread for thread in set(threading.enumerate()) - running if thread.name.startswith("dockermagic")]


def test_nobody_answers_from_the_beginning(tmp_path: Path) -> None:
    engine = Engine(Address(f"unix://{tmp_path}/none.sock"))
    watch = Watch(engine)
    heard: list[ev.Event] = []
    watch.subscribe(heard.append)
    assert await_fact(lambda: bool(heard), WITHIN)
    assert isinstance(heard[0], ev.EngineLost)
    watch.close()


def test_closing_is_quick_while_an_engine_hangs(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "mute.sock"))
    listener.listen()
    watch = Watch(Engine(Address(f"unix://{tmp_path}/mute.sock")))
    assert not watch.connected.wait(0.3)
    began = time.monotonic()
    watch.close()
    assert time.monotonic() - began < 6
    listener.close()


def test_a_crowd_of_containers_loses_nothing(makes: Makes, watch: Watch) -> None:
    heard: list[ev.Event] = []
    watch.subscribe(heard.append)
    ids = [makes.run(["true"]) for _ in range(8)]
    assert await_fact(lambda: {e.id for e in list(heard) if isinstance(e, ev.Died)} >= set(ids), WITHIN)


@pytest.mark.parametrize(("line", "stays"), [("sleep 1000", None), ("trap : TERM; sleep 1000; true", True)])
def test_what_process_one_really_is(makes: Makes, watch: Watch, line: str, stays: bool | None) -> None:
    """Whether a shell hands over is the shell's affair; that it is seen is ours."""
    id = makes.run(["sh", "-c", line])
    found = watch.inspect(id)
    assert found is not None
    assert found[1].program in (f"sh -c {line}", line), found[1].program
    assert stays is None or not found[1].handed_over
