"""Text in a grid of terminal cells: how wide it is, cut and padded to a width."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["clipped", "padded", "width_of"]


@lru_cache(maxsize=4096)
def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def width_of(text: str) -> int:
    """Give how many cells the text takes."""
    return len(text) if text.isascii() else sum(map(_letter_width, text))


def cut(text: str, width: int) -> str:
    """Give as much of the text as fits, an ellipsis at its end if there is more."""
    if width_of(text) <= width:
        return text
    taken, used = [], 0
    for letter in text:
        used += _letter_width(letter)
        if used > width - 1:
            break
        taken.append(letter)
    return "".join(taken) + ("…" if width > 0 else "")


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Give the text exactly `width` cells wide; `right` puts it at the right end."""
    text = cut(text.expandtabs(4).replace("\n", " "), width)
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def clipped(line: list[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """Give a line of text pieces with roles, cut to a width."""
    found: list[tuple[str, str]] = []
    room = width
    for text, role in line:
        text = text.expandtabs(4).replace("\n", " ")
        wide = width_of(text)
        if wide > room:
            found.append((cut(text, room), role))
            break
        found.append((text, role))
        room -= wide
    return found
