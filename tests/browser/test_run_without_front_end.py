"""A notebook that runs by itself, and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.browser.test_jupyterlab import SETUP


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A notebook that nbclient has run and that was saved."""
    from nbclient import NotebookClient

    from tests.browser.jupyter import ROOT

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"{SETUP}built = play(x.hello_start(), x.hello_events(at=time.time()), speed=9)")]
    )
    NotebookClient(notebook, timeout=60, kernel_name="python3", store_widget_state=True).execute()
    path = tmp_path / "ran.ipynb"
    nbformat.write(notebook, path)
    return nbformat.read(path, as_version=4)


def test_its_output_is_the_picture_and_nothing_else(ran: Any) -> None:
    (output,) = ran.cells[0].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "succeeded" in output.data["text/html"]
    assert "widgets" not in ran.metadata


def test_it_can_be_read_offline(ran: Any, page: Any) -> None:
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter().from_notebook_node(ran)
    page.set_content(text)
    assert "succeeded" in page.locator(".jp-RenderedHTML").inner_text()
