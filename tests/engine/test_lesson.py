"""The lessons run from top to bottom, and what they leave needs no kernel."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest
from docker.errors import NotFound
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.rig import sharing
from tests.rig.applications import NODE, POSTGRES, REGISTRY
from tests.rig.engines import at
from tests.rig.fixtures import had

pytestmark = pytest.mark.engine

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9]*.md"))


def executed(source: Path, url: str) -> Any:
    notebook = jupytext.read(source)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    with tempfile.TemporaryDirectory() as nobody:  # who has done no exercise before
        environment = {"DOCKER_HOST": url, "JPY_SESSION_NAME": str(source.with_suffix(".ipynb")), "XDG_DATA_HOME": nobody}
        client.execute(env={**os.environ, **environment})
    return notebook


RUNS = [
    pytest.param((path, engine), id=f"{path.stem}-{engine}", marks=[pytest.mark.long] if place and engine == "engine20" else [])
    for place, path in enumerate(LESSONS)
    for engine in ("engine20", "engine28")
]


@pytest.fixture(scope="module", params=RUNS)
def lesson(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give each lesson with its outputs, run on each Docker Engine; the images that it leaves are removed."""
    path, engine = request.param
    url = str(request.getfixturevalue(engine))
    if "apps/booking" in path.read_text():
        had(lambda: sharing.also(at(url), (POSTGRES, NODE)))
    if REGISTRY in path.read_text():
        had(lambda: sharing.also(at(url), (REGISTRY,)))
    api = at(url).client().api
    before = {image["Id"] for image in api.images(all=True)}
    yield executed(path, url)
    for image in api.images(all=True):
        if image["Id"] not in before:
            with contextlib.suppress(NotFound):
                api.remove_image(image["Id"], force=True)


def outputs(notebook: Any) -> Iterator[Any]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def test_it_runs_and_leaves_pictures_that_need_no_kernel(lesson: Any) -> None:
    assert "widgets" not in lesson.metadata
    pictures = 0
    for output in outputs(lesson):
        data = output.get("data", {})
        assert "application/vnd.jupyter.widget-view+json" not in data
        if "text/html" in data:
            pictures += "<table" in data["text/html"]
            assert not re.search(r"<script|<style|<svg", data["text/html"])
            assert data["text/plain"].strip()
    assert pictures >= 5


def test_its_page_loads_nothing_from_elsewhere(lesson: Any) -> None:
    notebook = nbformat.v4.new_notebook(cells=[cell for cell in lesson.cells if cell.cell_type == "code"])
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert "load_ext" in page
    assert not re.search(
        r"""(?:src|href)=["'](?:https?:)?//(?!docs\.docker\.com|localhost:\d)""", page
    )  # a published port is a link


@pytest.mark.parametrize("source", LESSONS, ids=lambda path: path.stem)
def test_the_notebook_beside_the_source_is_up_to_date(source: Path) -> None:
    made = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    written = jupytext.read(source)
    assert [cell.source for cell in made.cells] == [cell.source for cell in written.cells]
    assert all(cell.execution_count for cell in made.cells if cell.cell_type == "code")
    assert str(FOLDER) not in source.with_suffix(".ipynb").read_text(), "a path of this machine"
    errors = [cell for cell in made.cells if any(o.output_type == "error" for o in cell.get("outputs", []))]
    assert all("raises-exception" in cell.metadata.get("tags", []) for cell in errors)
