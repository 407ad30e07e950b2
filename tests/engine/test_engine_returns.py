"""An engine that goes away between two cells and comes back: what was opened on it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.commands.cell import run_docker
from dockermagic.containers.events import EngineLost, Event
from dockermagic.containers.opened import Lifecycle
from dockermagic.errors import EngineNotFound
from dockermagic.session import Session
from tests.engine.relays import over_unix, relay
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Session]:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    made = Session()
    yield made
    made.close()


def test_a_cell_that_ran_meanwhile_does_not_end_what_is_open(session: Session, docker_engine: str, tmp_path: Path) -> None:
    told: list[Event] = []
    with relay(docker_engine, over_unix(tmp_path / "engine.sock")):
        engine, watch = session.engine, session.watch
        watch.subscribe(told.append)
        assert await_fact(watch.connected.is_set, 10)
    (tmp_path / "engine.sock").unlink(missing_ok=True)
    assert await_fact(lambda: any(isinstance(each, EngineLost) for each in told), 10)
    with pytest.raises(EngineNotFound):
        run_docker("ps", session, None, (), Path("/"))
    with relay(docker_engine, over_unix(tmp_path / "engine.sock")):
        run_docker("ps -q", session, None, (), Path("/"))
        assert session.engine is engine
        assert session.watch is watch
        assert await_fact(watch.connected.is_set, 10)


def test_what_is_open_ends_with_the_session_and_says_so(session: Session, engine20: str, tmp_path: Path) -> None:
    told: list[Event] = []
    with relay(engine20, over_unix(tmp_path / "engine.sock")):
        session.watch.subscribe(told.append)
        opened = Lifecycle(session.engine, session.watch, None)
        opened.follow(lambda _: None)
        session.hold(opened)
        session.close()
    assert isinstance(told[-1], EngineLost)
    assert opened.containers.lost is not None
    assert not opened._tell
