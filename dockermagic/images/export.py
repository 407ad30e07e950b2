"""An image in a file: the picture as a page, or all that is known as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from dockermagic.errors import UsageError
from dockermagic.images.answers import Answer
from dockermagic.images.drawing import draw_svg, draw_text
from dockermagic.images.model import Image
from dockermagic.images.picture import bundle
from dockermagic.images.secrets import Given
from dockermagic.secrecy import masked_words

__all__ = ["as_data", "plain", "save", "save_answer"]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<body style="font-family:sans-serif">
{body}
"""


def save(image: Image, path: Path) -> Path:
    """Write an image to a file.

    Parameters:
        path: it ends in .html, .svg or .json.

    Raises:
        UsageError: it has another ending.
    """
    if path.suffix == ".svg":
        path.write_text(draw_svg(image), encoding="utf-8")
        return path
    return _written(path, image.name, lambda: bundle(image)["text/html"], lambda: as_data(image))


def save_answer(answer: Answer, path: Path) -> Path:
    """Write an answer to a file: .html, .svg or .json; see `save`. Values of secrets are in none of them."""
    if path.suffix == ".svg":
        path.write_text(draw_text(type(answer).__name__, answer.text()), encoding="utf-8")
        return path
    return _written(path, type(answer).__name__, answer.html, lambda: plain(answer))


def _written(path: Path, title: str, html: Callable[[], str], data: Callable[[], Any]) -> Path:
    if path.suffix == ".html":
        from markupsafe import escape

        path.write_text(PAGE.format(title=escape(title), body=html()), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps(data(), indent=1), encoding="utf-8")
    elif path.suffix == ".png":
        raise UsageError(
            "No PNG is written: that would need a program that draws.",
            "Save it as .svg: the form for slides, sharp at every size.",
        )
    else:
        raise UsageError(
            f"“{path.name}” says not how to save it.",
            "A name ending in .html saves the picture, .svg the drawing for slides, .json the data.",
        )
    return path


def plain(value: Any) -> Any:
    """Give an answer as JSON's types; what is only drawn, and what may be secret, is left out."""
    if isinstance(value, Image):
        return as_data(value)
    if isinstance(value, Given):
        return {"where": value.where, "name": value.name}
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.repr}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def as_data(image: Image) -> dict[str, Any]:
    """Give all that is known of an image as JSON's types; values of secrets are not among it."""
    return {
        "name": image.name,
        "id": image.id,
        "platform": image.platform,
        "size": image.size,
        "unpacked": image.unpacked,
        "hidden": image.hidden,
        "efficiency": image.efficiency,
        "repeated": [{"path": each.path, "times": each.times, "bytes": each.bytes} for each in image.waste.repeats],
        "given": [{"where": each.where, "name": each.name} for each in image.given],
        "layers": [
            {
                "number": layer.number,
                "diff_id": layer.diff_id,
                "instruction": masked_words(layer.step.instruction),
                "line": layer.step.line or None,
                "size": layer.size,
                "findings": [{"path": each.path, "line": each.line, "rule": each.rule} for each in layer.findings],
                "changes": [
                    {"path": each.path, "kind": each.kind, "what": list(each.what), "hidden": each.hidden}
                    for each in image.changes(layer.number)
                ],
            }
            for layer in image.layers
        ],
    }
