"""A browser, blank pages with the live view's script, and a real JupyterLab.

On a machine without them these tests are skipped, and say why; where CI is set they fail.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import FLAGS, program
from tests.browser.jupyter import Lab, running_lab
from tests.browser.notebooks import LabPage


def absent(what: str) -> None:
    """Skip the test for want of something; fail where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI has everything")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser for all tests."""
    if importlib.util.find_spec("playwright") is None:
        absent("the playwright package")
    found = program()
    if found is None:
        absent("a Chromium browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """An empty page that reaches no network; script errors in it fail the test."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/*", lambda route: route.abort())
    page.set_content("<!doctype html><title>empty</title><main></main>")
    yield page
    page.close()
    assert errors == []


MODEL = """async (source) => {
  window.live = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  const listeners = new Set();
  let html = "";
  window.model = {get: () => html, on: (_, f) => listeners.add(f), off: (_, f) => listeners.delete(f),
                  set: (next) => { html = next; for (const f of listeners) f(); }};
}"""


@pytest.fixture
def show(page: Any) -> Callable[[str], None]:
    """Show markup in the page as a live view does; call again for newer markup. Returns when it is painted."""
    from dockermagic.views import notebook

    page.add_style_tag(content=notebook.stylesheet())
    page.evaluate(MODEL, notebook.script())
    page.evaluate("() => { live.default.render({model, el: document.querySelector('main')}); }")

    def shown(html: str) -> None:
        page.evaluate(
            "(html) => new Promise((done) => { model.set(html); requestAnimationFrame(() => requestAnimationFrame(done)); })", html
        )

    return shown


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab."""
    for package in ("jupyterlab", "anywidget", "ipykernel"):
        if importlib.util.find_spec(package) is None:
            absent(f"the {package} package")
    with running_lab(Path(tmp_path_factory.mktemp("lab"))) as lab:
        yield lab


@pytest.fixture(scope="session")
def lab_page(lab: Lab, chromium: Any) -> Iterator[LabPage]:
    """One page of JupyterLab for all tests: loading it takes longer than most of them."""
    page = LabPage(lab, chromium.new_page(viewport={"width": 1280, "height": 900}))
    yield page
    page.page.close()
