"""Pictures of ports, volumes and networks in a real JupyterLab: they look again when the engine says that something happened."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.browser.notebooks import LabPage
from tests.rig.engines import at
from tests.rig.processes import await_fact

SETUP = "import os\nos.environ['DOCKER_HOST'] = {url!r}\n%load_ext dockermagic"
SHOWN = "(word) => [...document.querySelectorAll('.dm-live')].some((view) => view.textContent.includes(word))"


@pytest.fixture
def name(engine: str) -> Iterator[str]:
    made = f"dmt{secrets.token_hex(4)}"
    client = at(engine).client()
    client.containers.run("busybox", ["sh", "-c", "mkdir /www; while [ ! -e /go ]; do sleep 0.05; done; httpd -f -p 8080"],
                          name=made, detach=True, ports={"8080/tcp": ("127.0.0.1", None)})  # fmt: skip
    yield made
    for each in client.containers.list(all=True, ignore_removed=True, filters={"name": made}):
        each.remove(force=True)
    for network in client.networks.list(names=[made]):
        network.remove()


def test_a_picture_of_ports_is_looked_at_again(lab_page: LabPage, engine: str, name: str) -> None:
    lab_page.open("ports.ipynb", [SETUP.format(url=engine), f"%docker_ports {name}"])
    page = lab_page.page
    lab_page.run()
    lab_page.done(60)
    page.wait_for_function(SHOWN, arg="nobody listens", timeout=20_000)
    container = at(engine).client().containers.get(name)
    container.exec_run(["touch", "/go"])
    assert await_fact(lambda: "httpd" in str(container.top()["Processes"]), 10)
    page.locator("[data-do='again']").click()
    page.wait_for_function(SHOWN, arg="A connection from here was accepted.", timeout=20_000)
    container.stop(timeout=0)
    page.wait_for_function(SHOWN, arg="The container does not run", timeout=20_000)


def test_a_picture_of_networks_sees_a_container_join(lab_page: LabPage, engine: str, name: str) -> None:
    lab_page.open("networks.ipynb", [SETUP.format(url=engine), f"%docker_networks {name}"])
    page = lab_page.page
    lab_page.run()
    lab_page.done(60)
    page.wait_for_function(SHOWN, arg="The default bridge has no DNS", timeout=20_000)
    client = at(engine).client()
    client.networks.create(name).connect(name)
    page.wait_for_function(SHOWN, arg=f"{name} (bridge", timeout=20_000)
    client.networks.get(name).disconnect(name)
    page.wait_for_function(f"(word) => !({SHOWN})(word)", arg=f"{name} (bridge", timeout=20_000)
