"""The booking system, from one cell in JupyterLab to a booking in a real browser: what `down` keeps, and `down -v` does not."""

from __future__ import annotations

import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import NotFound
from playwright.sync_api import Error

from tests.browser.notebooks import LabPage
from tests.rig import sharing
from tests.rig.applications import BOOKING, NODE, POSTGRES
from tests.rig.engines import at
from tests.rig.fixtures import had
from tests.rig.processes import await_fact

pytestmark = pytest.mark.slow
BOOKED = "2030-05-17\tProjector\tGrace <b>Hopper</b>"


class Project:
    """A name for Compose, two free ports, and all that is to be removed."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine, self.client = engine, at(engine).client()
        self.name = f"dmt{secrets.token_hex(4)}"
        with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
            self.ports = {"API_PORT": str(one.getsockname()[1]), "FRONTEND_PORT": str(two.getsockname()[1])}
        shutil.copytree(BOOKING, folder, dirs_exist_ok=True)
        setup = f"import os\nos.environ.update({ {'DOCKER_HOST': engine, **self.ports}!r})\n%load_ext dockermagic"
        self.setup, self.cell = setup, f"%%compose -p {self.name} up -d\n{(BOOKING / 'compose.yaml').read_text()}"
        self.nameless: set[str] = set()

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.ports['FRONTEND_PORT']}/"

    def containers(self) -> list[Any]:
        found = self.client.containers.list(
            all=True, ignore_removed=True, filters={"label": f"com.docker.compose.project={self.name}"}
        )
        self.nameless |= {mount["Name"] for each in found for mount in each.attrs["Mounts"] if len(mount.get("Name", "")) == 64}
        return list(found)

    def remove(self) -> None:
        mine = {"label": f"com.docker.compose.project={self.name}"}
        for each in self.containers():
            each.remove(force=True, v=True)
        for each in [*self.client.networks.list(filters=mine), *self.client.volumes.list(filters=mine)]:
            each.remove()
        for image in self.client.images.list(filters=mine):
            self.client.images.remove(image.id, force=True)
        for name in self.nameless:
            try:
                self.client.volumes.get(name).remove()
            except NotFound:
                continue


@pytest.fixture
def project(engine: str, lab_page: LabPage) -> Iterator[Project]:
    had(lambda: sharing.also(at(engine), (POSTGRES, NODE)))
    made = Project(engine, lab_page.lab.folder)
    yield made
    made.remove()


def run(lab_page: LabPage, name: str, *cells: str) -> None:
    path = lab_page.open(name, list(cells))
    lab_page.run()
    lab_page.done(120)
    lab_page.save()
    assert '"ename"' not in path.read_text(), path.read_text()[-3000:]


def visit(page: Any, address: str) -> None:
    """Go to the page once its server answers: started is not ready."""

    def answers() -> bool:
        try:
            page.goto(address)
        except Error:
            return False
        return True

    assert await_fact(answers, 30)
    page.locator("form[data-ready=yes]").wait_for(timeout=60_000)


def shows(page: Any, *rows: str) -> bool:
    """The table is asked for anew after the page has said "Booked": that answer is waited for, and then the rows are compared."""
    return await_fact(lambda: page.locator("#bookings tr").all_inner_texts() == list(rows), 30)


def test_a_booking_survives_down_and_not_down_v(lab_page: LabPage, project: Project, chromium: Any) -> None:
    run(lab_page, "up.ipynb", project.setup, project.cell)
    page = chromium.new_page()
    try:
        visit(page, project.page)
        page.get_by_label("What").select_option("Projector")
        page.get_by_label("Day").fill("2030-05-17")
        page.get_by_label("Your name").fill("Grace <b>Hopper</b>")
        page.get_by_role("button", name="Book it").click()
        page.get_by_text("Booked: Projector on 2030-05-17.").wait_for()
        assert shows(page, BOOKED)
        page.get_by_role("button", name="Book it").click()
        page.get_by_text("The projector is taken on 2030-05-17.").wait_for()

        assert len(project.containers()) == 3
        run(lab_page, "again.ipynb", project.setup, f"%compose -p {project.name} down", project.cell)
        visit(page, project.page)
        assert shows(page, BOOKED)

        assert len(project.containers()) == 3
        run(lab_page, "afresh.ipynb", project.setup, f"%compose -p {project.name} down -v", project.cell)
        visit(page, project.page)
        assert page.locator("#bookings tr").count() == 0
    finally:
        page.close()
