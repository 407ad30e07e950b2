"""Builds that end otherwise: failed, refused, interrupted."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import dockermagic
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import failing, make, running, salted, statuses
from tests.rig import leftovers
from tests.rig.engines import Engine as Handle

pytestmark = pytest.mark.engine

Tag = Callable[[str], str]


def test_a_failing_command(everywhere: Engine) -> None:
    marker = secrets.token_hex(6)
    error = failing(f"FROM busybox\nRUN echo {marker}; echo wrong >&2; exit 7\nENV A=1\nRUN echo never\n", everywhere, context=None)
    assert statuses(error.build) == ["cached", "failed", "skipped", "skipped"]
    assert error.build.steps[1].exit_code == 7
    assert "line 2: RUN echo" in error.message
    assert "exit code 7" in error.message
    assert "wrong" in error.message
    assert marker in error.build.steps[1].log
    assert error.hint


def test_a_missing_file(everywhere: Engine, context: Path) -> None:
    error = failing("FROM busybox\nCOPY nowhere.txt /\nRUN echo never\n", everywhere, context=context)
    assert statuses(error.build) == ["cached", "failed", "skipped"]
    assert "line 2: COPY nowhere.txt /" in error.message
    assert "“nowhere.txt” is not in the build context" in error.hint


def test_a_missing_base_image(everywhere: Engine) -> None:
    error = failing("FROM localhost:9/no/such:image\nRUN echo never\n", everywhere, context=None)
    assert statuses(error.build) == ["failed", "skipped"]
    assert "line 1: FROM localhost:9/no/such:image" in error.message


def test_a_missing_command_is_hinted_at(everywhere: Engine) -> None:
    error = failing(f"FROM busybox\nRUN nosuch{secrets.token_hex(3)}\n", everywhere, context=None)
    assert error.build.steps[1].exit_code == 127
    assert "not found" in error.hint


def test_a_required_secret_that_was_not_given(here: Engine) -> None:
    error = failing("FROM busybox\nRUN --mount=type=secret,id=key,required=true cat /run/secrets/key\n", here, context=None)
    assert statuses(error.build) == ["cached", "failed"]
    assert "--secret" in error.hint


def test_an_interrupt_stops_the_engine_within_a_second(here: Engine, handle: Callable[[str], Handle]) -> None:
    mark = f"{secrets.randbelow(10**6) + 10**6}"
    text = f"FROM busybox\nRUN echo begun; sleep {mark}\nRUN echo never\n"
    before = leftovers.take_stock(handle(here.address.url))
    pressed = threading.Event()

    def press() -> None:
        while not running(mark):
            time.sleep(0.02)
        pressed.set()
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=press, daemon=True)
    watcher.start()
    with pytest.raises(dockermagic.BuildCancelled) as caught:
        make(text, context=None, engine=here)
    began = time.monotonic()
    assert pressed.is_set()
    assert statuses(caught.value.build) == ["cached", "cancelled", "skipped"]
    assert caught.value.build.outcome == "cancelled"
    while running(mark) and time.monotonic() < began + 30:
        time.sleep(0.02)
    assert time.monotonic() - began < 1.0
    assert make(f"FROM busybox\n{salted()}\n", context=None, engine=here).succeeded
    after = leftovers.take_stock(handle(here.address.url))
    assert not [thing for thing in after.missing_from(before) if thing[0] == "container"]


def test_a_huge_log_is_kept_and_does_not_stall(everywhere: Engine) -> None:
    text = f"FROM busybox\nRUN echo {secrets.token_hex(4)}; seq 1 20000; echo the end; exit 3\n"
    error = failing(text, everywhere, context=None)
    lines = error.build.steps[1].log.splitlines()
    assert "the end" in lines[-1] or any("clipped" in line for line in lines)
    assert len(lines) > 5_000


def test_here_documents_on_an_old_engine_are_explained(engine20: str) -> None:
    error = failing("FROM busybox\nRUN <<EOF\ncat /greeting\nEOF\n", Engine(Address(engine20)), context=None)
    assert error.build.steps[1].status == "failed"
    assert "here-document" in error.hint


def test_podman_ends_the_running_step_by_itself_and_starts_no_other(podman: str, handle: Callable[[str], Handle]) -> None:
    """Podman's API has no call that stops a RUN, so an interrupt keeps it from going on, and says so."""
    engine = Engine(Address(podman))
    before = leftovers.take_stock(handle(podman))
    mark = f"15.{secrets.randbelow(10**6) + 10**6}"
    never = f"4.{secrets.randbelow(10**6) + 10**6}"

    def press() -> None:
        while not running(mark):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(dockermagic.BuildCancelled, match="Podman") as caught:
        dockermagic.build(f"FROM busybox\nRUN sleep {mark}\nRUN sleep {never}\n", context=None, engine=engine, no_cache=True)
    assert statuses(caught.value.build) == ["cached", "cancelled", "skipped"]
    assert running(mark), "an interrupt does not end it"
    while running(mark):
        assert time.monotonic() - began < 40
        time.sleep(0.02)
    assert make(f"FROM busybox\n{salted()}\n", context=None, engine=engine).succeeded
    assert not running(never)
    after = leftovers.take_stock(handle(podman))
    assert not [thing for thing in after.missing_from(before) if thing[0] == "container"]
