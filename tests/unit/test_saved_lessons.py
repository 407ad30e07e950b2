"""What is saved in the lessons: pictures without slips that a reader would see."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
ESCAPED = re.compile(r"&lt;/?(?:p|div|span|table|tr|td|th|b|code|small|details|summary|svg)\b.{0,60}")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_markup_is_shown_as_text(lesson: Path) -> None:
    outputs = [output for cell in nbformat.read(lesson, as_version=4).cells for output in cell.get("outputs", [])]
    pages = [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert pages
    assert [found[0] for page in pages for found in ESCAPED.finditer(page)] == []
