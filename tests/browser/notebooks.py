"""Notebooks in a real JupyterLab, driven as a person does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from tests.browser.jupyter import Lab

OPENED = """async (name) => {
  const app = window.jupyterapp;
  await app.restored;
  await app.commands.execute('docmanager:open', {path: name, factory: 'Notebook'});
}"""
CLOSE_ALL = """async () => {
  const app = window.jupyterapp;
  for (const widget of [...app.shell.widgets('main')]) widget.dispose();  // no question whether to save
  await app.serviceManager.sessions.shutdownAll();
}"""


class LabPage:
    """A page of JupyterLab in which notebooks are opened, run and saved."""

    def __init__(self, lab: Lab, page: Any) -> None:
        self.lab = lab
        self.page = page
        self.loaded = False

    def open(self, name: str, cells: list[str], *, outputs: list[list[Any]] | None = None) -> Path:
        """Write a notebook and open it with a kernel of its own; what is open is closed. Gives its path."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        for cell, shown in zip(notebook.cells, outputs or [], strict=False):
            cell.outputs = shown
            cell.execution_count = 1
        path = self.lab.folder / name
        nbformat.write(notebook, path)
        return self.reopen(path)

    def load(self) -> None:
        """Load JupyterLab, which restores nothing of what was open."""
        self.page.goto(f"{self.lab.url}lab?token={self.lab.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp", timeout=60_000)

    def reopen(self, path: Path) -> Path:
        """Open a notebook that is there."""
        if not self.loaded:
            self.load()
            self.loaded = True
        self.page.evaluate("async () => { await window.jupyterapp.restored; }")
        self.page.evaluate(CLOSE_ALL)
        self.page.evaluate(OPENED, path.name)
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=30_000)
        return path

    def run(self) -> None:
        """Run all cells; does not wait for them."""
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def done(self, seconds: float = 60.0) -> None:
        """Wait until every cell has a number: JupyterLab shows `[*]` until then."""
        self.page.wait_for_function(
            """() => { const p = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((e) => e.textContent);
                     return p.length > 0 && p.every((t) => /\\[\\d+\\]/.test(t)); }""",
            timeout=seconds * 1000,
        )

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")

    def theme(self, name: str) -> None:
        """Change the theme: "JupyterLab Light" or "JupyterLab Dark"."""
        self.page.evaluate("async (theme) => { await window.jupyterapp.commands.execute('apputils:change-theme', {theme}); }", name)
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{name}'")

    def output(self) -> Any:
        """Give the first cell's output area."""
        return self.page.locator(".jp-Cell-outputArea").first
