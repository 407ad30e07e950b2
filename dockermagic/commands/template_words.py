"""Go templates, cut into words: the text between actions, and what stands in `{{ }}`.

Source: Go's text/template/parse/lex.go. A comment and the blanks that `{{-` and `-}}` remove are gone after this.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from dockermagic.errors import UsageError

__all__ = ["Action", "Word", "actions", "refused"]

_OPEN = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT = re.compile(r"\s*/\*.*?\*/\s*?((?:[ \t\r\n]-)?\}\})", re.DOTALL)
_WORD = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<close>-?\}\})
      | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
      | (?P<char>'(?:[^'\\\n]|\\.)+')
      | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?))
      | (?P<field>\.[^\W\d]\w*)
      | (?P<variable>\$\w*)
      | (?P<name>[^\W\d]\w*)
      | (?P<dot>\.)
      | (?P<mark>:=|=|\||\(|\)|,)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an action. `spaced`: a blank stands before it, so that it begins a new argument."""

    kind: str
    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Text before an action, and the action's words; no words at the end of the template."""

    text: str
    words: tuple[Word, ...]


def refused(what: str, template: str) -> UsageError:
    """Give the error for a template that Go would not read either."""
    return UsageError(
        f'--format: {what} in "{template[:200]}".',
        "A format is text with fields in it, such as '{{.Names}}: {{.Status}}', or json, or 'table {{.Names}}'.",
    )


def actions(template: str) -> list[Action]:
    """Cut a template into text and actions.

    Raises:
        UsageError: an action is not closed, or holds something that is no word.
    """
    found: list[Action] = []
    at, trim = 0, False
    text = ""
    while (opened := _OPEN.search(template, at)) is not None:
        part = template[at : opened.start()]
        part = part.lstrip(" \t\r\n") if trim else part
        text += part.rstrip(" \t\r\n") if opened[0].endswith("-") else part
        comment = _COMMENT.match(template, opened.end())
        if comment is not None:
            at, trim = comment.end(), comment[1].strip().startswith("-")
            continue
        words, at, trim = _words(template, opened.end())
        found.append(Action(text, words))
        text = ""
    rest = template[at:]
    found.append(Action(text + (rest.lstrip(" \t\r\n") if trim else rest), ()))
    return found


def _words(template: str, at: int) -> tuple[tuple[Word, ...], int, bool]:
    """Read the words of one action; give them, the place after it, and whether it removes the blanks that follow."""
    words: list[Word] = []
    spaced = True
    while at < len(template):
        match = _WORD.match(template, at)
        if match is None:
            raise refused(f'unexpected "{template[at]}"', template)
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "close":
            return tuple(words), at, match[0].startswith("-")
        if kind != "space":
            words.append(Word(kind, match[0], spaced))
        spaced = kind == "space"
    raise refused("an action is not closed with }}", template)


def string(text: str) -> str:
    """Give the value of a string literal.

    Raises:
        ValueError: an escape sequence that Go does not know.
    """
    if text.startswith("`"):
        return text[1:-1]
    # JSON knows all escapes of Go but \a, \v, \x, \U and octal numbers.
    plain = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", text).replace("\\a", "\\u0007").replace("\\v", "\\u000b")
    return str(json.loads(plain, strict=False))
