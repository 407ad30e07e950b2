"""Fixtures of the tests with real engines; the engines themselves come from `tests.rig.fixtures`."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from docker.errors import NotFound

from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import MADE
from tests.rig import engines
from tests.rig.engines import Engine as Handle
from tests.rig.processes import await_fact


@pytest.fixture
def handle() -> Callable[[str], Handle]:
    """Give a function from an engine's address to the rig's handle on it, with a docker-py client."""
    return engines.at


@pytest.fixture(autouse=True)
def _removed() -> Iterator[None]:
    yield
    while MADE:
        # Taken off the list first: what cannot be removed now must not fail every later test as well.
        engine, image = MADE.pop()
        with contextlib.suppress(NotFound):
            engine.api.remove_image(image, force=True)
        engine.close()


@pytest.fixture
def here(docker_engine: str) -> Iterator[Engine]:
    """Give dockermagic's handle on each Docker Engine in turn."""
    engine = Engine(Address(docker_engine))
    yield engine
    engine.close()


@pytest.fixture
def everywhere(any_engine: str) -> Iterator[Engine]:
    """Give dockermagic's handle on each kind of engine in turn."""
    engine = Engine(Address(any_engine))
    yield engine
    engine.close()


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """Give a small build context whose content is new every time."""
    (tmp_path / "one.txt").write_text(f"{secrets.token_hex(8)}\n")
    (tmp_path / "two.txt").write_text("two\n2\n")
    return tmp_path


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's own settings out of a test, and fail when it leaves a thread or a child process."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_TLS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path_factory.mktemp("config")))
    before = {child.pid for child in psutil.Process().children()}
    # What an earlier test has left is that test's failure, not this one's.
    running = set(threading.enumerate())
    yield

    def ours() -> list[str]:
        return [thread.name for thread in set(threading.enumerate()) - running if thread.name.startswith("dockermagic")]

    def children() -> list[str]:
        return [child.name() for child in psutil.Process().children() if child.pid not in before and child.name() == "ssh"]

    assert await_fact(lambda: not ours() and not children(), 5), (ours(), children())
