"""What the tests of `%compose` share: a project on a real engine, and its certain end."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockermagic import leftovers
from dockermagic.compose.actions import _LIVE
from dockermagic.compose.cell import compose_cell
from dockermagic.compose.request import read_compose
from dockermagic.engine import Engine
from dockermagic.session import Session
from tests.rig.compose import compose as real_compose
from tests.rig.fixtures import had
from tests.rig.processes import await_fact

__all__ = ["Desk", "desk"]


class Desk:
    """A notebook's place at which `%compose` and `%%compose` are typed."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.session = Session(engine)
        self.name = f"dm-test-{secrets.token_hex(3)}"
        self.ns: dict[str, Any] = {}
        self.before = set(threading.enumerate())

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

    def remove(self) -> None:
        """Remove the project, and what was built for it."""
        self.type("down -v -t 0 --remove-orphans")
        for image in self.engine.api.images(filters={"label": f"com.docker.compose.project={self.name}"}):
            self.engine.api.remove_image(image["Id"], force=True)

    def close(self) -> None:
        """End all that goes on; what Compose itself would have removed and could not goes as well."""
        for live in [live for key, live in _LIVE.items() if key[1] == self.name]:
            live.close()
        self.session.close()
        wanted = {"label": f"com.docker.compose.project={self.name}"}
        for each in self.engine.api.containers(all=True, filters=wanted):
            self.engine.api.remove_container(each["Id"], force=True, v=True)

    def threads(self) -> list[str]:
        """Give the threads of ours that go on, a second after all was closed."""

        def going() -> list[str]:
            return [each.name for each in threading.enumerate() if each.name.startswith("dockermagic") and each not in self.before]

        await_fact(lambda: not going(), 1)
        return going()

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
    monkeypatch.setattr(leftovers, "_folder", lambda: tmp_path / ".kernels")
    made = Desk(here, tmp_path)
    with contextlib.ExitStack() as ending:
        # In the opposite order; each of them whatever becomes of the others.
        ending.callback(made.close)
        ending.callback(made.remove)
        yield made
    assert made.left() == []
    assert made.probes() == []
    assert made.threads() == []


BOOKING = Path(__file__).resolve().parents[2] / "notebooks" / "apps" / "booking"
SEED = """\
services:
  postgres:
    image: postgres:15
    environment:
      POSTGRES_DB: booking_db
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: secret
    volumes:
      - postgres_data:/var/lib/postgresql/data
    expose: ["5432"]
  api:
    build: ./api
    environment:
      DATABASE_URL: postgres://admin:secret@postgres:5432/booking_db
      NODE_ENV: development
    ports: ["3000"]
    depends_on:
      - postgres
    volumes:
      - ./api:/app
      - /app/node_modules
  frontend:
    build: ./frontend
    environment: {API_URL: "http://api:3000"}
    ports: ["5173"]
    depends_on:
      - api
volumes:
  postgres_data:
"""
"""The booking system as a beginner writes it; its ports on the host are whichever are free."""
