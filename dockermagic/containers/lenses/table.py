"""What the lenses draw: rows of a kind each, with a chain of boxes that lead from one to the next, and sentences. Pure.

A lens decides rows and words; this makes the same markup and text of them for all lenses.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import htpy as h

from dockermagic.views.cells import padded
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.look import Look

__all__ = ["LensRow", "LensTable", "html", "text"]

GLYPHS = {"succeeded": "✓", "failed": "✗", "warning": "▲", "waiting": "○", "running": "▶", "note": "·", "recorded": "◆"}
"""A shape for each role, so that no meaning hangs on colour alone."""


@dataclass(frozen=True, slots=True)
class LensRow:
    """A row: its role, a word for its kind, the chain ("host 8080", "web 80", "node"), what it means, and what to type."""

    role: str
    word: str
    chain: tuple[str, ...]
    told: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LensTable:
    """A part of a picture: a title, the names of the chain's places, rows, and sentences below."""

    title: str
    places: tuple[str, ...]
    rows: tuple[LensRow, ...]
    notes: tuple[str, ...] = ()


def html(tables: tuple[LensTable, ...], label: str, *, inline: bool) -> str:
    """Give the markup; `inline` writes the look into the elements, for a place without the stylesheet."""
    look = Look(inline=inline)
    whole = h.section(look("root"), aria_label=label)[[_table(each, place, look) for place, each in enumerate(tables)]]
    return str.__str__(str(whole))  # plain text from here on: it is data for a message, not markup to build with


def _table(table: LensTable, number: int, look: Look) -> h.Renderable:
    head = h.thead[
        h.tr(look("below"))[[h.th(look("head"), scope="col")[name] for name in ("", " → ".join(table.places), "What it means")]]
    ]
    rows = [_row(row, f"l{number}r{place}", look) for place, row in enumerate(table.rows)]
    return h.div(data_key=f"l{number}", style="margin:0 0 12px")[
        h.p(look("line"))[h.strong(look("title"))[one_line(table.title, 200)]],
        h.table(look("table", style="table-layout:auto"), aria_label=one_line(table.title, 200))[head, h.tbody[rows]]
        if rows
        else None,
        [h.p(look("line"))[visible(note)] for note in table.notes],
    ]


def _row(row: LensRow, key: str, look: Look) -> h.Element:
    glyph = h.span(look("glyph", f"ink-{row.role}"), aria_hidden="true")[GLYPHS.get(row.role, "·")]
    chain: list[h.Node] = []
    for place, part in enumerate(row.chain):
        chain += [
            " → " if place else None,
            h.code(look("copy", style="padding:1px 8px;margin:0;display:inline-block"))[one_line(part, 160)],
        ]
    return h.tr(look("row", f"row-{row.role}"), data_key=key, data_status=row.word)[
        h.th(look("cell", "word", "mark", f"mark-{row.role}"), scope="row")[glyph, " ", row.word],
        h.td(look("cell"))[chain],
        h.td(look("cell"))[visible(row.told), row.hint and h.div[h.code(look("code"))[visible(row.hint)]]],
    ]


def text(tables: tuple[LensTable, ...], width: int) -> str:
    """Give the picture as text, `width` columns wide, without control codes."""
    lines: list[str] = []
    for table in tables:
        lines += ["", one_line(table.title, 200)] if lines else [one_line(table.title, 200)]
        long = max((len(row.word) for row in table.rows), default=0) + 2
        for row in table.rows:
            chain = " → ".join(one_line(part, 160) for part in row.chain)
            lines.append(f"  {padded(f'{GLYPHS.get(row.role, chr(183))} {row.word}', long)}  {chain}")
            told = textwrap.wrap(visible(row.told), max(20, width - 6)) + ([visible(row.hint)] if row.hint else [])
            lines += [f"      {part}" for part in told]
        lines += [f"  {part}" for note in table.notes for part in textwrap.wrap(visible(note), max(20, width - 2))]
    return "\n".join(line.rstrip() for line in lines)
