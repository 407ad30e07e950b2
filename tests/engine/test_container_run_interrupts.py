"""■ while a container runs: Ctrl-C, then stop, then kill, each as a fact that the engine states."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from dockermagic.containers.model import Container, Containers
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.engine.http import Exchange
from dockermagic.errors import RunCancelled
from tests.engine.run_bench import Looking, Runs, printed
from tests.rig.processes import await_fact

pytestmark = pytest.mark.again("engine20", "podman")

POLITE = "busybox sh -c 'trap \"echo bye; exit 7\" INT; echo ready; while true; do sleep 0.1; done'"
STUBBORN = "busybox sh -c 'trap \"\" INT TERM; echo ready; while true; do sleep 0.1; done'"
TERMINATED = 'busybox sh -c \'trap "" INT; trap "echo term; exit 0" TERM; echo ready; while true; do sleep 0.1; done\''


@pytest.fixture
def runs(everywhere: Engine) -> Iterator[Runs]:
    watch = Watch(everywhere)
    assert watch.connected.wait(20)
    made = Runs(everywhere, watch)
    yield made
    made.clear()
    watch.close()


def names_signals(runs: Runs) -> bool:
    """Podman's events do not say which signal was sent."""
    return runs.engine.about.product != "Podman"


def signals(container: Container) -> list[int]:
    end = next(moment for moment in reversed(container.history) if moment.state == "exited")
    return [sent.signal for sent in end.signals]


def test_a_program_that_listens_to_ctrl_c(runs: Runs) -> None:
    error, container = runs.interrupted(POLITE, "ready")
    assert isinstance(error, KeyboardInterrupt)
    assert "Ctrl-C (SIGINT)" in error.message
    assert container.output.text() == "ready\nbye\n"
    assert (container.state, container.exit_code) == ("exited", 7)
    if names_signals(runs):
        assert signals(container) == [2]
    assert any("docker kill -s SIGINT" in moment.command for moment in container.history)


def test_a_program_that_listens_to_sigterm_alone(runs: Runs) -> None:
    error, container = runs.interrupted(TERMINATED, "ready")
    assert "it was stopped" in error.message
    assert container.output.text() == "ready\nterm\n"
    if names_signals(runs):
        assert signals(container) == [2, 15]


def test_a_program_that_listens_to_nothing(runs: Runs) -> None:
    began = time.monotonic()
    _, container = runs.interrupted(STUBBORN, "ready")
    assert time.monotonic() - began < 20
    assert (container.state, container.exit_code) == ("exited", 137)
    if names_signals(runs):
        assert signals(container) == [2, 15, 9]
        end = next(moment for moment in container.history if moment.state == "exited")
        assert (end.cause, end.forced) == ("stop", True)


def test_output_without_end(runs: Runs) -> None:
    """`yes` as process 1 ignores SIGINT and SIGTERM: the kernel leaves out what process 1 does not ask for."""
    _, container = runs.interrupted("--rm busybox yes ha", "ha\nha\n")
    assert container.state == "removed"
    assert container.output.lines > 10_000
    assert container.output.size < 1_200_000


def test_with_an_init_output_without_end_stops_at_once(runs: Runs) -> None:
    if runs.engine.about.product == "Podman":
        return  # its init is a program that need not be installed
    began = time.monotonic()
    _, container = runs.interrupted("--init busybox yes", "y\n")
    assert container.exit_code in (130, 129 + 1)
    assert time.monotonic() - began < 10


def test_another_interrupt_does_not_wait(runs: Runs) -> None:
    began = time.monotonic()
    view = Looking(printed("ready"))
    timer = threading.Timer(0.6, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT))

    class Twice(Looking):
        def update(self, model: object) -> None:
            if not timer.is_alive() and not timer.finished.is_set() and view._interrupt_at is None:
                timer.start()
            view.update(model)  # type: ignore[arg-type]

    with pytest.raises(RunCancelled):
        runs(STUBBORN, view=Twice())
    timer.join()
    assert time.monotonic() - began < 15


def test_left_to_run_when_signals_are_not_passed_on(runs: Runs) -> None:
    error, container = runs.interrupted("--sig-proxy=false " + POLITE, "ready")
    assert "runs on" in error.message
    assert container.state == "running"
    assert runs.engine.api.inspect_container(container.id)["State"]["Running"]
    runs.engine.api.kill(container.id)


def test_an_interrupt_while_the_image_is_fetched(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(engine: Engine, image: str, platform: str, tell: object, hold: Callable[[Exchange], None]) -> None:
        exchange = engine.exchange()
        hold(exchange)
        threading.Timer(0.2, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)).start()
        assert await_fact(lambda: exchange.closed, 20)
        raise ConnectionAbortedError("closed")

    monkeypatch.setattr("dockermagic.containers.create.pull", endless)
    with pytest.raises(RunCancelled, match="nothing is left"):
        runs("--pull always busybox true")
    assert runs.left() == []


@pytest.mark.parametrize("moment", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_an_interrupt_at_any_moment(moment: float, runs: Runs) -> None:
    """Wherever it comes, nothing goes on running unseen."""
    timer = threading.Timer(moment, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT))

    class Timed(Looking):
        def update(self, model: Containers) -> None:
            super().update(model)
            if timer.ident is None:
                timer.start()

    with pytest.raises(RunCancelled) as cancelled:
        runs("busybox sh -c 'trap \"exit 1\" INT; while true; do sleep 0.05; done'", view=Timed())
    timer.join()
    assert runs.engine.api.containers(filters={"label": "dm-test=run"}) == []
    if "nothing is left" in cancelled.value.message:
        assert runs.left() == []


def test_no_thread_is_left(runs: Runs) -> None:
    before = {thread.name for thread in threading.enumerate()}
    runs.interrupted(POLITE, "ready")
    for thread in threading.enumerate():
        if thread.name.startswith("dockermagic") and thread.name not in before:
            thread.join(5)
    assert {thread.name for thread in threading.enumerate() if thread.name.startswith("dockermagic")} <= before
