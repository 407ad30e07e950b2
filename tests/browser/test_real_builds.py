"""`%%dockerfile` in a real JupyterLab, on a real engine."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.browser.notebooks import LabPage

SETUP = "import os\nos.environ['DOCKER_HOST'] = {url!r}\n%load_ext dockermagic"
DOCKERFILE = """%%dockerfile -t {tag} --no-cache
FROM busybox
WORKDIR /app
COPY . .
RUN for part in 1 2 3; do echo compiling $part; sleep 0.5; done; echo "<b>done</b>" > report
ENV MODE=demo
CMD ["cat", "/app/report"]"""
FAILING = """%%dockerfile -t {tag}
FROM busybox
RUN echo about to fail; exit 7
RUN echo never"""
LIVE = """(word) => document.querySelector(".dm-live")?.textContent.includes(word)"""


def test_the_first_lesson(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    path = lab_page.open("lesson.ipynb", [SETUP.format(url=engine), DOCKERFILE.format(tag=tag("lesson"))])
    page = lab_page.page
    lab_page.run()
    page.wait_for_function(LIVE, arg="compiling 1", timeout=60_000)
    assert page.locator(".dm-live [data-key=s3][data-status=running]").count() == 1
    lab_page.done()
    page.wait_for_function("() => !document.querySelector('.dm-live')")
    shown = page.locator(".jp-RenderedHTML section").first.inner_text()
    assert "succeeded" in shown
    assert "metadata only, no layer" in shown
    lab_page.save()
    saved = json.loads(path.read_text())
    assert "widgets" not in saved["metadata"]
    assert "widget-view" not in path.read_text()


def test_a_failure_stops_run_all_and_leaves_its_log_open(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    lab_page.open("failing.ipynb", [SETUP.format(url=engine), FAILING.format(tag=tag("failing")), "reached = True"])
    page = lab_page.page
    lab_page.run()
    page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText").first.wait_for(
        timeout=60_000
    )
    page.wait_for_function("() => document.querySelector('.jp-RenderedHTML details[open]')")
    assert "about to fail" in page.locator(".jp-RenderedHTML details[open] pre").inner_text()
    shown = page.locator(".jp-RenderedHTML section").inner_text()
    assert "exit code 7" in shown
    assert "not reached" in shown
    assert page.locator(".jp-CodeCell .jp-InputPrompt").last.inner_text().strip() == "[ ]:"


def test_the_stop_button_cancels_the_build(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    cell = DOCKERFILE.format(tag=tag("stopped")).replace("sleep 0.5", "sleep 60")
    lab_page.open("stopped-build.ipynb", [SETUP.format(url=engine), cell])
    page = lab_page.page
    lab_page.run()
    page.wait_for_function(LIVE, arg="compiling 1", timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    lab_page.done(20)
    page.wait_for_function("() => !document.querySelector('.dm-live')")
    assert "cancelled" in page.locator(".jp-RenderedHTML section").inner_text()
