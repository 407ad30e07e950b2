"""The words for causes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from dockermagic.builds.cause import Cause, FileChange
from dockermagic.views.hostile import one_line
from dockermagic.views.units import plural

__all__ = ["Piece", "expected", "files_text", "marked", "named", "running"]

Piece = tuple[str, bool]
"""A stretch of text, and whether it is one that changed."""

_WORDS = {
    "content": "changed (content",
    "mode": "changed (permissions",
    "added": "is new in the context",
    "deleted": "is no longer in the context",
    "renamed": "was renamed",
    "type": "changed (it is another kind of file",
    "link": "changed (the link points elsewhere",
}
MOST_FILES = 3


def named(text: str, most: int = 80) -> str:
    """Quote something that stands in a sentence."""
    return f"`{one_line(text, most)}`"


def files_text(changes: Sequence[FileChange]) -> str:
    """Say which files changed: "`src/index.js` changed (content, +2 lines)"."""
    told = [_file(each) for each in changes[:MOST_FILES]]
    more = len(changes) - MOST_FILES
    if more > 0:
        told.append(f"{plural(more, 'other file')} changed")
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def _file(change: FileChange) -> str:
    word = _WORDS[change.change]
    if change.change == "renamed":
        return f"{named(change.was)} was renamed to {named(change.path)}"
    if change.change == "content" and change.lines:
        word += f", {'+' if change.lines > 0 else '−'}{plural(abs(change.lines), 'line')}"
    return f"{named(change.path)} {word}{')' if '(' in word else ''}"


def marked(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Part two texts into pieces, each with a mark where the other text does not have it."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if a < b:
            left.append(("".join(before[a:b]), tag != "equal"))
        if c < d:
            right.append(("".join(after[c:d]), tag != "equal"))
    return tuple(left), tuple(right)


def running(cause: Cause) -> str:
    """Give a cause's sentence while the step is at it."""
    return cause.sentence.replace("Ran again", "Runs again", 1).replace("Ran because", "Runs because", 1)


def expected(cause: Cause) -> str:
    """Give a cause's sentence for a build that was not made yet."""
    text = cause.sentence
    for was, will in (("Ran again, and why", "Would run again, and why"), ("Ran again because", "Would run again because")):
        if text.startswith(was):
            text = will + text.removeprefix(was)
    if text.startswith("Ran because"):
        text = "Would run because" + text.removeprefix("Ran because")
    return text.replace(" did.", " would.") if cause.kind == "above" else text
