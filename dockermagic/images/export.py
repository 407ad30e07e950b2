"""An image in a file: the picture as a page, a drawing of it for slides, or all that is known as JSON."""

from __future__ import annotations

import json
import math
import re
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

__all__ = ["as_data", "plain", "png", "save", "save_answer"]

ZOOM, MOST_PIXELS = 2.0, 16_000_000
"""How many pixels of a PNG are one of the drawing's, for screens in rooms are large; and how many it has at most."""
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
        path: it ends in .html, .svg, .png or .json.

    Raises:
        UsageError: it has another ending, or what makes a PNG is not installed.
    """
    return _written(path, image.name, lambda: bundle(image)["text/html"], lambda: draw_svg(image), lambda: as_data(image))


def save_answer(answer: Answer, path: Path) -> Path:
    """Write an answer to a file: .html, .svg, .png or .json; see `save`. Values of secrets are in none of them."""
    name = type(answer).__name__
    return _written(path, name, answer.html, lambda: draw_text(name, answer.text()), lambda: plain(answer))


def _written(path: Path, title: str, html: Callable[[], str], svg: Callable[[], str], data: Callable[[], Any]) -> Path:
    if path.suffix == ".svg":
        path.write_text(svg(), encoding="utf-8")
    elif path.suffix == ".png":
        path.write_bytes(png(svg))
    elif path.suffix == ".html":
        from markupsafe import escape

        path.write_text(PAGE.format(title=escape(title), body=html()), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps(data(), indent=1), encoding="utf-8")
    else:
        raise UsageError(
            f"“{path.name}” says not how to save it.",
            "A name ending in .html saves the picture, .svg or .png the drawing for slides, .json the data.",
        )
    return path


def png(svg: Callable[[], str]) -> bytes:
    """Give a drawing as PNG.

    Raises:
        UsageError: what makes one is not installed.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise UsageError(
            "What makes a PNG of a drawing is not installed.",
            'Type: %pip install "dockermagic[png]". Or save it as .svg, which needs nothing, and is sharp at every size.',
        ) from error
    drawing = svg()
    size = re.search(r'width="(\d+)" height="(\d+)"', drawing)
    area = int(size[1]) * int(size[2]) if size is not None else MOST_PIXELS
    zoom = min(ZOOM, math.sqrt(MOST_PIXELS / max(1, area)))
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, background="white", zoom=zoom))


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
