"""The words of a line that is still being written: quotes may be open, backslashes may be last."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Words", "words_before"]


@dataclass(frozen=True, slots=True)
class Words:
    """The whole words before the cursor, the one that is being written (without quotes), and where that one begins."""

    before: tuple[str, ...]
    current: str
    start: int
    quoted: bool


def words_before(line: str) -> Words:
    """Divide a line, up to the cursor, as a shell would."""
    words: list[str] = []
    current, start, open_quote, begun, quoted = "", 0, "", False, False
    place = 0
    while place < len(line):
        letter = line[place]
        if open_quote:
            if letter == open_quote:
                open_quote = ""
            else:
                current += letter
        elif letter in "'\"":
            open_quote, begun, quoted = letter, True, True
        elif letter.isspace():
            if begun:
                words.append(current)
            current, begun, start, quoted = "", False, place + 1, False
        else:
            if letter == "\\" and place + 1 < len(line):
                place += 1
                letter = line[place]
                quoted = True
            current += letter
            begun = True
        place += 1
    return Words(tuple(words), current, start, quoted)
