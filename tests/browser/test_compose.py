"""`%%compose` in a real JupyterLab: the stack is drawn, moves with the engine, and goes away."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.browser.notebooks import LabPage
from tests.rig.engines import at
from tests.rig.processes import await_fact

SETUP = "import os\nos.environ['DOCKER_HOST'] = {url!r}\n%load_ext dockermagic"
CELL = """%%compose -p {project} up -d
services:
  db:
    image: busybox
    command: sh -c 'sleep 1; echo ready; exec sleep 1000'
    environment:
      POSTGRES_PASSWORD: "do not show this"
    volumes: ["data:/data"]
  api:
    image: busybox
    command: sleep 1000
    depends_on: [db]
volumes:
  data:"""
SHOWN = "(word) => [...document.querySelectorAll('.dm-live')].some((view) => view.textContent.includes(word))"


@pytest.fixture
def project(engine: str) -> Iterator[str]:
    made = f"dmt{secrets.token_hex(4)}"
    yield made
    client = at(engine).client()
    mine = {"label": f"com.docker.compose.project={made}"}
    for each in client.containers.list(all=True, ignore_removed=True, filters=mine):
        each.remove(force=True)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove()


def test_a_stack_is_drawn_and_moves(lab_page: LabPage, engine: str, project: str) -> None:
    client = at(engine).client()
    cells = [SETUP.format(url=engine), CELL.format(project=project)]
    path = lab_page.open("stack.ipynb", cells)
    page = lab_page.page
    lab_page.run()
    lab_page.done(90)
    page.wait_for_function(SHOWN, arg="Started is not ready", timeout=30_000)
    page.wait_for_function(SHOWN, arg="until started", timeout=30_000)
    names = {each.labels["com.docker.compose.service"]: each for each in client.containers.list(filters={"name": project})}
    assert {"db", "api"} <= set(names)
    names["api"].kill()
    page.wait_for_function(SHOWN, arg="code 137", timeout=30_000)
    page.locator("[data-do^='start ']").first.click()
    assert await_fact(lambda: client.containers.get(names["api"].id).status == "running", 20)
    lab_page.save()
    assert "do not show this" not in path.read_text().replace('\\"do not show this\\"', "", 1)

    lab_page.open("down.ipynb", [cells[0], f"%compose -p {project} down -v"])
    lab_page.run()
    lab_page.done(60)
    assert client.containers.list(all=True, ignore_removed=True, filters={"name": project}) == []
    assert client.volumes.list(filters={"name": project}) == []
