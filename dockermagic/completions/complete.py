"""Completing a cell at the cursor. Pure: what the world holds is given in."""

from __future__ import annotations

import re

from dockermagic.completions import dockerfile, lines
from dockermagic.completions.words import words_before
from dockermagic.completions.world import Completion, World

__all__ = ["MOST", "complete"]

MOST = 200
"""Completions that are given."""

_CELL_MAGIC = re.compile(r"\s*(%%\w+)")
_LINE_MAGIC = re.compile(r"\s*(?:[\w.,\[\]'\" ]+=\s*)?(?=%\w)")


def complete(text: str, cursor: int, world: World) -> list[Completion]:
    """Give what may stand at the cursor, in the order in which it is to be shown; nothing where Docker has no say.

    Parameters:
        text: the cell, or the line of a terminal.
        cursor: characters before the cursor.
        world: what can be named.
    """
    cursor = max(0, min(cursor, len(text)))
    before = text[:cursor]
    start = before.rfind("\n") + 1
    magic = _CELL_MAGIC.match(text)
    if magic is not None:
        first = magic.start(1)
        head, _, body = text[first:].partition("\n")
        if cursor < first:
            return []
        if cursor <= first + len(head):
            return _line(before, first, body, world)
        if magic[1] != "%%dockerfile":
            return []
        below = first + len(head) + 1
        found, replaced = dockerfile.offers(before[below:], body, _context(head), world)
        return _completions(found, cursor - replaced, cursor)
    magic = _LINE_MAGIC.match(before, start)
    return _line(before, magic.end(), "", world) if magic is not None else []


def _line(before: str, first: int, body: str, world: World) -> list[Completion]:
    found, words, kept = lines.offers(before[first:], body, world)
    if words.quoted:  # what is in quotes cannot be replaced by what is without
        return []
    return _completions(found, first + words.start + kept, len(before))


def _completions(found: list[lines.Offer], start: int, end: int) -> list[Completion]:
    unique = dict(reversed(found))
    ordered = dict.fromkeys(text for text, _ in found)
    return [Completion(_quoted(text), start, end, unique[text]) for text in ordered][:MOST]


def _quoted(text: str) -> str:
    return f'"{text}"' if any(letter.isspace() for letter in text.rstrip()) else text


def _context(head: str) -> str:
    """Give the context that the magic's line names, in the simplest way of reading it."""
    words = words_before(f"{head} ").before[1:]
    for place, word in enumerate(words):
        if word == "--context":
            return words[place + 1] if place + 1 < len(words) else ""
        if word.startswith("--context="):
            return word.partition("=")[2]
    return words[-1] if words and words[-1].startswith((".", "/")) else ""
