"""The lessons, run from top to bottom in a real JupyterLab, saved, and read again where nobody trusts them."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from docker.errors import NotFound

from tests.browser.notebooks import LabPage
from tests.rig.engines import at

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9]*.ipynb"))
WORDS = {
    "01-images-and-containers": ("succeeded", "cached", "metadata only, no layer", "skipped", "hello:1"),
    "02-layers-and-cache": ("Ran again because", "cached"),
    "03-registries": ("already there", "Digest", "Removed:"),
    "09-dockerignore-and-secrets": (".dockerignore", "Ran again because"),
    "12-health-checks": ("Started is not ready", "healthy", "tried"),
    "13-multi-stage": ("hidden", "report:5"),
    "04-volumes": ("named volume", "anonymous volume", "tmpfs", "lesson-data", "Removed:"),
    "05-networks": ("lesson-net", "no DNS", "lesson-server", "Removed:"),
    "06-lifecycle": ("exited with code 137", "SIGTERM", "grace period", "one image", "Removed:"),
    "07-ports-and-expose": ("only exposed", "nobody listens", "loopback only", "open", "Removed:"),
    "11-compose": ("connection refused", "Started is not ready", "healthy", "db"),
    "08-a-dockerfile-that-wastes-no-time": ("npm install", "cached", "lesson-api", "Removed:"),
    "14-where-to-go-next": ("lesson-pages", "Removed:"),
    "10-cheatsheet": ("my-app", "Repository", "Reclaimable", "Removed:"),
}


@pytest.fixture
def clean(engine28: str) -> Iterator[str]:
    """Give a private engine's address, since lessons use names that somebody may have; remove the images that they leave."""
    client = at(engine28).client()
    before = {image["Id"] for image in client.api.images(all=True)}
    yield engine28
    for image in client.api.images(all=True):
        if image["Id"] not in before:
            with contextlib.suppress(NotFound):
                client.api.remove_image(image["Id"], force=True)


def copied(folder: Path) -> None:
    """Put what lessons work with into a folder."""
    for part in FOLDER.iterdir():
        if part.is_dir() and not part.name.startswith("."):
            shutil.copytree(part, folder / part.name, dirs_exist_ok=True)


def fresh_copy(lesson: Path, folder: Path, url: str) -> Path:
    """Put a lesson without its outputs into a folder, with the engine's address in its first cell; give its path."""
    notebook = nbformat.read(lesson, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import os\nos.environ['DOCKER_HOST'] = {url!r}"))
    path = folder / lesson.name
    nbformat.write(notebook, path)
    return path


FIRST = ("01-images-and-containers",)
EACH = [pytest.param(path, id=path.stem, marks=[] if path.stem in FIRST else [pytest.mark.long]) for path in LESSONS]


@pytest.mark.parametrize("lesson", EACH)
def test_a_lesson_runs_is_saved_and_reads_without_a_kernel(lab_page: LabPage, clean: str, lesson: Path) -> None:
    folder = lab_page.lab.folder
    copied(folder)
    path = fresh_copy(lesson, folder, clean)

    lab_page.reopen(path)
    lab_page.run()
    lab_page.done(120)
    lab_page.save()

    saved = nbformat.read(path, as_version=4)
    assert "widget-view" not in path.read_text()
    assert "widgets" not in saved.metadata
    failed = [c for c in saved.cells if any(o.output_type == "error" for o in c.get("outputs", []))]
    assert all("raises-exception" in cell.metadata.get("tags", []) for cell in failed), failed
    pictures = [o.data["text/html"] for c in saved.cells for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
    assert len(pictures) >= 5
    assert not re.search(r"<script|<style|<svg", "".join(pictures))

    # Elsewhere, and by nobody who ran it: another name has no trust.
    other = folder / f"untrusted-{lesson.name}"
    other.write_text(json.dumps(saved))
    lab_page.reopen(other)
    page = lab_page.page
    # JupyterLab draws only the cells in sight, so the window is made as tall as the lesson.
    page.set_viewport_size({"width": 1280, "height": 16000})
    page.wait_for_function(
        "(n) => document.querySelectorAll('.jp-RenderedHTML section').length >= n", arg=len(pictures) - 1, timeout=30_000
    )
    page.wait_for_function(
        """(words) => { const text = [...document.querySelectorAll('.jp-RenderedHTML')].map((e) => e.innerText).join(' ');
                        return words.every((word) => text.includes(word)); }""",
        arg=list(WORDS[lesson.stem]),
        timeout=30_000,
    )
    assert page.locator(".jp-RenderedHTML style, .jp-RenderedHTML script").count() == 0
    page.set_viewport_size({"width": 1280, "height": 900})
