"""Builds that pull: from an open registry, and from one that wants a login."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.errors import NotFound

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.rig.engines import Engine as Handle
from tests.rig.registry import Registry

pytestmark = pytest.mark.engine


@pytest.fixture
def payload(docker_engine: str, handle: Callable[[str], Handle]) -> Iterator[str]:
    """Give an image with a layer that takes a moment to move, and that no build cache knows."""
    client = handle(docker_engine).client()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("payload")
        entry.size = 3_000_000
        tar.addfile(entry, io.BytesIO(secrets.token_bytes(entry.size)))
    image = json.loads(client.api.import_image_from_data(packed.getvalue()).splitlines()[-1])["status"]
    yield image
    with contextlib.suppress(NotFound):
        client.images.remove(image, force=True)


def pulled(reference: str, url: str, at: Registry) -> Build:
    at.forget(reference)
    engine = Engine(Address(url))
    build = dockermagic.build(f"FROM {reference}\nWORKDIR /{secrets.token_hex(4)}\n", context=None, engine=engine, pull=True)
    engine.api.remove_image(build.image_id, force=True)
    at.forget(reference)
    return build


@pytest.fixture
def fresh(
    docker_engine: str, payload: str, registry_beside: Callable[..., Registry], handle: Callable[[str], Handle]
) -> Callable[..., tuple[Registry, str]]:
    """Give a function that pushes the payload to a registry and drops it from the engine, so that a pull moves bytes."""

    def push(*, tokens: bool) -> tuple[Registry, str]:
        at = registry_beside(docker_engine, tokens=tokens)
        reference = at.push(payload, f"team/payload-{secrets.token_hex(3)}:1")
        with contextlib.suppress(NotFound):
            handle(docker_engine).client().images.remove(payload, force=True)
        return at, reference

    return push


def test_a_pull_shows_its_bytes(docker_engine: str, fresh: Callable[..., tuple[Registry, str]]) -> None:
    at, reference = fresh(tokens=False)
    build = pulled(reference, docker_engine, at)
    assert [step.status for step in build.steps] == ["ran", "ran"]
    transfers = build.steps[0].transfers
    assert sum(transfer.total or 0 for transfer in transfers) > 3_000_000
    assert all(transfer.current == transfer.total for transfer in transfers if transfer.total)
    assert all(transfer.finished for transfer in transfers)


@pytest.fixture
def logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Registry, bool], Path]:
    """Give a function that writes a login into Docker's configuration, in the file itself or behind a credential helper."""

    def log_in(at: Registry, helper: bool) -> Path:
        folder = tmp_path / "config"
        folder.mkdir()
        monkeypatch.setenv("DOCKER_CONFIG", str(folder))
        if not helper:
            return at.config(folder)
        (folder / "config.json").write_text(json.dumps({"credsStore": "lesson"}))
        answer = json.dumps({"ServerURL": at.address, "Username": at.user, "Secret": at.password})
        program = tmp_path / "docker-credential-lesson"
        program.write_text(
            f"#!/bin/sh\nread asked\ncase $1-$asked in\nget-{at.address}) echo '{answer}';;\nlist-*) echo '{{}}';;\n"
            "*) echo 'credentials not found in native keychain'; exit 1;;\nesac\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return folder

    return log_in


@pytest.mark.parametrize("helper", [False, True], ids=["config file", "credential helper"])
def test_a_login_reaches_the_registry_and_nothing_else(
    docker_engine: str,
    fresh: Callable[..., tuple[Registry, str]],
    logged_in: Callable[[Registry, bool], Path],
    tmp_path: Path,
    helper: bool,
) -> None:
    at, reference = fresh(tokens=True)
    logged_in(at, helper)
    build = pulled(reference, docker_engine, at)
    assert [step.status for step in build.steps] == ["ran", "ran"]
    kept = build.save(tmp_path / "build.json").read_text() + json.dumps(build._repr_mimebundle_())
    assert at.password not in kept


def test_without_a_login_the_base_image_is_refused(
    docker_engine: str, fresh: Callable[..., tuple[Registry, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reference = fresh(tokens=True)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(dockermagic.BuildFailed) as caught:
        dockermagic.build(f"FROM {reference}\nRUN ls\n", context=None, engine=Engine(Address(docker_engine)), pull=True)
    assert [step.status for step in caught.value.build.steps] == ["failed", "skipped"]
    assert "docker login" in caught.value.hint
