"""Pages as markup and as text, and what draws them live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from dockermagic.commands.pages import Cell, Page, Pages
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line
from dockermagic.views.table import CAPTION, CELL, ROW, TABLE

__all__ = ["PagesDrawer"]


class PagesDrawer:
    """Draws a list, and what was opened from it. Buttons are drawn live only: a saved page has nobody to press them.

    Parameters:
        plain: the list as the command line prints it.
    """

    def __init__(self, plain: str) -> None:
        self.plain = plain.rstrip("\n")

    def html(self, model: Pages, now: float) -> str:
        """Give the markup with its buttons."""
        return _markup(model, live=True)

    def still(self, model: Pages) -> str:
        """Give the markup for a live view without buttons."""
        return str(h.section(Look(inline=False)("root"))[_table(model.page, False, Look(inline=False))])

    def text(self, model: Pages, now: float, width: int) -> str:
        """Give the list as the command line prints it."""
        return self.plain

    def rows(self, model: Pages, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the list as lines of a terminal."""
        return [[(line, "")] for line in self.plain.split("\n")]

    def lines(self, old: Pages | None, new: Pages) -> Sequence[str]:
        """Give the list once."""
        return self.plain.split("\n") if old is None else []

    def bundle(self, model: Pages) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return {"text/html": _markup(model, live=False), "text/plain": self.plain}

    def busy(self, model: Pages) -> bool:
        """Nothing in it changes with time alone."""
        return False


def _markup(model: Pages, *, live: bool) -> str:
    look = Look(inline=not live)
    parts: list[h.Node] = [_table(model.page, live, look)]
    if model.opened is not None:
        buttons: list[h.Node] = [_button("close", "close", look)] if live else []
        if live and model.trail:
            buttons.insert(0, _button("back", "back", look))
        head = h.p[h.strong[model.opened.title], " ", h.code(look("code"))[model.opened.command], " ", buttons]
        parts.append(h.div(look("box", "box-note"), data_key="opened")[head, _table(model.opened, live, look)])
    return str(h.section(look("root"))[parts])


_LIKE_TEXT = "background:none;border:none;padding:0;margin:0;font:inherit;color:inherit;text-align:left;cursor:pointer"
_LEADS_ON = f"{_LIKE_TEXT};text-decoration:underline dotted;text-underline-offset:3px"


def _button(do: str, text: str, look: Look, title: str = "", style: str = "") -> h.Renderable:
    return h.button(look("button", style=style), KEYS, type="button", data_do=do, title=title or None)[text]


def _table(page: Page, live: bool, look: Look) -> h.Renderable:
    head = (
        page.header
        and h.thead[
            h.tr(style=ROW)[
                (
                    h.th(scope="col", style=CELL, aria_sort=_order(page, place))[_heading(page, place, live, look)]
                    for place in range(len(page.header))
                )
            ]
        ]
    )
    body = h.tbody[
        (
            h.tr(style=ROW)[
                h.th(scope="row", style=CELL)[_cell(row[0], live, look)],
                (h.td(style=CELL)[_cell(cell, live, look)] for cell in row[1:]),
            ]
            for row in page.rows
        )
    ]
    empty = not page.rows and h.p(look("muted"))["None."]
    return h.div[h.table(style=TABLE)[page.title and h.caption(style=CAPTION, hidden=True)[page.title], head, body], empty]


def _order(page: Page, place: int) -> str | None:
    if place != page.sorted_by:
        return None
    return "descending" if page.descending else "ascending"


def _heading(page: Page, place: int, live: bool, look: Look) -> h.Node:
    mark = "" if place != page.sorted_by else " ↓" if page.descending else " ↑"
    return (
        _button(f"sort {place}", page.header[place] + mark, look, "sort by this", _LIKE_TEXT) if live else page.header[place] + mark
    )


def _cell(cell: Cell, live: bool, look: Look) -> h.Node:
    if not cell.kind or not live:
        return cell.text
    return _button(f"open {cell.kind} {cell.name}", cell.text, look, f"docker {cell.kind} inspect {cell.name[:64]}", _LEADS_ON)
