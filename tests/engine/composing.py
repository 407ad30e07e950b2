"""What the tests of `%compose` share: a project on a real engine, and its certain end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockermagic.compose.cell import compose_cell
from dockermagic.compose.request import read_compose
from dockermagic.engine import Engine
from dockermagic.session import Session
from tests.rig.compose import compose as real_compose
from tests.rig.fixtures import had

__all__ = ["Desk", "desk"]


class Desk:
    """A notebook's place at which `%compose` and `%%compose` are typed."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.session = Session(engine)
        self.name = f"dm-test-{secrets.token_hex(3)}"
        self.ns: dict[str, Any] = {}

    def type(self, line: str, cell: str | None = None) -> Any:
        """Carry a line out, as in a terminal without a kernel."""
        request = read_compose(line, cell, self.folder, {}, self.name)
        assert request is not None
        labels = (("dev.dockermagic.notebook", self.name), ("dev.dockermagic.kernel", "test"))
        return compose_cell(request, self.session, self if request.save_as else None, labels)

    @property
    def user_ns(self) -> dict[str, Any]:
        """Where --as puts things."""
        return self.ns

    def left(self) -> list[str]:
        """Give what the project has on the engine."""
        wanted = {"label": f"com.docker.compose.project={self.name}"}
        api: Any = self.engine.api
        found = [each["Names"][0] for each in api.containers(all=True, filters=wanted)]
        found += [each["Name"] for each in api.networks(filters=wanted)]
        return found + [each["Name"] for each in api.volumes(filters=wanted)["Volumes"] or []]

    def probes(self) -> list[str]:
        """Give our own containers that ask ports."""
        return [each["Id"] for each in self.engine.api.containers(all=True, filters={"label": "dev.dockermagic.probe"})]


@pytest.fixture
def desk(here: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give a place to type `%compose` at, on each Docker Engine in turn; the project is removed at the end."""
    had(real_compose)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", os.environ.get("HOME", "/"))
    made = Desk(here, tmp_path)
    yield made
    made.type("down -v -t 0 --remove-orphans")
    for image in here.api.images(filters={"label": f"com.docker.compose.project={made.name}"}):
        here.api.remove_image(image["Id"], force=True)
    from dockermagic.compose.actions import _LIVE

    for key in [key for key in _LIVE if key[1] == made.name]:
        _LIVE.pop(key).close()
    made.session.close()
    assert made.left() == []
    assert made.probes() == []
