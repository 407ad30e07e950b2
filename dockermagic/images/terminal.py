"""An image's scene as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from dockermagic.images.scene import Row, Scene
from dockermagic.views.show import Line
from dockermagic.views.units import plural

__all__ = ["lines_of"]


def lines_of(scene: Scene, width: int) -> list[Line]:
    """Give the picture as lines.

    Parameters:
        width: columns; 0 for as many as it takes.
    """
    lines: list[Line] = [[(scene.title, "title"), ("  " + " · ".join(scene.facts), "muted")]]
    sizes = max((len(row.size) for row in scene.rows), default=0)
    counts = max((len(row.counts) for row in scene.rows), default=0)
    for row in scene.rows:
        lines.append(_line(row, sizes, counts, width))
        if row.fate:
            lines.append([(" " * 4, ""), (row.fate, "failed")])
        if row.effect:
            lines.append([(" " * 4, ""), (row.effect, "failed")])
    lines += [[(text, "")] for text in wrapped(scene.hidden, width)]
    lines += [[(f"  {each}", "failed")] for each in scene.hiding]
    if scene.secrets:
        lines.append([(f"{plural(len(scene.secrets), 'place')} with what looks like a secret:", "failed")])
        for secret in scene.secrets:
            where = f"layer {secret.layer}: " if secret.layer else ""
            lines.append([(f"  {where}{secret.place}: {secret.what}; {secret.fate}", "failed")])
        for mend in dict.fromkeys(secret.mend for secret in scene.secrets):
            lines += [[(text, "")] for text in wrapped(f"  → {mend}", width)]
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Give a sentence in lines of at most so many columns."""
    return textwrap.wrap(text, width, subsequent_indent=" " * (len(text) - len(text.lstrip()))) if width else [text]


def _line(row: Row, sizes: int, counts: int, width: int) -> Line:
    number = f"{row.layer.number:>2}" if row.layer is not None else "  "
    before = f"{number}  {row.size:>{sizes}}  {row.counts:<{counts}}  "
    room = max(10, width - len(before)) if width else 1000
    text = row.instruction if len(row.instruction) <= room else row.instruction[: room - 1] + "…"
    pieces: Sequence[tuple[str, str]] = [(before, ""), (text, "" if row.layer is not None else "muted")]
    return pieces
