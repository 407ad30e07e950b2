"""Hostile text in a real browser: live, saved, and exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dockermagic.builds.picture import BuildDrawer, bundle
from tests.unit import examples as x
from tests.unit.hostile_corpus import PAYLOADS, hostile_build

FORBIDDEN = "script, img, svg, iframe, style, link, object, embed, form, input, base, meta, [autofocus]"
CHECK = f"""(root) => {{
  const box = document.querySelector(root);
  return {{pwned: window.PWNED ?? null, found: [...box.querySelectorAll({FORBIDDEN!r})].map((e) => e.outerHTML.slice(0, 200)),
           links: [...box.querySelectorAll("a")].map((a) => a.protocol),
           handlers: [...box.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")),
           text: box.textContent}};
}}"""


def check(page: Any, root: str) -> str:
    """Assert that hostile text in `root` is text; gives it."""
    page.locator(f"{root} summary").evaluate_all("(all) => all.forEach((s) => { s.parentElement.open = true; })")
    found = page.evaluate(CHECK, root)
    assert found["pwned"] is None
    assert found["found"] == []
    assert found["handlers"] == []
    assert set(found["links"]) <= {"http:", "https:"}
    text = str(found["text"])
    assert PAYLOADS[0] in text
    assert PAYLOADS[4] in text
    return text


@pytest.mark.parametrize("outcome", ["failed", "running"])
def test_live(page: Any, show: Callable[[str], None], outcome: str) -> None:
    drawer = BuildDrawer()
    build = hostile_build(outcome)
    for moment in (0.5, 0.9):
        show(drawer.html(build, x.START + moment))
        check(page, ".dm-live")


def test_saved(page: Any) -> None:
    page.set_content(f"<!doctype html><main>{bundle(hostile_build())['text/html']}</main><p id=after>after</p>")
    check(page, "main")
    assert page.locator("body > #after").count() == 1


def test_exported(page: Any, tmp_path: Path) -> None:
    from nbconvert import HTMLExporter

    cell = nbformat.v4.new_code_cell("# built")
    cell.outputs = [nbformat.v4.new_output("display_data", data=bundle(hostile_build()))]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    path = tmp_path / "build.ipynb"
    nbformat.write(notebook, path)
    text, _ = HTMLExporter().from_filename(str(path))
    page.set_content(text)
    check(page, ".jp-RenderedHTML")
