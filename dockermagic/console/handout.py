"""Make what learners get of a lesson: without solutions, outputs and notes for those who teach. What it writes is a valid notebook.

Solutions stand between ### BEGIN SOLUTION and ### END SOLUTION, as nbgrader writes them; notes for those who teach are cells with
the tag "instructor".

Of a folder, the handouts of all its lessons are made, with all that the lessons use beside them. What is there already stays as it
is: learners work in it.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockermagic.course.solutions import SolutionError, without_solutions
from dockermagic.errors import UsageError

__all__ = ["read_lesson", "run", "strip"]

NEEDS = 'pip install "dockermagic[course]"'
INSTRUCTOR = "instructor"


def read_lesson(path: Path) -> Any:
    """Read a notebook, or the source of one.

    Raises:
        UsageError: there is none, it is none, or what reads it is not installed.
    """
    try:
        import nbformat

        if path.suffix == ".md":
            import jupytext

            return jupytext.read(path)
        return nbformat.read(path, as_version=4)
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed.", NEEDS) from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name a notebook: dockermagic handout LESSON.ipynb"
        ) from error
    except Exception as error:  # nbformat and jupytext each have errors of their own for what is no notebook
        raise UsageError(f"{path} is no notebook.", str(error).split("\n")[0]) from error


def strip(notebook: Any, *, solution: bool = False) -> Any:
    """Give what learners get of a notebook, which itself stays as it is. Metadata is kept.

    Parameters:
        solution: keep the solutions and the notes.

    Raises:
        UsageError: the marks of a solution do not fit together.
    """
    import copy

    given = copy.deepcopy(notebook)
    if not solution:
        given.cells = [cell for cell in given.cells if INSTRUCTOR not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(given.cells, 1):
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if not solution:
            try:
                cell.source = without_solutions(cell.source)
            except SolutionError as error:
                raise UsageError(f"cell {number}, {error}.", "Each ### BEGIN SOLUTION needs its ### END SOLUTION.") from error
    given.metadata.pop("widgets", None)
    return given


def run(asked: argparse.Namespace) -> int:
    """Write the handout, and what else is asked for; of a folder, those of its lessons."""
    return _course(asked) if asked.lesson.is_dir() else _handout(asked)


def _course(asked: argparse.Namespace) -> int:
    folder, target = asked.lesson.resolve(), asked.output or asked.lesson.with_name(f"{asked.lesson.resolve().name}-handout")
    if target.resolve() == folder or folder in target.resolve().parents:
        raise UsageError("The handouts would come into the folder of the lessons.", "Name another folder: -o FOLDER")
    if not any(folder.glob("*.ipynb")):
        raise UsageError(f"{asked.lesson} holds no notebook.", "Name a lesson, or a folder of lessons.")
    kept = 0
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in _parts(folder):
            there = target / path.name
            if there.exists():
                kept += 1
            elif path.suffix == ".ipynb":
                _handout(argparse.Namespace(**{**vars(asked), "lesson": path, "output": there}))
            elif path.is_dir():
                shutil.copytree(path, there, symlinks=True)
            else:
                shutil.copy2(path, there)
    except (OSError, shutil.Error) as error:
        raise UsageError(f"{target} cannot be written: {error}.", "Name another folder: -o FOLDER") from error
    if kept:
        print(f"{target}: {kept} parts were there already, and are as they were")  # noqa: T201
    return 0


def _parts(folder: Path) -> Iterator[Path]:
    """Give what belongs to a course: not what JupyterLab keeps for itself, and not the sources of notebooks."""
    for path in sorted(folder.iterdir()):
        source = path.suffix == ".md" and path.with_suffix(".ipynb").exists()
        if not source and path.name != ".ipynb_checkpoints":
            yield path


def _handout(asked: argparse.Namespace) -> int:
    lesson = read_lesson(asked.lesson)
    given = strip(lesson, solution=asked.solution)
    import nbformat

    nbformat.validate(given)
    ending = "solution" if asked.solution else "handout"
    target = asked.output or asked.lesson.with_name(f"{asked.lesson.stem}-{ending}.ipynb")
    if target.resolve() == asked.lesson.resolve():
        raise UsageError("The handout would overwrite the lesson.", "Name another file: -o FILE")
    try:
        nbformat.write(given, target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.", "Name another file: -o FILE") from error
    print(target)  # noqa: T201
    for wanted, kind in ((asked.html, "html"), (asked.slides, "slides")):
        if wanted:
            print(_page(given, target, kind))  # noqa: T201
    return _check(lesson, asked.lesson) if asked.check else 0


def _page(notebook: Any, beside: Path, kind: str) -> Path:
    try:
        from nbconvert import HTMLExporter, SlidesExporter
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed.", NEEDS) from error
    if kind == "slides":
        for cell in notebook.cells:
            first = cell.cell_type == "markdown" and cell.source.lstrip().startswith("#")
            cell.metadata.setdefault("slideshow", {}).setdefault("slide_type", "slide" if first else "fragment")
    page, _ = (SlidesExporter() if kind == "slides" else HTMLExporter()).from_notebook_node(notebook)
    target = beside.with_suffix(".slides.html" if kind == "slides" else ".html")
    target.write_text(page)
    return target


def _check(lesson: Any, path: Path) -> int:
    """Run a lesson with its solutions, and tell each cell's time."""
    try:
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed.", NEEDS) from error
    client = NotebookClient(lesson, timeout=600, resources={"metadata": {"path": str(path.resolve().parent)}})
    began = time.monotonic()
    with client.setup_kernel():
        for place, cell in enumerate(lesson.cells):
            if cell.cell_type != "code":
                continue
            start = time.monotonic()
            first = next(iter(cell.source.strip().splitlines()), "")
            try:
                client.execute_cell(cell, place)
            except CellExecutionError as error:
                raise UsageError(f"cell {place + 1} failed: {first}", str(error.evalue)) from error
            print(f"{time.monotonic() - start:7.1f} s  cell {place + 1}: {first[:90]}")  # noqa: T201
    print(f"{time.monotonic() - began:7.1f} s  in all")  # noqa: T201
    return 0
