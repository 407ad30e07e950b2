"""What a terminal printed: the bytes for a page that opens it anew, and the text that is kept when it is gone.

The text is what the terminal would show below its last clearing, with full-screen programs left out, as a terminal leaves them out
when they end. It is no emulation: a program that jumps about the normal screen leaves its lines in the order they were written.
"""

from __future__ import annotations

import re
from collections import deque

import htpy as h
from markupsafe import Markup, escape

from dockermagic.views.colours import css
from dockermagic.views.hostile import visible
from dockermagic.views.look import Look
from dockermagic.views.screen import Run, shown_lines
from dockermagic.views.units import plural

__all__ = ["LINES", "Transcript", "kept_lines", "picture"]

LINES = 300
"""Lines of a transcript that are drawn."""
CHARS = 60_000
"""Characters of the output that are read for them."""
_CHUNK = 4096
"""Bytes that are kept as one piece: a key's echo is one byte, and a piece for each would take more room than it holds."""

_OTHER_SCREEN = re.compile(r"\x1b\[\?(?:1049|1047|47)h.*?(?:\x1b\[\?(?:1049|1047|47)l|\Z)", re.DOTALL)
_CLEARED = re.compile(r"\x1bc|\x1b\[[23]J|\x1b\[(?:1;1)?H\x1b\[0?J")
_TITLE = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Transcript:
    """The newest bytes of an output, with their places counted from its beginning.

    Parameters:
        limit: bytes that are kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.start = self.end = 0
        self._chunks: deque[bytes] = deque()

    def add(self, data: bytes) -> None:
        """Take more output; the oldest goes when there is too much."""
        self.end += len(data)
        if self._chunks and len(self._chunks[-1]) < _CHUNK:
            self._chunks[-1] += data
        else:
            self._chunks.append(data)
        self._chunks[-1] = self._chunks[-1][-self.limit :]
        self.start = self.end - sum(len(chunk) for chunk in self._chunks)
        while self.end - self.start > self.limit:
            self.start += len(self._chunks.popleft())

    def line(self) -> int:
        """Give the place where the first whole line begins that is still there."""
        newline = self.since(self.start, self.limit).find(b"\n")
        return self.start + newline + 1 if self.start > 0 else 0

    def since(self, place: int, most: int) -> bytes:
        """Give at most `most` bytes from a place on, which lies between start and end."""
        found: list[bytes] = []
        at = self.start
        for chunk in self._chunks:
            if at + len(chunk) > place:
                piece = chunk[max(0, place - at) :][:most]
                found.append(piece)
                most -= len(piece)
            at += len(chunk)
            if most <= 0:
                break
        return b"".join(found)

    def text(self, chars: int = CHARS) -> str:
        """Give the newest output as text; what is no UTF-8 shows as U+FFFD."""
        found: list[bytes] = []
        room = 4 * chars
        for chunk in reversed(self._chunks):
            found.append(chunk)
            room -= len(chunk)
            if room <= 0:
                break
        return b"".join(reversed(found)).decode("utf-8", "replace")[-chars:]


def kept_lines(text: str) -> list[tuple[Run, ...]]:
    """Give the lines that stay on the normal screen after an output."""
    text = _TITLE.sub("", _OTHER_SCREEN.sub("", text))
    return shown_lines(_CLEARED.split(text)[-1])[-LINES:]


def picture(text: str, cut: bool, command: str, remark: str) -> dict[str, str]:
    """Give the MIME bundle that stays of a terminal.

    Parameters:
        text: the end of its output; `cut`: there was more before.
        command: what it ran.
        remark: a sentence below: how it ended, or what to do to open it.
    """
    look = Look(inline=True)
    lines = kept_lines(text)
    earlier = f"the last {plural(len(lines), 'line')}" if cut or len(lines) == LINES else ""
    html = h.section(look("root"))[
        h.div(look("header"))[h.code(look("code"))[command], h.span(look("small"))[earlier]],
        h.pre(look("screen"), dir="ltr")[Markup("").join(_line(line) for line in lines)] if lines else "",
        h.p(look("line", "small"))[visible(remark)],
    ]
    plain = "\n".join("".join(text for text, _ in line) for line in lines)
    return {"text/html": str(html), "text/plain": f"$ {command}\n{plain}\n{remark}"}


def _line(line: tuple[Run, ...]) -> Markup:
    parts = [Markup('<span style="%s">%s</span>') % (css(style), text) if css(style) else escape(text) for text, style in line]
    return Markup("").join([*parts, Markup("\n")])
