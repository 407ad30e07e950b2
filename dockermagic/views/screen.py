"""What a terminal would show after a program's output: carriage returns and cursor moves done, colours kept.

Only as much of a terminal as logs need: lines without a fixed width, colours and text attributes, erasing, moving the cursor
within what was written. Everything else is removed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dockermagic.views.colours import PLAIN, Style, styled
from dockermagic.views.hostile import ESCAPES, visible
from dockermagic.views.units import plural

__all__ = ["LONGEST", "LogPart", "Run", "shown_lines"]

Run = tuple[str, Style]
"""Text and how it is set."""

LONGEST = 2000
"""Characters of one line that are shown."""

_TOKEN = re.compile(rf"(?P<text>[^\x00-\x1f\x7f-\x9f]+)|(?P<escape>{ESCAPES})|(?P<control>[\x00-\x1f\x7f-\x9f])")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_CSI = re.compile(r"(?:\x1b\[|\x9b)([0-9:;]*)([@-~])")


@dataclass(frozen=True, slots=True)
class LogPart:
    """The end of an output as a terminal would show it.

    `first` is the number of its first line, counted from 0; `total` lines there are; `source` is the expression that holds
    them all. `open`: shown at once. `cut`: the first line has lost its beginning.
    """

    lines: tuple[tuple[Run, ...], ...]
    first: int
    total: int
    source: str
    open: bool
    cut: bool


@dataclass(slots=True)
class _Row:
    """A line that is being written: as runs of text while it only grows, as single cells once it is written over."""

    runs: list[Run] = field(default_factory=list)
    length: int = 0
    dropped: int = 0
    cells: list[Run] | None = None

    def write(self, text: str, style: Style, column: int) -> int:
        """Write at a column and give the column after it."""
        if column == self.length and self.cells is None:
            fits = text[: max(0, LONGEST - self.length)]
            if fits:
                self.runs.append((fits, style))
                self.length += len(fits)
            self.dropped += len(text) - len(fits)
            return self.length if fits else column
        return self._write_over(text, style, column)

    def _write_over(self, text: str, style: Style, column: int) -> int:
        cells = self._cells()
        room = max(0, LONGEST - column)
        self.dropped += max(0, len(text) - room) if column >= LONGEST else 0
        text = text[:room]
        cells.extend([(" ", PLAIN)] * (column - len(cells)))
        cells[column : column + len(text)] = [(letter, style) for letter in text]
        self.length = len(cells)
        return column + len(text)

    def _cells(self) -> list[Run]:
        if self.cells is None:
            self.cells = [(letter, style) for text, style in self.runs for letter in text]
            self.runs = []
        return self.cells

    def erase(self, mode: str, column: int) -> None:
        """Erase to the end ("" or "0"), from the start ("1") or all ("2") of the line."""
        cells = self._cells()
        if mode == "1":
            cells[: column + 1] = [(" ", PLAIN)] * min(column + 1, len(cells))
        else:
            del cells[0 if mode == "2" else column :]
            self.dropped = 0
        self.length = len(cells)

    def shown(self) -> tuple[Run, ...]:
        """Give the line as runs, blanks at its end left out."""
        joined: list[Run] = []
        for text, style in self.runs if self.cells is None else self.cells:
            if joined and joined[-1][1] == style:
                joined[-1] = (joined[-1][0] + text, style)
            else:
                joined.append((text, style))
        while joined and joined[-1][1] == PLAIN and not joined[-1][0].strip():
            joined.pop()
        if self.dropped:
            joined.append((f" … {plural(self.dropped, 'more character')}", PLAIN))
        return tuple(joined)


class _Screen:
    def __init__(self) -> None:
        self.rows = [_Row()]
        self.row = 0
        self.column = 0
        self.style = PLAIN

    def feed(self, text: str) -> None:
        for match in _TOKEN.finditer(text):
            if match.lastgroup == "text":
                self.column = self.rows[self.row].write(visible(match[0]), self.style, self.column)
            elif match.lastgroup == "control":
                self.control(match[0])
            elif csi := _CSI.fullmatch(match[0]):
                self.command(csi[1], csi[2])

    def control(self, code: str) -> None:
        if code == "\n":
            self.row, self.column = self.row + 1, 0
            if self.row == len(self.rows):
                self.rows.append(_Row())
        elif code == "\r":
            self.column = 0
        elif code == "\b":
            self.column = max(0, self.column - 1)
        elif code == "\t":
            self.column = self.rows[self.row].write(" " * (8 - self.column % 8), self.style, self.column)

    def command(self, numbers: str, final: str) -> None:
        if final == "m":
            self.style = styled(self.style, numbers)
        elif final in "ABEF":
            by = _number(numbers) * (1 if final in "BE" else -1)
            self.row = min(max(0, self.row + by), len(self.rows) - 1)
            self.column = 0 if final in "EF" else self.column
        elif final in "CDG":
            goal = {"C": self.column + _number(numbers), "D": self.column - _number(numbers), "G": _number(numbers) - 1}[final]
            self.column = min(max(0, goal), LONGEST)
        elif final == "K":
            self.rows[self.row].erase(numbers.lstrip("0"), self.column)
        elif final == "J" and numbers.lstrip("0") == "":
            self.rows[self.row].erase("", self.column)
            del self.rows[self.row + 1 :]


def _number(numbers: str) -> int:
    first = numbers.split(";", maxsplit=1)[0]
    return max(1, min(int(first), 10_000)) if first.isdigit() and len(first) < 9 else 1


def _plain(line: str) -> tuple[Run, ...]:
    if len(line) <= LONGEST:
        return ((line, PLAIN),) if line.strip() else ()
    return ((line[:LONGEST], PLAIN), (f" … {plural(len(line) - LONGEST, 'more character')}", PLAIN))


def shown_lines(text: str) -> list[tuple[Run, ...]]:
    """Give the lines that a terminal would show, each as runs of text of one style; none for an empty last line."""
    if _CONTROLS.search(text):
        screen = _Screen()
        screen.feed(text)
        lines = [row.shown() for row in screen.rows]
    else:  # most logs: nothing but text
        lines = [_plain(line) for line in visible(text).split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return lines
