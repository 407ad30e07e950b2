"""nbgrader and otter-grader take our checks as their tests: assign, autograde, feedback, for real."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.engine.graders import RIGHT, WRONG, Grader, ended, nbgrader_master, otter_master, with_answer
from tests.rig.fixtures import had

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

SUBMISSIONS = {"right": RIGHT, "stub": "", "wrong": WRONG}
"""In this order: what the first one made is there when the second is graded, unless the assignment removes it."""
HINT = "Which instruction says who runs the program?"


def test_nbgrader(engine: str, tag: Callable[[str], str], tmp_path: Path) -> None:
    grader = had(lambda: Grader("nbgrader", engine))
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'docker'\nc.ClearSolutions.code_stub = {'python': '# Your turn'}\n"
    )
    source = tmp_path / "source" / "ps1" / "lesson.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(nbgrader_master(tag("graded")), source)
    grader.run(tmp_path, "nbgrader", "generate_assignment", "ps1", "--create")
    released = tmp_path / "release" / "ps1" / "lesson.ipynb"
    for name, answer in SUBMISSIONS.items():
        with_answer(released, answer, tmp_path / "submitted" / name / "ps1" / "lesson.ipynb")
        grader.run(tmp_path, "nbgrader", "autograde", "ps1", "--create", f"--student={name}")
        grader.run(tmp_path, "nbgrader", "generate_feedback", "ps1", f"--student={name}")
    grader.run(tmp_path, "nbgrader", "export")
    with (tmp_path / "grades.csv").open() as file:
        scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert scores == {"right": (3.0, 3.0), "wrong": (1.0, 3.0), "stub": (0.0, 3.0)}
    feedback = {name: ended((tmp_path / "feedback" / name / "ps1" / "lesson.html").read_text()) for name in SUBMISSIONS}
    assert HINT in feedback["wrong"]
    assert HINT not in feedback["right"]


def test_otter_grader(engine: str, tag: Callable[[str], str], tmp_path: Path) -> None:
    grader = had(lambda: Grader("otter-grader", engine))
    nbformat.write(otter_master(tag("graded")), tmp_path / "lesson.ipynb")
    grader.run(tmp_path, "otter", "assign", "lesson.ipynb", "dist", "--no-pdfs")
    (archive,) = (tmp_path / "dist" / "autograder").glob("*.zip")
    scores, feedback = {}, {}
    for name, answer in SUBMISSIONS.items():
        target = tmp_path / "handed-in" / name / "lesson.ipynb"
        with_answer(tmp_path / "dist" / "student" / "lesson.ipynb", answer, target)
        grader.run(tmp_path, "otter", "run", str(target), "-a", str(archive), "-o", str(target.parent), "--no-logo")
        results = json.loads((target.parent / "results.json").read_text())
        scores[name] = sum(float(test.get("score") or 0) for test in results["tests"])
        feedback[name] = ended(json.dumps(results["tests"], ensure_ascii=False))
    assert scores == {"right": 3.0, "wrong": 1.0, "stub": 0.0}
    assert HINT in feedback["wrong"]
    assert HINT not in feedback["right"]
