"""SVG drawings for slides: an image's layers, a row each with its instruction, its bytes as a bar, and what of it is hidden.

Answers are drawn as the text that a terminal shows.
"""

from __future__ import annotations

import htpy as h

from dockermagic.images.model import Image
from dockermagic.images.scene import Row, facts, hidden_words, scene
from dockermagic.views.hostile import clip, one_line, visible
from dockermagic.views.theme import INK

__all__ = ["draw_svg", "draw_text"]

LINE, CHARACTER, MOST, LONGEST = 22, 9.1, 500, 240
"""Of a drawing of text: the height of a line, the width of a character, the most lines, the most characters of one."""
WIDTH, ROW, TOP, BAR_AT, BAR = 1280, 34, 92, 800, 280
_svg, _rect, _text, _title = h.Element("svg"), h.Element("rect"), h.Element("text"), h.Element("title")
_DARK, _GREY = "#20262e", "#5c6670"


def draw_svg(image: Image) -> str:
    """Give the drawing; it has a white ground of its own, and needs no fonts but the usual ones."""
    drawn = scene(image)
    rows = [row for row in drawn.rows if row.layer is not None]
    height = TOP + ROW * len(rows) + 56
    words = clip(hidden_words(image), 170)
    return str(
        _svg(
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {height}",
            width=str(WIDTH),
            height=str(height),
            font_family="Helvetica,Arial,DejaVu Sans,Liberation Sans,Noto Sans,sans-serif",
        )[
            _title[f"Layers of {one_line(image.name, 100)}"],
            _rect(width=str(WIDTH), height=str(height), fill="#ffffff"),
            _line(32, 44, one_line(image.name, 60), 26, _DARK, weight="bold"),
            _line(32, 70, " · ".join(facts(image)), 16, _GREY),
            [_row(row, TOP + ROW * place) for place, row in enumerate(rows)],
            _line(32, height - 22, words, 14, INK["failed"] if image.hidden else _GREY),
        ]
    )


def draw_text(title: str, text: str) -> str:
    """Give a drawing of text, a line below the other; its first line is its heading."""
    lines = [clip(visible(line).expandtabs(), LONGEST) for line in text.splitlines()[:MOST]]
    width = max(640, round(64 + CHARACTER * max(map(len, lines), default=0)))
    height = 64 + LINE * len(lines)
    return str(
        _svg(xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}", width=str(width), height=str(height))[
            _title[one_line(title, 100)],
            _rect(width=str(width), height=str(height), fill="#ffffff"),
            [
                # Spaces carry the columns of a table: SVG would fold them.
                _line(
                    32,
                    48 + LINE * place,
                    line.replace(" ", "\N{NO-BREAK SPACE}"),
                    15,
                    _DARK,
                    weight="normal" if place else "bold",
                    mono=True,
                )
                for place, line in enumerate(lines)
            ],
        ]
    )


def _line(x: int, y: int, words: str, size: int, colour: str, *, weight: str = "normal", mono: bool = False) -> h.Node:
    more = {"font-family": "Menlo,Consolas,DejaVu Sans Mono,Liberation Mono,monospace"} if mono else {}
    return _text({"x": str(x), "y": str(y), "font-size": str(size), "fill": colour, "font-weight": weight, **more})[words]


def _row(row: Row, top: int) -> h.Node:
    layer = row.layer
    if layer is None:
        return None
    width = max(2, round(BAR * row.share))
    lost = round(width * row.hidden / layer.size) if layer.size else 0
    middle = top + 22
    return [
        _line(32, middle, str(layer.number), 16, _GREY),
        _line(70, middle, clip(row.instruction, 74), 15, _DARK, mono=True),
        _bar(BAR_AT, top + 8, BAR, "#e3e7eb"),
        _bar(BAR_AT, top + 8, width, INK["ran"]),
        _bar(BAR_AT, top + 8, lost, INK["failed"]) if lost else None,
        _line(BAR_AT + BAR + 16, middle, row.size, 16, _DARK),
    ]


def _bar(x: int, y: int, width: int, colour: str) -> h.Node:
    return _rect(x=str(x), y=str(y), width=str(width), height="18", rx="3", fill=colour)
