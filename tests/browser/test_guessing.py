"""`%%dockerfile --predict` in a real JupyterLab: guessed with the keyboard alone, then built, then scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.notebooks import LabPage
from tests.browser.standing import asked, becomes, opened, saved

SETUP = "import os\nos.environ['DOCKER_HOST'] = {url!r}\n%load_ext dockermagic"
CELL = """%%dockerfile -t {tag} --predict --as build
FROM busybox
WORKDIR /guess-{tag}
RUN echo guessed
ENV MODE=demo
RUN {last}"""
CHOSEN = "() => [...document.querySelectorAll('.dm-live input:checked')].map((each) => each.dataset.key).join()"


def chosen(page: Any, wanted: str) -> None:
    page.wait_for_function(f"(wanted) => ({CHOSEN})() === wanted", arg=wanted)


def test_guessed_with_the_keyboard_then_built_and_scored(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    name = tag("guess")
    cell = f"{SETUP.format(url=engine)}\nget_ipython().run_cell_magic('dockerfile', '{{line}}', '''{{text}}''')"
    line, _, text = CELL.format(tag=name, last="echo end").removeprefix("%%dockerfile ").partition("\n")
    path = opened(lab_page, "guess.ipynb", [cell.format(line=line, text=text)])
    page = lab_page.page
    page.locator(".dm-live input").first.focus()
    page.keyboard.press("Space")
    chosen(page, "cached 1")
    page.keyboard.press("ArrowRight")
    chosen(page, "ran 1")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chosen(page, "ran 1,cached 2")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid", "one sees where one is"
    assert asked(page, "type(build).__name__") == "'Guessing'"
    page.keyboard.press("Tab")  # the last row stays unanswered
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.dataset.do") == "build"
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length") == 1, "no key was a command"
    page.keyboard.press("Enter")
    page.locator(".jp-RenderedHTML :text('You were right about 1 of 2 steps.')").wait_for(timeout=60_000)
    becomes(page, "build.prediction.answers", "('', 'ran', 'cached', '', '')")
    assert asked(page, "[step.status for step in build.steps]") == "['cached', 'ran', 'ran', 'metadata', 'ran']"
    html = saved(lab_page, path)["text/html"]
    assert "Line 3 ran." in html
    assert "data-do" not in html


def test_a_build_that_was_guessed_can_be_stopped(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    lab_page.open("stopped-guess.ipynb", [SETUP.format(url=engine), CELL.format(tag=tag("guessstop"), last="sleep 100")])
    page = lab_page.page
    lab_page.run()
    page.locator(".dm-live [data-do=build]").click()
    page.locator(".dm-live [data-do=stop]").click()
    page.locator(".jp-RenderedHTML :text('cancelled')").first.wait_for()
    becomes(page, "build.outcome", "'cancelled'")


@pytest.mark.long
def test_a_cell_that_is_run_again_asks_again_and_ends_its_build(lab_page: LabPage, engine: str, tag: Callable[[str], str]) -> None:
    lab_page.open("again-guess.ipynb", [SETUP.format(url=engine), CELL.format(tag=tag("guessagain"), last="sleep 100")])
    page = lab_page.page
    lab_page.run()
    page.locator(".dm-live [data-do=build]").click()
    page.locator(".dm-live [data-do=stop]").wait_for()
    lab_page.run()
    page.locator(".dm-live [data-do=build]").wait_for()
    becomes(page, "len([t for t in __import__('threading').enumerate() if t.name.startswith('dockermagic: build')])", "0")
    assert asked(page, "type(build).__name__") == "'Guessing'", "the build that nobody saw is not kept"
