"""Learners' browsers are killed while a pod's engine starts, builds or runs; then their sessions are ended, as a hub does.

JupyterLab runs in the pod, the browser on this machine. Nothing is lost, and nothing of an engine is left once its last
kernel has gone; a learner who comes back before that finds the engine that was there.
"""

from __future__ import annotations

import json
import random
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from tests.browser import chromium
from tests.browser.chromium import Browser
from tests.browser.jupyter import TOKEN, Lab, answers, options, write_settings
from tests.browser.notebooks import LabPage
from tests.browser.standing import loaded_again
from tests.engine.test_embedded_cycles import WITH_BROWSERS
from tests.engine.test_embedded_pod import image
from tests.rig import embedded, pods
from tests.rig.fixtures import had
from tests.rig.places import RigError
from tests.rig.processes import await_fact

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(300 + 30 * WITH_BROWSERS)]

WORK = "/home/jovyan/work"
SITE = "/opt/site"
START = f"""cp -r /opt/config ~/.jupyter
exec python3 -m jupyterlab --app-dir={SITE}/share/jupyter/lab --ip=0.0.0.0 --port=8888 {" ".join(options(WORK))}"""
ENVIRONMENT = {
    "PYTHONPATH": SITE,
    "JUPYTER_PATH": f"{SITE}/share/jupyter",
    "JUPYTER_CONFIG_PATH": f"{SITE}/etc/jupyter",
    "PYTHONPYCACHEPREFIX": "/home/jovyan/.cache/python",  # the site is read-only
}
USUAL = 'c = get_config()\nc.DockerMagic.engine = "embedded"\n'
SOON = """
from dataclasses import replace
from dockermagic.engine.embedded import need
usual = need.settings
need.settings = lambda *given: replace(usual(*given), linger=2.0)
"""
"""An engine waits for its next user for a minute; most cycles have less time than that."""

