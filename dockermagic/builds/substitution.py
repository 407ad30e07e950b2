"""What `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}` give in a Dockerfile."""

from __future__ import annotations

import re

MOST_STARS = 6
"""Python's regular expressions take a time that grows steeply with the number of stars."""


class WordError(ValueError):
    """A quote or a substitution that does not end, or one that BuildKit does not know."""


def replace(value: str, pattern: str, text: str, everywhere: bool) -> str:
    """Put `text` where the pattern matches, the first time or every time."""
    return glob(pattern, greedy=True).sub(lambda _: text, value, count=0 if everywhere else 1)


def glob(pattern: str, greedy: bool) -> re.Pattern[str]:
    """Turn a shell pattern (* and ?, no brackets) into a regular expression."""
    pattern = re.sub(r"\*{2,}", "*", pattern)
    if pattern.count("*") > MOST_STARS:
        raise WordError(f"more than {MOST_STARS} * in one substitution")
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            parts.append(".*" if greedy else ".*?")
        elif char == "?":
            parts.append(".")
        elif char == "\\":
            following = pattern[at : at + 1]
            if following in ("}", "/"):
                continue
            if following not in ("*", "?", "\\"):
                raise WordError(f"the escape \\{following} in a substitution is not one that Dockerfiles know")
            parts.append(re.escape(following))
            at += 1
        else:
            parts.append(re.escape(char))
    return re.compile("".join(parts))


def trim(value: str, pattern: str, kind: str) -> str:
    """Remove what the pattern matches at the beginning (#) or the end (%); doubled, the longest match."""
    longest = pattern.startswith(kind)
    expression = glob(pattern[1:] if longest else pattern, greedy=longest)
    ends = range(len(value) + 1)
    if kind == "#":
        match = expression.match(value)
        return value[match.end() :] if match else value
    for start in ends if longest else reversed(ends):
        if expression.fullmatch(value, start):
            return value[:start]
    return value
