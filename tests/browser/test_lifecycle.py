"""The picture of a container's life in a real JupyterLab: it moves because the engine said so, whoever moved the container."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from docker.errors import APIError

from tests.browser.notebooks import LabPage
from tests.rig.engines import at

SETUP = "import os\nos.environ['DOCKER_HOST'] = {url!r}\n%load_ext dockermagic"
SHOWN = """([name, words]) => [...document.querySelectorAll('.dm-live')].some(
  (view) => view.textContent.includes(name) && words.every((word) => view.textContent.includes(word)))"""


class Stage:
    """A notebook with one view, and the engine behind it, moved from elsewhere."""

    def __init__(self, lab_page: LabPage, url: str) -> None:
        self.lab_page, self.url = lab_page, url
        self.name = f"dmt{secrets.token_hex(4)}"
        self.client = at(url).client()

    def run(self, line: str) -> Any:
        """Start a container with `%docker_run -d`, and give docker-py's handle on it."""
        cell = f"%docker_run -d --name {self.name} {line}"
        self.lab_page.open(f"{self.name}.ipynb", [SETUP.format(url=self.url), cell])
        self.lab_page.run()
        self.lab_page.done(60)
        return next((each for each in self.client.containers.list(all=True, ignore_removed=True) if each.name == self.name), None)

    def shows(self, *words: str, seconds: float = 20) -> None:
        """Wait until the picture has these words."""
        self.lab_page.page.wait_for_function(SHOWN, arg=[self.name, list(words)], timeout=seconds * 1000)


@pytest.fixture
def stage(lab_page: LabPage, engine: str) -> Iterator[Stage]:
    made = Stage(lab_page, engine)
    yield made
    for each in made.client.containers.list(all=True, ignore_removed=True):
        if made.name in each.name:
            with contextlib.suppress(APIError):  # one that removes itself may be at it
                each.remove(force=True)


def test_run_pause_exec_rename_stop_start_kill_and_remove(stage: Stage) -> None:
    container = stage.run("busybox sleep 1000")
    stage.shows("▶ running", "step 1, create", "step 2, start")
    container.pause()
    stage.shows("‖ paused")
    container.unpause()
    stage.shows("▶ running", "docker unpause")
    container.exec_run(["sh", "-c", "exit 3"])
    stage.shows("docker exec", "exit code 3")
    container.rename(f"{stage.name}-renamed")
    stage.shows(f"{stage.name}-renamed")
    container.stop(timeout=1)
    stage.shows("■ stopped", "exited with code 137", "SIGKILL", "grace period")
    container.start()
    stage.shows("▶ running")
    container.kill()
    stage.shows("■ stopped", "docker kill")
    container.remove()
    stage.shows("removed", "docker rm")


def test_a_container_that_removes_itself(stage: Stage) -> None:
    container = stage.run("--rm busybox sh -c 'trap \"exit 0\" TERM; while true; do sleep 0.1; done'")
    stage.shows("▶ running")
    container.stop(timeout=10)
    stage.shows("removed", "--rm", "exit code 0")


def test_a_program_that_wants_too_much_memory(stage: Stage) -> None:
    stage.run("-m 16m --memory-swap 16m busybox tail /dev/zero")
    stage.shows("■ stopped", "137", "out of memory")


def test_a_crash_loop_with_a_restart_policy(stage: Stage) -> None:
    stage.run("--restart on-failure:2 busybox sh -c 'sleep 0.3; exit 9'")
    stage.shows("■ stopped", "exited with code 9", "--restart on-failure:2", seconds=30)


def test_a_health_check_that_fails(stage: Stage) -> None:
    stage.run("--health-cmd 'echo not yet; false' --health-interval 0.5s --health-retries 2 busybox sleep 1000")
    stage.shows("unhealthy", "not yet", seconds=30)


def test_a_button_does_what_it_says(stage: Stage) -> None:
    container = stage.run("busybox sleep 1000")
    stage.shows("▶ running")
    stage.lab_page.page.locator("[data-do^='pause ']").click()
    stage.shows("‖ paused")
    container.reload()
    assert container.status == "paused"
    stage.lab_page.page.locator("[data-do^='unpause ']").click()
    stage.shows("▶ running", "docker unpause")
    stage.lab_page.page.locator("[data-do^='kill ']").click()
    stage.shows("■ stopped", "docker kill")
