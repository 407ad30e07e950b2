"""The path through buildx: named builders, several platforms at once."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import NotFound

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.rig.clients import Cli

pytestmark = pytest.mark.engine


@pytest.fixture
def engine(buildx: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give Engine 28, with a docker command line that has buildx in front of the PATH."""
    monkeypatch.setenv("PATH", f"{buildx.program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_CONFIG", str(buildx.config))
    engine = Engine(Address(buildx.url))
    before = {image["Id"] for image in engine.api.images(all=True)}
    yield engine
    for image in engine.api.images(all=True):
        if image["Id"] not in before:
            with contextlib.suppress(NotFound):
                engine.api.remove_image(image["Id"], force=True)
    engine.close()


def statuses(build: Build) -> list[str]:
    return [step.status for step in build.steps]


def test_a_named_builder(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(secrets.token_hex(8))
    text = "FROM busybox\nENV A=1\nCOPY . /c\nRUN cat /c/a.txt; ls -A /c\n"
    build = dockermagic.build(text, tag="dm-buildx:1", context=tmp_path, builder="default", engine=engine)
    assert build.path == "buildx"
    assert statuses(build) == ["cached", "metadata", "ran", "ran"]
    assert build.steps[3].log.strip().endswith("a.txt")
    assert engine.api.inspect_image("dm-buildx:1")["Id"] == build.image_id
    assert build.transfer is not None
    assert statuses(dockermagic.build(text, context=tmp_path, builder="default", engine=engine)) == [
        "cached",
        "metadata",
        "cached",
        "cached",
    ]


def test_several_platforms_at_once(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(secrets.token_hex(8))
    build = dockermagic.build("FROM scratch\nCOPY a.txt /\n", context=tmp_path, platform="linux/amd64,linux/arm64", engine=engine)
    assert build.path == "buildx"
    assert statuses(build) == ["metadata", "ran"]
    assert build.image_id


def test_a_failure_is_told_like_any_other(engine: Engine) -> None:
    with pytest.raises(dockermagic.BuildFailed) as caught:
        dockermagic.build(
            f"FROM busybox\nRUN echo {secrets.token_hex(4)}; exit 7\nRUN x\n", context=None, builder="default", engine=engine
        )
    assert statuses(caught.value.build) == ["cached", "failed", "skipped"]
    assert caught.value.build.steps[1].exit_code == 7


def test_an_unknown_builder_is_told(engine: Engine) -> None:
    with pytest.raises(dockermagic.BuildFailed, match="nosuchbuilder"):
        dockermagic.build("FROM busybox\n", context=None, builder="nosuchbuilder", engine=engine)


def test_an_interrupt_ends_buildx(engine: Engine) -> None:
    mark = str(secrets.randbelow(10**6) + 10**6)

    def asleep() -> bool:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if path.read_bytes().split(b"\0")[:2][-1:] == [mark.encode()]:
                    return True
        return False

    def press() -> None:
        while not asleep():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(dockermagic.BuildCancelled) as caught:
        dockermagic.build(f"FROM busybox\nRUN sleep {mark}\n", context=None, builder="default", engine=engine)
    assert statuses(caught.value.build) == ["cached", "cancelled"]
    deadline = time.monotonic() + 5
    while asleep():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_without_the_docker_cli_it_says_what_to_install(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dockermagic.UsageError) as caught:
        dockermagic.build("FROM busybox\n", context=None, builder="x", engine=engine)
    assert "docker-buildx" in caught.value.hint
