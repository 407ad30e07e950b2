"""Answers about an image's files as markup."""

from __future__ import annotations

import htpy as h

from dockermagic.images.answers import Answer, Differences, File, Finds, Tree
from dockermagic.images.answers_text import fate, file_notes, shown_text, title
from dockermagic.images.tree_markup import draw_trees
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.table import Table

__all__ = ["html"]

MOST_ROWS = 200


def html(answer: Answer, live: bool) -> str:
    """Give an answer's markup.

    Parameters:
        live: for the live view; only there a revealed file is shown with its secrets.
    """
    look = Look(inline=not live)
    match answer:
        case Tree():
            inside: h.Node = draw_trees(answer.trees, answer.cut, look, signs=False)
        case Finds():
            inside = _finds(answer)
        case File():
            inside = _file(answer, look, live)
        case Differences():
            inside = _diff(answer, look) if answer.diff else draw_trees(answer.trees, answer.cut, look)
        case _:
            raise TypeError(answer)
    return str(
        h.section(look("root"), aria_label=one_line(title(answer), 200))[
            h.p(look("remark"))[h.strong(look("title"))[one_line(title(answer), 300)]], inside
        ]
    )


def _finds(answer: Finds) -> h.Node:
    from markupsafe import Markup

    if not answer.found:
        return h.p["No layer has such a file."]
    rows = [
        (one_line(f"/{each.path}", 200), str(each.layer), _size(each.entry.kind, each.entry.size), fate(each.gone))
        for each in answer.found[:MOST_ROWS]
    ]
    more = len(answer.found) - len(rows)
    # The table is a library's markup already.
    table = Markup(Table("", ("Path", "Layer", "Size", "In a container"), tuple(rows)).html())  # noqa: S704
    return h.div[table, more > 0 and h.p[f"and {more:,} more"]]


def _size(kind: str, size: int) -> str:
    from dockermagic.views.units import bytes_text

    return bytes_text(size) if kind == "file" else kind


def _file(answer: File, look: Look, live: bool) -> h.Node:
    shown = shown_text(answer, reveal=live and answer.revealed)
    return h.div[
        [h.p(look("remark", "muted"))[note] for note in file_notes(answer, live)],
        h.pre(look("screen"))[shown] if shown else None,
    ]


_INKS = {"+": "#4cc38a", "-": "#ff8a80", "@": "#82b1ff"}


def _diff(answer: Differences, look: Look) -> h.Node:
    lines = [h.span(style=f"color:{_INKS[line[:1]]}" if line[:1] in _INKS else "")[line, "\n"] for line in answer.diff]
    return h.pre(look("screen"))[lines]
