"""Interrupts, at any moment of a build."""

from __future__ import annotations

import gc
import os
import random
import secrets
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import run_build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import make, statuses
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]


EARLIER: set[threading.Thread] = set()


@pytest.fixture(autouse=True)
def _earlier() -> None:
    EARLIER.clear()
    EARLIER.update(threading.enumerate())


def working() -> list[str]:
    """Name the threads of dockermagic's that this test has begun."""
    return [thread.name for thread in set(threading.enumerate()) - EARLIER if thread.name.startswith("dockermagic")]


class Slow:
    """A view that does not close before all interrupts have come, so that some hit it there."""

    def __init__(self) -> None:
        self.closed: Build | None = None
        self.may_close = threading.Event()

    def update(self, model: Build) -> None: ...

    def tick(self) -> None: ...

    def close(self, model: Build) -> None:
        assert self.may_close.wait(10)
        self.closed = model


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Give a context of 300 MB, most of it a hole, that no engine has seen."""
    with (tmp_path / "big").open("wb") as file:
        file.truncate(300_000_000)
        file.write(secrets.token_bytes(64))
    return tmp_path


@pytest.mark.parametrize("presses", [1, 2, 3])
@pytest.mark.parametrize("delay", [0.0, 0.001, 0.01, 0.1, 0.5, 1.5])
def test_interrupts_at_any_moment(delay: float, presses: int, engine20: str, large: Path) -> None:
    engine, view = Engine(Address(engine20)), Slow()
    _ = engine.about
    usual, pressed = signal.getsignal(signal.SIGINT), []

    def press() -> None:
        assert await_fact(lambda: signal.getsignal(signal.SIGINT) is not usual, 10)
        time.sleep(delay)
        for _ in range(presses):
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(random.choice([0.0, 0.0001, 0.01]))
        view.may_close.set()

    threading.Thread(target=press, name="test").start()
    text = f"FROM busybox\nCOPY big /a\nRUN cat /a > /b; sleep 20; echo {secrets.token_hex(4)}\n"
    with pytest.raises(dockermagic.BuildCancelled) as caught:
        run_build(BuildRequest(dockerfile=text, context=str(large)), engine, view)
    took = time.monotonic() - pressed[0]
    assert took < 1.0
    assert view.closed is not None
    assert view.closed.outcome == "cancelled"
    assert caught.value.build is view.closed
    assert not {"running", "waiting"} & set(statuses(view.closed))
    assert make("FROM busybox\nENV A=1\n", engine=engine, context=None).succeeded


def test_interrupts_leave_no_open_file(engine20: str, large: Path) -> None:
    engine = Engine(Address(engine20))
    _ = engine.about
    counts = []
    for _ in range(6):
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(dockermagic.BuildCancelled):
            dockermagic.build("FROM busybox\nCOPY big /a\nRUN sleep 20\n", engine=engine, context=large)
        assert await_fact(lambda: not working(), 5)
        gc.collect()
        counts.append(psutil.Process().num_fds())
    assert counts[-1] <= counts[1]
    engine.close()


def test_a_view_that_fails_ends_the_build(engine20: str) -> None:
    class Broken(Slow):
        def update(self, model: Build) -> None:
            if model.started is not None:
                raise BrokenPipeError("nobody reads this")

    engine, view = Engine(Address(engine20)), Broken()
    view.may_close.set()
    with pytest.raises(BrokenPipeError):
        run_build(BuildRequest(dockerfile="FROM busybox\nRUN sleep 1000\n"), engine, view)
    assert await_fact(lambda: not working(), 5)
    assert not engine.api.containers(all=True)
    engine.close()


def test_where_interrupts_are_handled_otherwise_nothing_changes(engine20: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    make("FROM busybox\nENV A=1\n", engine=Engine(Address(engine20)), context=None)
    assert signal.getsignal(signal.SIGINT) is before
