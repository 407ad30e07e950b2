"""Quizzes and exercises as a learner does them: with the keyboard and the pointer, wrong and then right."""

from __future__ import annotations

from tests.browser.notebooks import LabPage
from tests.browser.standing import opened, saved

ORDER = """
import os, tempfile
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
from dockermagic import quiz
from dockermagic.course.seals import seal
lines = ["COPY package.json ./", "RUN npm install", "COPY . ."]
order = quiz.order("Which order?", *lines, seal=seal("\\n".join(lines)))
"""
LINES = "() => [...document.querySelectorAll('.dm-live li code')].map((e) => e.textContent)"


def test_an_order_is_found_with_the_keyboard_and_the_pointer(lab_page: LabPage) -> None:
    path = opened(lab_page, "order.ipynb", [ORDER])
    page = lab_page.page
    judge = page.locator(".dm-live [data-do=judge]")
    judge.wait_for()
    wanted = ["COPY package.json ./", "RUN npm install", "COPY . ."]
    if page.evaluate(LINES) == wanted:  # the salt is a new one each time
        page.locator(".dm-live [data-do='down 0']").click()
        page.wait_for_function(f"(lines) => JSON.stringify(({LINES})()) !== JSON.stringify(lines)", arg=wanted)
    judge.click()
    page.locator(".dm-live :text('Not so.')").wait_for()
    for place, line in enumerate(wanted):
        while (found := page.evaluate(LINES)).index(line) > place:
            page.locator(f".dm-live li:has(code:text-is('{line}')) [data-do^='up']").focus()
            page.keyboard.press("Enter")
            page.wait_for_function(f"(lines) => JSON.stringify(({LINES})()) !== JSON.stringify(lines)", arg=found)
    assert page.evaluate("() => document.querySelectorAll('.jp-CodeCell').length") == 1, "no key reached the notebook"
    judge.focus()
    page.keyboard.press("Space")
    page.locator(".dm-live :text('Right.')").wait_for()
    assert page.locator(".dm-live [data-do]").count() == 0, "what was answered right is not asked again"
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.get(0).data['text/html'].includes('Right.')"
    )
    assert "Right." in saved(lab_page, path)["text/plain"]


EXERCISE = """
import os, tempfile
os.environ["DOCKER_HOST"], os.environ["XDG_DATA_HOME"] = {url!r}, tempfile.mkdtemp()
%load_ext dockermagic
from dockermagic import check, quiz
guess = quiz.state("lesson-browser", after="docker run -d")
"""


def test_a_question_and_an_exercise_wrong_then_right(lab_page: LabPage, engine28: str) -> None:
    check = 'check("It runs").container("lesson-browser").is_running()'
    lab_page.open("exercise.ipynb", [EXERCISE.format(url=engine28), "# Your turn", check, "%docker_progress", "%docker_reset"])
    page = lab_page.page
    run_one = "() => window.jupyterapp.commands.execute('notebook:run-cell-and-select-next')"
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
    )
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    page.evaluate(run_one)
    page.locator(".dm-live button:text-is('created')").click()
    page.locator(".dm-live :text('Now run the next cell')").wait_for()
    page.locator(".dm-live button:text-is('running')").click()
    page.locator(".dm-live button[aria-pressed=true]:text-is('running')").wait_for()
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 2; }")
    page.evaluate(run_one)
    page.locator(".jp-OutputArea :text('Not yet: container lesson-browser')").first.wait_for()
    page.evaluate(
        """() => { const c = window.jupyterapp.shell.currentWidget.content;
                   c.model.cells.get(1).sharedModel.setSource('%docker_run -d --name lesson-browser busybox sleep 1000');
                   c.activeCellIndex = 1; }"""
    )
    for _ in range(3):
        page.evaluate(run_one)
    page.locator(":text('2 of 2 exercises done')").first.wait_for()
    page.locator(":text('lesson-browser is running.')").first.wait_for()
    page.evaluate(run_one)
    page.locator(":text('Removed: 1 container')").first.wait_for()
