"""A program's output as markup that can be opened, and that keeps to its end while it grows."""

from __future__ import annotations

from functools import lru_cache

import htpy as h
from markupsafe import Markup, escape

from dockermagic.views.colours import PLAIN, css
from dockermagic.views.look import KEYS, Look
from dockermagic.views.screen import LogPart, Run
from dockermagic.views.units import plural

__all__ = ["log_details"]

_BLOCK = 50
"""Lines that are one element: what the browser keeps or replaces as a whole."""
_STYLED = Markup('<span style="%s">%s</span>')


def log_details(log: LogPart, key: str, look: Look) -> h.Renderable:
    """Give the output as a part of the page that can be opened; it keeps to its end while it grows."""
    hidden = f"{plural(log.first, 'earlier line')} in " if log.first else "the beginning is in " if log.cut else ""
    return h.details(open=log.open, data_key=f"{key}l")[
        h.summary(look("summary"), KEYS)[f"log, {plural(log.total, 'line')}"],
        hidden and h.p(look("line", "small"))[hidden, h.code(look("code"))[log.source]],
        # A log that is open shows its end first: by script while it is live, by the reversed column once it is saved.
        h.pre(look("screen", "tail" if log.open else ""), KEYS, dir="ltr", tabindex="0", data_tail=True)[
            h.span(look("block"))[_blocks(log, key)]
        ],
    ]


def _blocks(log: LogPart, key: str) -> list[h.Renderable]:
    """Divide the lines where their numbers can be divided by `_BLOCK`, so that a block stays the same while the log grows."""
    blocks: list[h.Renderable] = []
    start = 0
    while start < len(log.lines):
        number = (log.first + start) // _BLOCK
        end = min(len(log.lines), (number + 1) * _BLOCK - log.first)
        blocks.append(h.span(data_key=f"{key}b{number}")[_lines(log.lines[start:end])])
        start = end
    return blocks


def _lines(lines: tuple[tuple[Run, ...], ...]) -> Markup:
    if all(style is PLAIN for line in lines for _, style in line):
        return escape("".join(["".join([text for text, _ in line]) + "\n" for line in lines]))
    return Markup("").join([_line(line) for line in lines])


@lru_cache(maxsize=2048)
def _line(line: tuple[Run, ...]) -> Markup:
    """Give one line; cached, since most lines of a growing log were there a moment ago."""
    return Markup("").join([*(_run(text, css(style)) for text, style in line), Markup("\n")])


def _run(text: str, style: str) -> Markup:
    return _STYLED % (style, text) if style else escape(text)
