"""A plain table, as markup and as text: for answers that do not move."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.views.presentation import presenting, scaled

__all__ = ["CAPTION", "CELL", "ROW", "TABLE", "Table"]

_LINE = "rgba(128,128,128,0.28)"
CELL = (
    f"text-align:left;vertical-align:top;padding:4px 18px 4px 0;border:none;border-bottom:1px solid {_LINE};"
    "white-space:normal;max-width:none"
)
TABLE = "border-collapse:collapse;border:none;margin:4px 0 14px;font-size:14px;color:inherit"
CAPTION = "caption-side:top;text-align:left;font-size:16px;font-weight:bold;padding:0 0 4px;color:inherit"
ROW = "background-color:transparent"


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, the names of the columns (none for pairs of label and text), and rows of text."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def html(self) -> str:
        """Give the table as markup; the first cell of each row is its heading."""
        import htpy as h

        head = h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in self.header)]] if self.header else None
        body = h.tbody[
            (
                h.tr(style=ROW)[h.th(scope="row", style=CELL)[row[0]], (h.td(style=CELL)[cell] for cell in row[1:])]
                for row in self.rows
            )
        ]
        look, caption = (scaled(TABLE), scaled(CAPTION)) if presenting() else (TABLE, CAPTION)
        return str(h.table(style=look)[h.caption(style=caption)[self.caption], head, body])

    def text(self) -> str:
        """Give the table as lines of text, columns aligned."""
        rows = [*([self.header] if self.header else []), *self.rows]
        widths = [
            max((len(row[place]) for row in rows if place < len(row)), default=0) for place in range(max(map(len, rows), default=0))
        ]
        lines = ["  ".join(f"{cell:<{widths[place]}}" for place, cell in enumerate(row)).rstrip() for row in rows]
        return "\n".join([self.caption, "-" * len(self.caption), *lines])
