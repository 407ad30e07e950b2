"""Path patterns of Go's `filepath.Match`, with `**`, as regular expressions.

Go's `patternmatcher` writes a Go regular expression and lets it match, so what means something in one shows through: in `a[*]` the
star is no star, `\\d` is a digit, `|` parts alternatives. What learners write is plain and takes the short way here.
"""

from __future__ import annotations

import re

DIRECT = re.compile(r"[^\[\]\\|{}^]*")
"""Patterns whose signs mean only what they should."""

_CLASSES = {"d": "0-9", "s": r"\t\n\f\r ", "w": "0-9A-Za-z_"}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r"\t ",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_REPEAT = re.compile(r"\{(\d{1,3}|1000)(,(\d{1,3}|1000)?)?\}")


class BadPattern(ValueError):
    """A pattern that Go refuses; `hint` says what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def check_syntax(pattern: str) -> None:
    """Refuse what Go's filepath.Match refuses.

    Raises:
        BadPattern: a bracket that does not end, a range without an end, or a backslash with nothing behind it.
    """
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            if at == len(pattern):
                raise BadPattern("a backslash needs a character behind it", "Remove the backslash at the end.")
            at += 1
        elif char == "[":
            at = _check_brackets(pattern, at + (pattern[at : at + 1] == "^"))


def _check_brackets(pattern: str, at: int) -> int:
    ranges = 0
    while ranges == 0 or pattern[at : at + 1] != "]":
        at = _bracket_char(pattern, at)
        if pattern[at] == "-":
            at = _bracket_char(pattern, at + 1)
        ranges += 1
    return at + 1


def _bracket_char(pattern: str, at: int) -> int:
    if pattern[at : at + 1] == "\\":
        at += 1
    elif pattern[at : at + 1] in ("-", "]"):
        at = len(pattern)
    if at + 1 >= len(pattern):
        raise BadPattern("the [ has no ] that fits", "Close the bracket, or write \\[ for the character itself.")
    return at + 1


def expression(pattern: str) -> re.Pattern[str]:
    """Make the regular expression of a pattern; use `search`.

    Raises:
        BadPattern: Go could not compile it.
    """
    if DIRECT.fullmatch(pattern):
        return simple_expression(pattern)
    try:
        return re.compile(_from_go(_go_expression(pattern)), re.ASCII)
    except (re.error, OverflowError) as error:
        raise BadPattern(f"Docker cannot read it ({error})", "Use only *, ?, ** and [a-z].") from None


def simple_expression(pattern: str) -> re.Pattern[str]:
    """Make the regular expression of a pattern without brackets and backslashes.

    Between two stars the first fit is the best one, so it is held fast (?>…): names full of repetitions take no time.
    """
    tokens = re.findall(r"\*\*/?|\*|[^*]+", pattern)
    made = ["^"]
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token.startswith("**"):
            made.append(r"(?:.*/)?" if after else ".*")
        elif token == "*":  # noqa: S105  # a sign of a pattern, no password
            held = after and after[0] != "*" and tokens[place + 2 : place + 3] == ["*"]
            made.append("(?>[^/]*?" if held else "[^/]*")
        else:
            made.append("".join("[^/]" if char == "?" else re.escape(char) for char in token))
            if before == "*" and after == "*":
                made.append(")")
    return re.compile("".join(made) + r"\Z")


def _go_expression(pattern: str) -> str:
    """Write the expression that Go's patternmatcher writes, before Go reads it."""
    made = ["^"]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if pattern.startswith("**", at - 1):
            at += 1
            at += pattern[at : at + 1] == "/"
            made.append(".*" if at == len(pattern) else "(.*/)?")
        elif char == "*":
            made.append("[^/]*")
        elif char == "?":
            made.append("[^/]")
        elif char == "\\":
            made.append(pattern[at - 1 : at + 1])
            at += 1
        else:
            # | { } are meant to be escaped in Go too, but a table that is too small for them lets them through.
            made.append("\\" + char if char in ".+()$" else char)
    return "".join(made) + "$"


def _from_go(text: str) -> str:
    """Turn a Go expression, as `_go_expression` writes them, into one of Python's."""
    made: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            made.append(_escape(text[at + 1 : at + 2]))
            at += 2
            continue
        if char == "[":
            piece, at = _class(text, at + 1)
            made.append(piece)
            continue
        if char == "{":
            repeat = _REPEAT.match(text, at)
            made.append(repeat[0] if repeat else r"\{")
            at = repeat.end() if repeat else at + 1
            continue
        if char in "$^":
            made.append(r"\Z" if char == "$" else "(?:^)")
        else:
            made.append(char if char in "|()?*." else re.escape(char))
        at += 1
    return "".join(made)


def _escape(char: str) -> str:
    if char.lower() in _CLASSES and char:
        return f"[{'^' if char.isupper() else ''}{_CLASSES[char.lower()]}]"
    if char and char in "bBAaftnrv":
        return "\\" + char
    if char == "z":
        return r"\Z"
    if not char or char.isalnum() or ord(char) > 127:
        raise BadPattern(f"\\{char} means nothing", "Remove the backslash.")
    return re.escape(char)


def _class(text: str, at: int) -> tuple[str, int]:
    """Read a bracket as Go does: a ] that comes first is a member, [:digit:] is a set, any other [ is itself."""
    negated = text.startswith("^", at)
    at += negated
    members: list[str] = []
    first = True
    while first or not text.startswith("]", at):
        first = False
        if at >= len(text):
            raise BadPattern("the [ has no ] that fits", "Close the bracket, or write \\[ for the character itself.")
        posix = re.compile(r"\[:(\w+):\]").match(text, at)
        if posix:
            if posix[1] not in _POSIX:
                raise BadPattern(f"[:{posix[1]}:] is not a set of characters", "For example: [[:digit:]]")
            members.append(_POSIX[posix[1]])
            at = posix.end()
            continue
        low, at = _member(text, at)
        if len(low) == 1 and text.startswith("-", at) and text[at + 1 : at + 2] not in ("]", ""):
            high, at = _member(text, at + 1)
            if len(high) > 1 or high < low:
                raise BadPattern(f"{low}-{high} is not a range", "Write the lower character first: [a-z].")
            members.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            members.append(low if len(low) > 1 else re.escape(low))
    return f"[{'^' if negated else ''}{''.join(members)}]", at + 1


def _member(text: str, at: int) -> tuple[str, int]:
    """Read one member: a character, or the inside of a set such as \\d."""
    if text[at : at + 1] != "\\":
        return text[at : at + 1], at + 1
    char = text[at + 1 : at + 2]
    if char in _CLASSES:
        return _CLASSES[char], at + 2
    if char and char in "aftnrv":
        return {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}[char], at + 2
    if not char or char.isalnum() or ord(char) > 127:
        raise BadPattern(f"\\{char} means nothing inside brackets", "Remove the backslash.")
    return char, at + 2
