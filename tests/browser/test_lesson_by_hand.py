"""Lessons as a learner does them in JupyterLab: cell by cell, questions and an exercise wrong and then right, tidied up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dockermagic.course.solutions import without_solutions
from tests.browser.notebooks import LabPage
from tests.browser.test_lesson import FOLDER, clean, copied  # noqa: F401  # a fixture
from tests.rig import sharing
from tests.rig.engines import at

FAILED = '"output_type":"error"'
MARKS = re.compile(r"^\s*#+ (BEGIN|END) SOLUTION\n?", re.MULTILINE)


@dataclass(frozen=True)
class Way:
    """How one lesson is done.

    Parameters:
        answers: of each question a wrong answer and the right one; `judged_later`: a question is answered once, and judged by what
            the next cell does: the first one wrong, the others right.
        exercise: the one that is done wrong first; `wrong` is typed, `before` stands above the right way then.
    """

    lesson: str
    answers: tuple[tuple[str, str], ...]
    exercise: int
    wrong: str
    before: str = ""
    judged_later: bool = False


WAYS = (
    Way(
        "03-registries",
        (("move the digest to another tag", "nothing: other bytes have another digest"),),
        0,
        "%docker tag busybox localhost:5055/base/busybox:1",
    ),
    Way("06-lifecycle", (("paused", "running"), ("running", "exited")), 1, "%docker unpause lesson-mine", judged_later=True),
    Way(
        "07-ports-and-expose",
        (("3000", "8126"),),
        0,
        "%docker_run -d --name lesson-any lesson-web:1",
        "%docker rm -f lesson-any\n",
    ),
    Way(
        "13-multi-stage",
        (("yes, with the end of the build", "no: it stays in the build cache, until that is pruned"),),
        0,
        "%%dockerfile -t checksum:1 --no-context\nFROM busybox\nRUN head -c 6000 /dev/urandom > /sources.bin",
    ),
)


class Learner:
    """Somebody who reads a lesson in JupyterLab and does it."""

    def __init__(self, lab_page: LabPage, path: Path) -> None:
        self.page: Any = lab_page.page
        lab_page.reopen(path)
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )
        self.page.locator(".jp-Notebook .jp-Cell").first.click()
        self.count = 0

    def _choose(self, place: int) -> None:
        self.page.evaluate(
            """async (place) => { const notebook = window.jupyterapp.shell.currentWidget.content;
                 notebook.activeCellIndex = place; notebook.mode = 'command';
                 await notebook.scrollToItem(place); notebook.node.focus(); }""",
            place,
        )

    def run(self, place: int) -> str:
        """Press Shift and Enter in a cell, and give what it said."""
        self._choose(place)
        self.page.keyboard.press("Shift+Enter")
        self.count += 1
        self.page.wait_for_function(
            """([place, count]) => window.jupyterapp.shell.currentWidget.content.model.cells.get(place).executionCount >= count
               && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'""",
            arg=[place, self.count],
            timeout=120_000,
        )
        return str(
            self.page.evaluate(
                """(place) => JSON.stringify(
                     window.jupyterapp.shell.currentWidget.content.model.cells.get(place).outputs.toJSON())""",
                place,
            )
        )

    def write(self, place: int, source: str) -> None:
        """Write something else into a cell."""
        self._choose(place)
        self.page.locator(".jp-mod-active .cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Escape")

    def answer(self, answer: str, verdict: str = "") -> None:
        """Press an answer of the question that is open, and wait for what is said."""
        self.page.locator(f".dm-live [data-do^=choose]:text-is('{answer}')").last.click()
        if verdict:
            self.page.locator(f".dm-live [role=status] strong:text-is('{verdict}')").last.wait_for()


@pytest.fixture
def lesson(request: pytest.FixtureRequest, lab_page: LabPage, clean: str) -> tuple[Way, Path, list[str]]:  # noqa: F811
    way: Way = request.param
    if way.lesson == "03-registries":
        sharing.also(at(clean), ("registry:2",))
    notebook = nbformat.read(FOLDER / f"{way.lesson}.ipynb", as_version=4)
    setup = f"import os, tempfile\nos.environ['DOCKER_HOST'], os.environ['XDG_DATA_HOME'] = {clean!r}, tempfile.mkdtemp()"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(setup))
    notebook.cells.append(nbformat.v4.new_code_cell("%docker_progress"))
    right = [cell.source if cell.cell_type == "code" else "" for cell in notebook.cells]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = without_solutions(cell.source), [], None
    copied(lab_page.lab.folder)
    path = lab_page.lab.folder / f"by-hand-{way.lesson}.ipynb"
    nbformat.write(notebook, path)
    return way, path, right


@pytest.mark.timeout(400)
@pytest.mark.parametrize("lesson", WAYS, indirect=True, ids=[way.lesson for way in WAYS])
def test_a_lesson_by_hand(lab_page: LabPage, clean: str, lesson: tuple[Way, Path, list[str]]) -> None:  # noqa: F811
    way, path, right = lesson
    learner = Learner(lab_page, path)
    answers, exercises = iter(way.answers), 0
    said = due = ""
    for place, source in enumerate(right):
        if not source or (exercises and place and "BEGIN SOLUTION" in right[place - 1]):
            continue  # text, or a check that was run with its exercise
        if "BEGIN SOLUTION" in source:
            check = next(each for each in range(place + 1, len(right)) if right[each])
            assert "check(" in right[check]
            learner.run(place)
            assert FAILED in learner.run(check), "the untouched stub"
            if exercises == way.exercise:
                learner.write(place, way.wrong)
                learner.run(place)
                assert "Not yet" in learner.run(check), way.wrong
            solution = MARKS.sub("", source)
            learner.write(place, way.before + solution if exercises == way.exercise else solution)
            learner.run(place)
            told = learner.run(check)
            assert FAILED not in told, told
            exercises += 1
            continue
        said = learner.run(place)
        if due:
            lab_page.page.locator(f".dm-live [role=status] strong:text-is('{due}')").last.wait_for()
            due = ""
        if "quiz." in source:
            wrong, good = next(answers)
            if way.judged_later:
                due = "Not so." if (wrong, good) == way.answers[0] else "Right."
                learner.answer(wrong if due == "Not so." else good)
            else:
                learner.answer(wrong, "Not so.")
                learner.answer(good, "Right.")
    assert next(answers, None) is None
    assert exercises >= 3
    done = re.search(r"(\d+) of (\d+)", said)
    assert done is not None, said
    assert int(done[1]) >= exercises, said
    left = [name for each in at(clean).client().api.containers(all=True) for name in each["Names"]]
    assert left == []
