"""The prebuilt lab extension: it is installed as it is here, and colours cells."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import dockermagic
from tests.browser.notebooks import LabPage

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = Path(sys.prefix) / "share/jupyter/labextensions/dockermagic"
SOURCES = {
    **{path.relative_to(ROOT / "labextension").as_posix(): path for path in (ROOT / "labextension").rglob("*") if path.is_file()},
    "static/live.js": ROOT / "dockermagic/views/static/live.js",
    "static/morphdom-esm.js": ROOT / "dockermagic/views/static/vendor/morphdom-esm.js",
}


def test_what_is_installed_is_what_is_here() -> None:
    """pip copies it, also when it installs the project as editable."""
    for name, source in SOURCES.items():
        installed = INSTALLED / name
        assert installed.is_file(), f"{name} is not installed: bash tools/venv.sh"
        assert installed.read_bytes() == source.read_bytes(), f"{name} is older than its source: bash tools/venv.sh"


def test_its_version_is_the_package_s() -> None:
    assert json.loads((ROOT / "labextension/package.json").read_text())["version"] == dockermagic.__version__


def test_it_reaches_nothing_outside() -> None:
    for path in (ROOT / "labextension/static").glob("*.js"):
        assert "://" not in path.read_text(), path.name


DOCKERFILE = """%%dockerfile -t hello:1 --label a="b c"
# a comment
FROM busybox AS base
RUN echo "hello" """
COMPOSE = """%%compose up -d
services:
  web:
    image: "nginx" # a comment"""
TOKENS = """(cell) => [...document.querySelectorAll('.jp-CodeCell')[cell].querySelectorAll('.cm-line')]
  .map((line) => [...line.querySelectorAll('span[class]')].map((span) => span.textContent))"""


@pytest.fixture
def notebook(lab_page: LabPage) -> Any:
    lab_page.open("colours.ipynb", [DOCKERFILE, COMPOSE, "%docker_run busybox", "%%bash\necho hi"])
    lab_page.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")
    return lab_page.page


def mimes(page: Any) -> list[str]:
    return list(page.evaluate("() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => cell.mimeType)"))


def test_cells_have_the_colours_of_their_language(notebook: Any) -> None:
    notebook.wait_for_function(f"() => ({TOKENS})(0)[2]?.includes('FROM')")
    lines = notebook.evaluate(TOKENS, 0)
    assert lines[1] == ["# a comment"]
    assert lines[2] == ["FROM", "AS"]
    assert lines[3] == ["RUN", '"hello"']
    notebook.wait_for_function(f"() => ({TOKENS})(1)[1]?.includes('services')")
    assert "# a comment" in notebook.evaluate(TOKENS, 1)[3]
    assert mimes(notebook)[2:] == ["text/x-ipython", "text/x-ipython"]


def test_the_colours_follow_the_first_line(notebook: Any) -> None:
    notebook.wait_for_function(f"() => ({TOKENS})(0)[2]?.includes('FROM')")
    change = """(source) => { window.jupyterapp.shell.currentWidget.content.model.cells.get(3).sharedModel.source = source; }"""
    for source, mime in (
        ("%%dockerfile\nFROM a", "text/x-dockerfile"),
        ("%%compose\na: 1", "text/x-yaml"),
        ("x = 1", "text/x-ipython"),
    ):
        notebook.evaluate(change, source)
        assert mimes(notebook)[3] == mime
    notebook.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
    assert len(mimes(notebook)) == 5
