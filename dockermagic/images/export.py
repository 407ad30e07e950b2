"""An image in a file: the picture as a page, or all that is known as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dockermagic.errors import UsageError
from dockermagic.images.model import Image
from dockermagic.images.picture import bundle

__all__ = ["as_data", "save"]

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
        path: it ends in .html or .json.

    Raises:
        UsageError: it has another ending.
    """
    if path.suffix == ".html":
        from markupsafe import escape

        path.write_text(PAGE.format(title=escape(image.name), body=bundle(image)["text/html"]), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps(as_data(image), indent=1), encoding="utf-8")
    else:
        raise UsageError(
            f"“{path.name}” says not how to save it.", "A name ending in .html saves the picture, one in .json the data."
        )
    return path


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
        "layers": [
            {
                "number": layer.number,
                "diff_id": layer.diff_id,
                "instruction": layer.step.instruction,
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
