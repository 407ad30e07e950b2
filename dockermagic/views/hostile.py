"""Text of unknown origin, made harmless and visible: what a person sees is what is there.

Markup is escaped where it is written (htpy, markupsafe). This is about the characters that remain: control codes, escape
sequences, half characters, and the ones that turn the reading direction round to disguise a text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

__all__ = ["ESCAPES", "clip", "link", "one_line", "path", "visible"]

ESCAPES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor moves
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC with their text
    r"|\x1b[ -/]*[0-~]?"  # any other escape
)
"""Escape sequences of ECMA-48, as a regular expression; one that is cut short ends with its line."""

_SEQUENCES = re.compile(ESCAPES)
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_SPACE = re.compile(r"\s+")
_PATH = re.compile(r"(?:/[\w.~@%:+-]+)+/?", re.ASCII)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0xA0:
        return ""
    if 0xD800 <= code <= 0xDFFF or code >= 0xFFFC:
        return "\ufffd"
    return f"\u27e8U+{code:04X}\u27e9"


def visible(text: str) -> str:
    """Give the text without escape sequences and control codes, and with invisible characters spelt out.

    Line feeds and tabs stay. A character that changes the reading direction becomes its name in brackets; half a character
    (a lone surrogate) becomes U+FFFD.
    """
    if "\x1b" in text or "\x9b" in text or "\x9d" in text or "\x90" in text:
        text = _SEQUENCES.sub("", text)
    return _ODD.sub(_shown, text) if _ODD.search(text) else text


def one_line(text: str, most: int = 300) -> str:
    """Give the text as `visible` does, on one line, no longer than `most` characters."""
    return clip(_SPACE.sub(" ", visible(text[: most * 8])).strip(), most)


def clip(text: str, most: int) -> str:
    """Give at most `most` characters, the last one an ellipsis if there were more."""
    return text if len(text) <= most else text[: most - 1] + "…"


@lru_cache(maxsize=256)
def link(url: str) -> str:
    """Give the address if it is one that a page may link to, http or https with a host; else an empty string."""
    if len(url) > 2000 or _ODD.search(url) or _SPACE.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def path(url: str) -> str:
    """Give the address if it is a plain path on the server of the page that it is in; else an empty string."""
    return url if len(url) <= 2000 and _PATH.fullmatch(url) else ""
