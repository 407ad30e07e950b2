"""Steps of the tests of what goes on after its cell: in an open notebook, and in what is saved of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.notebooks import OPENED, LabPage

PAGES = "len(__import__('dockermagic.views.channel', fromlist=['x'])._PAGES)"


def opened(lab_page: LabPage, name: str, cells: list[str]) -> Path:
    path = lab_page.open(name, cells)
    lab_page.run()
    lab_page.done()
    return path


def kept(page: Any, text: str) -> None:
    page.wait_for_function(
        """(text) => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.get(0)
                     .data['text/html'].includes(text)""",
        arg=text,
    )


def saved(lab_page: LabPage, path: Path) -> dict[str, Any]:
    lab_page.save()
    (output,) = json.loads(path.read_text())["cells"][0]["outputs"]
    return {name: "".join(data) if isinstance(data, list) else data for name, data in output["data"].items()}


def loaded_again(lab_page: LabPage, path: Path) -> None:
    """Load the page again and open the notebook there, and nothing else; the next test begins with a page that restores nothing.

    What JupyterLab opens by itself depends on when it last found time to save its workspace: this notebook, or one of an earlier
    test as well. So it is told to restore nothing.
    """
    lab_page.load()
    lab_page.page.evaluate(OPENED, path.name)
    # Only then JupyterLab no longer takes the focus away from whoever types.
    lab_page.page.wait_for_function(
        """() => { const session = window.jupyterapp.shell.currentWidget?.sessionContext;
                 return session?.isReady && session.session?.kernel?.status === 'idle'; }""",
        timeout=60_000,
    )
    lab_page.loaded = False


RUN = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  await kernel.requestExecute({code, store_history: false}).done;
}"""
"""Let the kernel run a piece of code that no cell holds."""


def asked(page: Any, expression: str) -> str:
    """Let the kernel evaluate an expression."""
    return str(
        page.evaluate(
            """async (code) => {
              const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
                .requestExecute({code: "", user_expressions: {it: code}, store_history: false});
              return (await future.done).content.user_expressions.it.data["text/plain"];
            }""",
            expression,
        )
    )


def becomes(page: Any, expression: str, wanted: str) -> None:
    for _ in range(400):
        found = asked(page, expression)
        if found == wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} is {found}, not {wanted}")
