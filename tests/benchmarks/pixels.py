"""From an event in the kernel to the screen: 2,000 events a second, in a real JupyterLab."""

from __future__ import annotations

import bisect
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import FLAGS
from tests.browser.jupyter import running_lab
from tests.browser.notebooks import LabPage

RATE, SECONDS = 2000, 6

# Every event is a line of log that says when it happened; twenty are folded at a time, as they come off the queue.
CELL = f"""
import time
from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.builds.plan import plan_stages, plan_steps
from dockermagic.views.show import open_view
text = "FROM busybox\\n" + "ENV A=1\\nRUN echo\\n" * 20
dockerfile = read_dockerfile(text)
build = Build(text, plan_steps(dockerfile), plan_stages(dockerfile))
view = open_view(BuildDrawer())
began = time.time()
for event in (ev.BuildStarted(began, "Docker Engine", "buildkit"), ev.StepFinished(began, 0, "cached"), ev.StepStarted(began, 2)):
    build = apply(build, event)
done = 0
while done < {RATE * SECONDS}:
    while done < (time.time() - began) * {RATE}:
        now = time.time()
        build = apply(build, ev.StepLogged(now, 2, 1, f"at {{now * 1000:.0f}} event {{done}}\\n"))
        done += 1
        if done % 20 == 0:
            view.update(build)
    view.tick()
    time.sleep(0.002)
build = apply(build, ev.StepFinished(time.time(), 2, "ran"))
build = apply(build, ev.BuildFinished(time.time(), "succeeded"))
view.close(build)
"""

# After each change of the output, in the frame that shows it: when that was, and the newest stamp in sight.
WATCH = """() => {
  window.paints = [];
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      due = false;
      const logs = document.querySelectorAll(".jp-OutputArea pre");
      let newest = 0;
      for (const log of logs) for (const found of log.textContent.slice(-400).matchAll(/at (\\d{13}) event/g))
        newest = Math.max(newest, Number(found[1]));
      if (newest) window.paints.push([Date.now(), newest]);
    }));
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True)
class Lateness:
    """Milliseconds from events to the frames that showed them."""

    p50: float
    p95: float
    paints: int


def measure(runs: int = 5) -> Lateness:
    """Give the median run of several: one pause of the machine's would decide a single one."""
    return sorted((_once() for _ in range(runs)), key=lambda each: each.p95)[runs // 2]


def _once() -> Lateness:
    """Run the cell in JupyterLab and take the lateness of every event that was shown."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home, running_lab(Path(home) / "lab") as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = LabPage(lab, browser.new_page(viewport={"width": 1280, "height": 900}))
        page.open("pixels.ipynb", [CELL])
        page.page.evaluate(WATCH)
        page.run()
        page.done()
        paints = [(float(shown), float(stamp)) for shown, stamp in page.page.evaluate("() => window.paints")]
        browser.close()
    return lateness(paints)


def lateness(paints: list[tuple[float, float]]) -> Lateness:
    """Give how late events were: each is in sight with the first frame whose newest stamp is not before its own."""
    newest = [stamp for _, stamp in paints]
    first, last = newest[0], max(newest)
    late: list[float] = []
    highest = [max(newest[: place + 1]) for place in range(len(newest))]
    event = first
    while event <= last:
        late.append(paints[bisect.bisect_left(highest, event)][0] - event)
        event += 1000 / RATE
    late.sort()
    return Lateness(late[len(late) // 2], late[int(len(late) * 0.95)], len(paints))
