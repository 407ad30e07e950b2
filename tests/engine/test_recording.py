"""A recording of a real build and a real run, made in one notebook and shown in another that has no engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.engine


def ran(folder: Path, *cells: str) -> list[str]:
    """Run cells in a kernel of their own, and give what each shows, as text."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return ["\n".join(str(dict(output)) for output in cell.outputs) for cell in notebook.cells]


def test_it_is_made_with_an_engine_and_shown_without_one(
    engine: str, tag: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tag("recorded")
    monkeypatch.setenv("DOCKER_HOST", engine)
    live = ran(
        tmp_path,
        "%load_ext dockermagic",
        "%docker_record demo.recording",
        f"%%dockerfile -t {image} --no-context\nFROM busybox\nENV API_KEY=hunter2\nRUN echo built",
        f"%docker_run --rm -e TOKEN=hunter2 {image} echo it ran",
        "%docker_record --stop",
    )
    assert "2 cells with 2 pictures" in live[-1]
    assert not any("recorded on" in shown for shown in live)
    assert "hunter2" not in (tmp_path / "demo.recording").read_text()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    shown = ran(tmp_path, "%load_ext dockermagic", "%docker_replay demo.recording", f"%docker_replay demo.recording {image}")
    assert shown[1].count("recorded on") == 4  # two pictures, each as markup and as text
    assert "Docker Engine" in shown[1]
    assert "RUN" in shown[1]
    assert "it ran" in shown[1]
    assert "widget-view" not in shown[1]
    assert shown[2].count("recorded on") == 2
