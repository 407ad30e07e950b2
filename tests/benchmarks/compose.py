"""`%%compose up -d` against bare Docker Compose, and a living stack of ten services in JupyterLab.

By hand: python -m tests.benchmarks.compose
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.builds import Pair
from tests.benchmarks.kernel import Kernel, kernel
from tests.browser.chromium import FLAGS
from tests.browser.jupyter import running_lab
from tests.browser.notebooks import LabPage
from tests.rig.compose import compose

THREE = """\
services:
  db:
    image: busybox
    command: sh -c 'echo ready; exec nc -ll -p 5432 -e cat'
    expose: ["5432"]
    volumes: ["data:/data"]
  api:
    image: busybox
    command: sleep 1000
    depends_on: [db]
  web:
    image: busybox
    command: httpd -f -p 80
    expose: ["80"]
    depends_on: [api]
volumes:
  data:
"""

# Ten services, one of which changes its state ten times a second; everything that a real stack draws is drawn.
LIVING = """
import time
from dockermagic.compose.fold import apply
from dockermagic.compose.model import Stack
from dockermagic.compose.picture import StackDrawer
from dockermagic.compose.project import read_project
from dockermagic.containers import events as life
from dockermagic.containers.parts import Port, Seen
from dockermagic.views.standing import open_standing
names = [f"service{n}" for n in range(10)]
services = {name: {"image": "postgres:15", "networks": {"default": None}, "expose": [str(5432 + n)],
                   "depends_on": {names[n - 1]: {"condition": "service_healthy"}} if n % 3 else {}}
            for n, name in enumerate(names)}
project = read_project({"name": "big", "services": services, "networks": {"default": {"name": "big_default"}}})
began = time.time()
stack = Stack(project, command="docker compose up -d", began=began)
for n, name in enumerate(names):
    label = "com.docker.compose."
    labels = ((label + "project", "big"), (label + "service", name), (label + "container-number", "1"))
    seen = Seen(name=f"big-{name}-1", image="postgres:15", state="running", created=began, started=began + n / 10, labels=labels,
                ports=(Port(5432 + n, host_ip="0.0.0.0", host_port=5432 + n, published=True),))
    stack = apply(stack, life.Inspected(began + n / 10, f"{n:064x}", seen))
view = open_standing(StackDrawer())
view.update(stack)
"""
MOVING = """
import threading
def move():
    global stack
    for step in range(100):
        id, now = f"{step % 10:064x}", time.time()
        stack = apply(stack, life.Paused(now, id) if step // 10 % 2 == 0 else life.Unpaused(now, id))
        stack = apply(stack, life.OutputArrived(now, id, 1, f"line {step}\\n"))
        view.update(stack)
        time.sleep(0.1)
threading.Thread(target=move).start()
"""
FRAMES = """() => { window.gaps = []; window.paints = 0; let last = performance.now();
  new MutationObserver(() => { window.paints += 1; }).observe(
    document.querySelector('.jp-Notebook'), {subtree: true, childList: true, characterData: true, attributes: true});
  const frame = () => {
    const now = performance.now(); window.gaps.push(now - last); last = now; window.frame = requestAnimationFrame(frame); };
  frame(); }"""


@dataclass(frozen=True)
class Frames:
    """Milliseconds from one frame to the next while the picture changed; `paints` counts the changes of the page."""

    p50: float
    p95: float
    longest: float
    paints: int


def up(url: str, folder: Path, count: int = 15) -> Pair:
    """Time `up -d` of three services in pairs; every second pair begins with the other one."""
    program = compose().path
    environment = {**os.environ, "DOCKER_HOST": url}
    name = f"dmb{secrets.token_hex(3)}"

    def bare(*words: str) -> float:
        began = time.perf_counter()
        subprocess.run(
            [program, "-p", name, "-f", "-", *words],
            input=THREE.encode(),
            cwd=folder,
            env=environment,
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - began

    def ours(at: Kernel) -> float:
        cell = f"-p {name} up -d"
        printed = at.run(
            "import time as _time, json as _json\n_began = _time.perf_counter()\n"
            f"get_ipython().run_cell_magic('compose', {cell!r}, {THREE!r})\n"
            "print('took', _json.dumps(_time.perf_counter() - _began))"
        )
        at.run(f"%compose -p {name} down -v -t 0")
        return float(json.loads(printed.rsplit("took ", 1)[1].splitlines()[0]))

    def theirs() -> float:
        took = bare("up", "-d")
        bare("down", "-v", "-t", "0")
        return took

    found: list[tuple[float, float]] = []
    with kernel(folder, url) as at:
        ours(at)
        theirs()  # what is slow the first time is slow for both
        for turn in range(count):
            if turn % 2:
                other = theirs()
                found.append((ours(at), other))
            else:
                mine = ours(at)
                found.append((mine, theirs()))
    return Pair("`up -d` of three services", tuple(a for a, _ in found), tuple(b for _, b in found))


def frames() -> Frames:
    """Give the frames of JupyterLab while a living stack of ten services changes ten times a second, for ten seconds."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home, running_lab(Path(home) / "lab") as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = LabPage(lab, browser.new_page(viewport={"width": 1280, "height": 900}))
        page.open("stack.ipynb", [LIVING, MOVING])
        page.run()
        page.done()
        page.page.wait_for_function("() => document.querySelector('.dm-live')?.textContent.includes('service9')")
        page.page.evaluate(FRAMES)
        page.page.wait_for_timeout(8000)
        gaps = sorted(page.page.evaluate("() => { cancelAnimationFrame(window.frame); return window.gaps; }"))
        paints = int(page.page.evaluate("() => window.paints"))
        browser.close()
    return Frames(gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.95)], gaps[-1], paints)


def rows(url: str) -> Iterator[tuple[str, str, str, str, bool]]:
    """Measure; give the rows of the table: what, ours, Docker Compose's, the verdict, whether the bar is met."""
    from tests.benchmarks.__main__ import pair_row

    with tempfile.TemporaryDirectory() as folder:
        pair = up(url, Path(folder))
    yield pair_row(pair, "at most ×1.1", pair.ratio <= 1.1)
    found = frames()
    told = f"p50 {found.p50:.0f} ms, p95 {found.p95:.0f} ms, longest {found.longest:.0f} ms; {found.paints} changes of the page"
    yield "a living stack of ten services at 10 Hz, frames", told, "", "bar: p95 50 ms", found.p95 < 50 and found.paints > 60


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table
    from tests.rig import engines, images

    here = engines.provide()
    images.provide(here, (images.BUSYBOX,))
    sys.exit(0 if table(f"Docker Compose on Docker Engine {here.version}", rows(here.url)) else 1)