KEEPERS = ("embedded.supervisor", "network.py")
LOADED, CHECKED, BUILT, WROTE, STAYS = range(5)
"""Cells."""
MOMENTS: tuple[tuple[int | None, float, bool], ...] = (
    (STAYS, 3, True),
    (None, 6, False),
    (CHECKED, 3, True),
    (BUILT, 4, False),
    (CHECKED, 3, False),
    (None, 6, True),
)
"""When a browser is killed: after which cell, and within how many seconds then; and whether the learner comes back."""
SEEN = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  return Array.from({length: cells.length}, (_, i) => cells.get(i))
    .map((cell) => cell.executionCount ? JSON.stringify(cell.outputs.toJSON()) : null);
}"""
"""What the page has of each cell that is done."""
AGAIN = """%load_ext dockermagic
%docker ps --format 'named {{.Names}} end'
%docker run --rm app sh -c 'echo app $(cat /number) end'"""
LOAD = """from dockermagic import session
with open("/opt/busybox.tar", "rb") as file:
    loaded = session.CURRENT.engine.api.load_image(file.read())"""
FAILED = '"output_type":"error"'
NEXT = """async (code) => {
  const app = window.jupyterapp, cells = app.shell.currentWidget.content;
  cells.activeCellIndex = cells.widgets.length - 1;
  cells.activeCell.model.sharedModel.setSource(code);
  await app.commands.execute('notebook:run-cell');
}"""


def first_cells() -> list[str]:
    return [
        "%load_ext dockermagic",
        LOAD,
        "%%dockerfile -t app\nFROM busybox\nRUN echo 0 > /number",
        "%docker run --rm -v kept:/data app sh -c 'echo 0 > /data/numbers && sync'",
    ]


def cells(number: int) -> list[str]:
    return [
        "%load_ext dockermagic",
        "%docker run --rm -v kept:/data app sh -c 'echo numbers $(cat /data/numbers) app $(cat /number) end'",
        f"%%dockerfile -t app\nFROM busybox\nRUN echo {number} > /number && sleep 1",
        f"%docker run --rm -v kept:/data app sh -c 'echo {number} >> /data/numbers && sync'",
        f"%docker run -d --name stays-{number} busybox sleep 1000",
        "%docker run --rm busybox sleep 2",
    ]


class Pod:
    """A pod in which JupyterLab runs, as the machine around it sees it."""

    def __init__(self, container: Container, lab: Lab) -> None:
        self.container, self.lab = container, lab

    def processes(self) -> dict[int, str]:
        """Give the command lines of all that runs, by process ids of this machine."""
        return {int(pid): line for pid, line in self.container.top(ps_args="-eo pid,args")["Processes"]}

    def keepers(self) -> dict[str, int]:
        """Give the ids of what keeps an engine and carries its network, as far as it runs."""
        found = sorted(self.processes().items(), reverse=True)
        return {word: pid for pid, line in found for word in KEEPERS if word in line}

    def files(self) -> list[str]:
        """Give the names of all that is where engines have their files."""
        code, said = self.container.exec_run(["sh", "-c", "find /tmp /var/tmp /dev/shm ~/.local/share/dockermagic | sort"])
        assert code == 0, said
        return str(said, "utf-8").splitlines()

    def asked(self, method: str, path: str) -> Any:
        """Ask Jupyter's REST API."""
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"{self.lab.url}api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def cull(self) -> None:
        """End all sessions, and their kernels with them, as a hub's culler does."""
        for session in self.asked("GET", "sessions"):
            self.asked("DELETE", f"sessions/{session['id']}")
        assert self.asked("GET", "kernels") == []


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a learner's browser remembers."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the configuration of the pod's kernels."""
    folder = tmp_path_factory.mktemp("ipython")
    (folder / "ipython_config.py").write_text(USUAL + SOON)
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def pod(image: tuple[docker.DockerClient, str], settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    """A strict pod with a JupyterLab that serves a folder of this machine."""
    home = tmp_path_factory.mktemp("home")
    work, config = home / "work", home / "config"
    work.mkdir()
    work.chmod(0o777)
    write_settings(config)
    site = had(lambda: embedded.site("lab", "jupyterlab", "ipykernel"))
    mounts = {site: SITE, had(embedded.busybox): "/opt/busybox.tar", config: "/opt/config", settings: "/etc/ipython"}
    different = {"ports": {"8888/tcp": ("127.0.0.1", None)}, "environment": ENVIRONMENT}
    with pods.started(*image, ["sh", "-c", START], mounts, {work: WORK}, **different) as container:
        container.reload()
        url = f"http://127.0.0.1:{container.ports['8888/tcp'][0]['HostPort']}/"
        assert await_fact(lambda: answers(url), 60), container.logs()[-3000:]
        yield Pod(container, Lab(url, TOKEN, work))


class Learner:
    """Who works in the pod with one browser after the other, and what has been promised to them."""

    def __init__(self, playwright: Any, path: str, profile: Path, pod: Pod) -> None:
        self._begin = lambda: Browser(playwright, path, profile)
        self._pod = pod
        self.numbers, self.app = {0}, 0
        self.stayed = 0

    def prepare(self) -> None:
        """Have the image and the volume made."""
        browser = self._begin()
        lab_page = LabPage(self._pod.lab, browser.page)
        lab_page.open("first.ipynb", first_cells())
        lab_page.run()
        lab_page.done(90)
        seen = browser.page.evaluate(SEEN)
        assert FAILED not in "".join(seen), seen
        browser.close()

    def works(self, number: int) -> None:
        """Work through a notebook until the browser is killed; maybe come back."""
        after, within, back = MOMENTS[(number - 1) % len(MOMENTS)]
        browser = self._begin()
        lab_page = LabPage(self._pod.lab, browser.page)
        path = lab_page.open(f"{number}.ipynb", cells(number))
        lab_page.run()
        if after is not None:
            browser.page.wait_for_function(f"() => ({SEEN})()[{after}] !== null", timeout=60_000)
        time.sleep(random.uniform(0, within))  # at any moment
        seen = browser.page.evaluate(SEEN)
        before = self._pod.keepers()
        browser.kill()
        self._hold(number, seen)
        if back:
            self._come_back(path, number, seen, before)

    def _hold(self, number: int, seen: list[str | None]) -> None:
        """Hold what the page had of each cell against what was promised, and take what is promised from now on."""
        assert FAILED not in "".join(filter(None, seen)), seen
        checked = seen[CHECKED]
        if checked is not None:
            told = re.search(r"numbers((?: \d+)*) app (\d+) end", checked)
            assert told, checked
            assert self.numbers <= set(map(int, told[1].split())), "a volume has lost what was written to it"
            assert self.app <= int(told[2]), "an image is lost"
        if seen[BUILT] is not None:
            self.app = number
        if seen[WROTE] is not None:
            self.numbers.add(number)

    def _come_back(self, path: Path, number: int, seen: list[str | None], before: dict[str, int]) -> None:
        """Open the notebook with a new browser, and work on with the kernel and the engine that are there."""
        browser = self._begin()
        lab_page = LabPage(self._pod.lab, browser.page)
        loaded_again(lab_page, path)
        browser.page.evaluate(NEXT, AGAIN)
        told = browser.page.evaluate(SEEN)[-1] or ""
        assert FAILED not in told, told
        found = re.search(r"app (\d+) end", told)
        assert found, told
        assert int(found[1]) >= self.app, "an image is lost"
        if seen[STAYS] is not None:
            assert f"named stays-{number} end" in told, told
            self.stayed += 1
        assert before.items() <= self._pod.keepers().items(), "it is another engine"
        browser.kill()


def test_killed_browsers_lose_nothing_and_leave_nothing(pod: Pod, profile: Path, settings: Path) -> None:
    from playwright.sync_api import sync_playwright

    path, idle = had(_chromium), pod.processes()
    with sync_playwright() as playwright:
        learner = Learner(playwright, path, profile, pod)
        learner.prepare()
        pod.cull()
        assert await_fact(lambda: pod.processes() == idle, 30), pod.processes()
        known = set(pod.files())
        for number in range(1, WITH_BROWSERS + 1):
            last = number == WITH_BROWSERS
            if last:
                (settings / "ipython_config.py").write_text(USUAL)
            learner.works(number)
            pod.cull()
            assert await_fact(lambda: pod.processes() == idle, 90 if last else 30), f"cycle {number} left {pod.processes()}"
            assert set(pod.files()) <= known, number
    assert learner.stayed, "nobody saw a container again"


def _chromium() -> str:
    path = chromium.program()
    if path is None:
        raise RigError("there is no Chromium here")
    return path
