"""nbgrader and otter-grader, each in an environment of its own, and a small assignment that both can grade."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from tests.rig.places import ROOT, STATE, RigError, say

__all__ = ["RIGHT", "WRONG", "Grader", "ended", "nbgrader_master", "otter_master", "with_answer"]

RIGHT = "FROM busybox\nRUN echo hello > /hello.txt\nUSER 1000"
WRONG = "FROM busybox\nRUN echo hello > /hello.txt"
"""It builds, and its program runs as root: one of two claims does not hold."""


class Grader:
    """A grader's programs, installed from the package index into `.rig/graders`; kept for the next run.

    Raises:
        RigError: it cannot be installed.
    """

    def __init__(self, package: str, engine: str) -> None:
        self.home = STATE / "graders" / package
        self.engine = engine
        if not (self.home / ".ready").exists():
            say(f"installing {package} into an environment of its own (a minute)")
            self._install(package)

    def _install(self, package: str) -> None:
        for words in (
            [sys.executable, "-m", "venv", "--clear", str(self.home)],
            [str(self.home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--editable", str(ROOT), package, "ipykernel"],
        ):
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RigError(f"{package} cannot be installed: {done.stderr[-300:]}")
        (self.home / ".ready").touch()

    def run(self, folder: Path, program: str, *words: str) -> str:
        """Run one of its programs, with the engine that is to be used; give what it says."""
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY", "IPYTHON"))},
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "DOCKER_HOST": self.engine,
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        done = subprocess.run(
            [str(self.home / "bin" / program), *words], cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{program} {' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr


def _begin(tag: str) -> list[Any]:
    return [
        new_markdown_cell("# An image that does not run as root"),
        # Grading runs one submission after the other on one engine: what the last one made must not count for the next.
        new_code_cell(f"%load_ext dockermagic\nfrom dockermagic import check\n%docker rmi -f {tag}"),
    ]


def _cell(source: str, grade_id: str, *, points: int = 0, solution: bool) -> Any:
    graded = {"points": points} if points else {}
    about = {"grade": bool(points), "solution": solution, "locked": not solution, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id, **about, **graded}})


def nbgrader_master(tag: str) -> Any:
    """Give the assignment as nbgrader's authors write it: the checks are its autograder tests."""
    answer = f"%%dockerfile -t {tag} --no-context\n### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION"
    return _whole(
        [
            *_begin(tag),
            _cell(answer, "answer", solution=True),
            _cell(f'check("An image").image("{tag}").is_smaller_than("50 MB")', "small", points=1, solution=False),
            _cell(f'check("Not root").image("{tag}").runs_as_non_root()', "user", points=2, solution=False),
        ]
    )


def otter_master(tag: str) -> Any:
    """Give the assignment as Otter Assign wants it."""
    answer = f"%%dockerfile -t {tag} --no-context\n# BEGIN SOLUTION NO PROMPT\n{RIGHT}\n# END SOLUTION"
    # A value would be taken for expected output: the check's is dropped.
    claims = {"small": (1, 'is_smaller_than("50 MB")'), "user": (2, "runs_as_non_root()")}
    tests = [
        f'""" # BEGIN TEST CONFIG\npoints: {points}\nname: {name}\n""" # END TEST CONFIG\n_ = check.image("{tag}").{claim}'
        for name, (points, claim) in claims.items()
    ]
    return _whole(
        [
            new_raw_cell("# ASSIGNMENT CONFIG\nname: lesson\ngenerate: {pdf: false}\nexport_cell: false\nrun_tests: false"),
            *_begin(tag),
            new_raw_cell("# BEGIN QUESTION\nname: q1"),
            new_markdown_cell("Write the Dockerfile."),
            new_raw_cell("# BEGIN SOLUTION"),
            new_code_cell(answer),
            new_raw_cell("# END SOLUTION"),
            new_raw_cell("# BEGIN TESTS"),
            *map(new_code_cell, tests),
            new_raw_cell("# END TESTS"),
            new_raw_cell("# END QUESTION"),
        ]
    )


def _whole(cells: list[Any]) -> Any:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for place, cell in enumerate(cells):
        cell.id = f"cell-{place}"
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def with_answer(released: Path, answer: str, target: Path) -> None:
    """Write what a learner hands in: the released notebook with an answer in it; "" leaves it as it is."""
    notebook = nbformat.read(released, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith("%%dockerfile")]
    assert "USER" not in cell.source, "the solution was not taken out"
    if answer:
        cell.source = f"{cell.source.splitlines()[0]}\n{answer}"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


def ended(text: str) -> str:
    """Give a text without markup and with single spaces, to look for sentences in it."""
    import html
    import re

    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())
