"""The picture of a command taken apart: a row for each piece, arrows for what leads from this machine into the container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import htpy as h

from dockermagic.containers.explain_flags import THERE, Link
from dockermagic.views.cells import padded, width_of
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look

if TYPE_CHECKING:
    from dockermagic.containers.explain import Explanation, Piece

__all__ = ["markup", "text"]

_ROLES = {"command": "running", "image": "recorded", "container": "succeeded", "program": "succeeded"}
LONGEST = 2000
"""Characters of a piece that are shown."""
_LEFT = 44
"""Columns of the text's left half."""
_WIDTH = 100


def markup(explanation: Explanation) -> str:
    """Give the picture as markup that needs no script and no stylesheet."""
    look = Look(inline=True)
    rows = [_row(piece, look) for piece in explanation.pieces]
    head = h.div(look("header"))[h.strong["Taken apart"], h.span(look("muted"))["nothing is run"]]
    line = h.pre(look("screen"), dir="ltr")[one_line(explanation.line, LONGEST)]
    return str(h.div(look("root"))[head, line, h.table(look("table"))[h.tbody[rows]]])


def _row(piece: Piece, look: Look) -> h.Element:
    role = _ROLES.get(piece.kind, "")
    written = h.code(look("code", f"ink-{role}", style="font-weight:600"))[one_line(piece.text, LONGEST)]
    arrows = [_arrow(link, look) for link in piece.links]
    return h.tr(look("row"))[
        h.td(look("cell", style="width:32%"))[written],
        h.td(look("cell"))[h.div[one_line(piece.meaning, LONGEST)], arrows],
    ]


def _arrow(link: Link, look: Look) -> h.Element:
    def end(title: str, what: str, role: str) -> h.Element:
        return h.span(look("pill", f"pill-{role}"))[h.span(look("small"))[f"{title} "], h.code(look("code"))[one_line(what, 200)]]

    return h.div(look("pair", style="align-items:center;margin:4px 0 2px"))[
        end(link.source, link.here, "running"), h.span["──▶"], end(THERE, link.there, "succeeded")
    ]


def text(explanation: Explanation) -> str:
    """Give the picture as text."""
    widest = max(width_of(one_line(piece.text, LONGEST)) for piece in explanation.pieces)
    column = min(widest, _LEFT) + 2
    lines: list[str] = []
    for piece in explanation.pieces:
        written = one_line(piece.text, LONGEST)
        meaning = _wrapped(one_line(piece.meaning, LONGEST), _WIDTH - column)
        if width_of(written) > column - 2:
            lines.append(written)
        else:
            lines.append(padded(written, column) + meaning.pop(0))
        lines += [" " * column + more for more in meaning]
        lines += [" " * column + _drawn(link) for link in piece.links]
    return "\n".join(line.rstrip() for line in lines)


def _drawn(link: Link) -> str:
    return f"[{link.source} {one_line(link.here, 60)}] ──▶ [{THERE} {one_line(link.there, 60)}]"


def _wrapped(sentence: str, width: int) -> list[str]:
    from textwrap import wrap

    return wrap(sentence, max(width, 20), break_on_hyphens=False, break_long_words=False) or [""]
