"""Lists of things, printed as the docker CLI prints them: its tables, `--format` and `-q`.

Source: docker/cli cli/command/formatter/formatter.go. Rules:
1. `json` is the template `{{json .}}`; `table` alone is the default table; `table TEMPLATE` prints headings first.
2. In a format, `\\t` and `\\n` written with a backslash are a tab and a line feed.
3. Headings are the template filled in with the fields' headings; functions that change text leave headings alone.
4. Columns are as wide as their longest cell and three blanks, at least ten; the last one is not padded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dockermagic.commands.templates import render
from dockermagic.views.cells import width_of
from dockermagic.views.shown import ShownOnce

__all__ = ["Kind", "Listing", "aligned", "listed"]

_PADDING, _LEAST = 3, 10
_KEPT: Mapping[str, Callable[..., Any]] = {name: lambda value, *_: value for name in ("json", "title", "lower", "upper")}
_HEADING_FUNCTIONS: Mapping[str, Callable[..., Any]] = {**_KEPT, "truncate": lambda value, _: value}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is listed.

    Parameters:
        name: Docker's word: "container".
        headings: of each field that a format may name.
        table: the default table's template; `quiet`: what -q prints.
        numeric: fields whose numbers are sorted as numbers, to the name under which a row holds them.
    """

    name: str
    headings: Mapping[str, str]
    table: str
    quiet: str = "{{.ID}}"
    numeric: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> list[str]:
        """Give the fields of the default table."""
        return [part.strip("{}.").split()[0] for part in self.table.split("\t")]


@dataclass(frozen=True)
class Listing(ShownOnce):
    """A list that an engine gave.

    Parameters:
        kind: of what.
        rows: the fields of each thing, as a format names them.
        data: what the engine said of each.
        text: what the CLI would print; `tabular`: it is the default table.
    """

    kind: Kind
    rows: tuple[Mapping[str, Any], ...]
    data: tuple[Mapping[str, Any], ...]
    text: str
    tabular: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        return iter(self.data)

    def __getitem__(self, place: int) -> Mapping[str, Any]:
        return self.data[place]

    def __repr__(self) -> str:
        return self.text.rstrip("\n")


def listed(
    kind: Kind, rows: Sequence[Mapping[str, Any]], data: Sequence[Mapping[str, Any]], form: str = "", quiet: bool = False
) -> Listing:
    """Print a list.

    Parameters:
        form: what `--format` says; empty for the default table.
        quiet: print only what identifies each; an explicit `--format` counts more, as with the CLI.

    Raises:
        UsageError: the format cannot be read.
    """
    form = form or (kind.quiet if quiet else "table")
    tabular = form == "table"
    return Listing(kind, tuple(rows), tuple(data), printed_list(kind, rows, form), tabular)


def printed_list(kind: Kind, rows: Sequence[Mapping[str, Any]], form: str) -> str:
    """Give the text of a list in a format."""
    if form == "json":
        form = "{{json .}}"
    heading = form.startswith("table")
    template = (form.removeprefix("table").strip() or kind.table) if heading else form
    template = template.replace("\\t", "\t").replace("\\n", "\n")
    lines = [render(template, row) for row in rows]
    if not heading:
        return "".join(f"{line}\n" for line in lines)
    names = {**kind.headings, "Label": _label_heading}
    return aligned([render(template, names, _HEADING_FUNCTIONS), *lines])


def _label_heading(name: str) -> str:
    return name.rsplit(".", 1)[-1].replace("-", " ").replace("_", " ")


def aligned(lines: Sequence[str], least: int = _LEAST) -> str:
    """Set lines with tabs in columns of at least so many letters, as Go's tabwriter does."""
    table = [line.split("\t") for text in lines for line in text.split("\n")]
    widths: list[int] = []
    for cells in table:
        for place, cell in enumerate(cells[:-1]):
            if place == len(widths):
                widths.append(least)
            widths[place] = max(widths[place], width_of(cell) + _PADDING)
    return "".join(
        "".join(cell + " " * (widths[place] - width_of(cell)) for place, cell in enumerate(cells[:-1])) + cells[-1] + "\n"
        for cells in table
    )
