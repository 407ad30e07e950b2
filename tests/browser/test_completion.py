"""Tab in a real JupyterLab."""

from __future__ import annotations

from typing import Any

from tests.browser.notebooks import LabPage

SETUP = """
from pathlib import Path
from dockermagic.builds.flags import DOCKERFILE
from dockermagic.completions.hook import hook, listing
from dockermagic.completions.world import World
Path("main.py").touch()
world = World({DOCKERFILE.name: DOCKERFILE}, lambda kind: [f"busybox:{kind}"], listing(Path.cwd))
unhook = hook(get_ipython(), lambda: world)
"""


def tab(lab_page: LabPage, text: str) -> Any:
    """Write at the end of the second cell, press Tab, give what is offered."""
    page = lab_page.page
    page.evaluate(
        """() => { const notebook = window.jupyterapp.shell.currentWidget.content;
                   notebook.activeCellIndex = 1; notebook.mode = "edit"; notebook.activeCell.editor.focus(); }"""
    )
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    page.keyboard.press("Tab")
    return page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item")


def source(page: Any) -> str:
    return str(page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.source"))


def test_tab(lab_page: LabPage) -> None:
    lab_page.open("tab.ipynb", [SETUP, ""])
    lab_page.run()
    page = lab_page.page
    lab_page.page.wait_for_function("() => /\\[1\\]/.test(document.querySelector('.jp-InputPrompt').textContent)")
    items = tab(lab_page, "%%dockerfile --ta")
    items.nth(1).wait_for()
    assert "--tag" in items.nth(0).inner_text()
    assert "flag: name the image" in items.nth(0).inner_text()  # JupyterLab writes types in small letters
    assert "--target" in items.nth(1).inner_text()
    page.keyboard.press("Enter")
    assert source(page) == "%%dockerfile --tag"
    # JupyterLab itself adds words of the cell, so there is always more than one.
    tab(lab_page, " a:1\nFROM bus").get_by_text("busybox:image").wait_for()
    page.keyboard.press("Enter")
    assert source(page).endswith("FROM busybox:image")
    tab(lab_page, "\nCOPY ma").get_by_text("main.py").wait_for()
    page.keyboard.press("Enter")
    assert source(page).endswith("COPY main.py")
