"""The functions of Go's templates and of the docker CLI, and how Go prints values.

Sources: Go's text/template/funcs.go and fmt; docker/cli templates/templates.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import isfinite
from typing import Any
from urllib.parse import quote_plus

from dockermagic.commands.fields.row import Row

__all__ = ["FUNCTIONS", "go_json", "printed", "truth"]

_STRUCTS: tuple[tuple[str, ...], ...] = (
    ("HostIp", "HostPort"),
    ("Type", "Name", "Source", "Destination", "Driver", "Mode", "RW", "Propagation"),
    ("Type", "Source", "Destination", "Mode", "RW", "Propagation"),
    ("PathOnHost", "PathInContainer", "CgroupPermissions"),
    ("Name", "MaximumRetryCount"),
    ("IP", "PrivatePort", "PublicPort", "Type"),
)
"""What is a struct in the CLI and not a mapping, by its fields, in Go's order: structs are printed without names."""


def truth(value: Any) -> bool:
    """Say whether a value holds, as Go's `if` sees it."""
    return bool(value) or callable(value)


def printed(value: Any, *, inside: bool = False) -> str:
    """Give a value as Go's `fmt.Print` writes it.

    Parameters:
        inside: it is part of a list or mapping, where nil has another name.
    """
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        for names in _STRUCTS:
            if set(value) == set(names):
                return "{" + " ".join(printed(value[name], inside=True) for name in names) + "}"
        pairs = sorted((str(key), item) for key, item in value.items())
        return "map[" + " ".join(f"{key}:{printed(item, inside=True)}" for key, item in pairs) + "]"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + " ".join(printed(item, inside=True) for item in value) + "]"
    return str(value)


def _float(value: float) -> str:
    """Write a float as %v does: the shortest digits, with an exponent below -4 and from 21 on."""
    if not isfinite(value):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    if value == 0 or 1e-4 <= abs(value) < 1e21:
        text = f"{value:.17f}" if "e" in repr(value) else repr(value)
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits, exponent = repr(value).split("e") if "e" in repr(value) else f"{value:.17e}".split("e")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}e{int(exponent):+03d}"


def go_json(value: Any) -> str:
    """Give a value as the CLI writes JSON: no blanks; in the rows of its lists, what HTML would take for markup is escaped."""
    if not isinstance(value, Row):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    text = json.dumps(value.plain(), separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, Sequence):
            if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key < len(value):
                raise ValueError(f"index out of range: {printed(key)}")
            value = value[key] if not isinstance(value, str) else ord(value[key])
        else:
            raise ValueError("index of untyped nil" if value is None else f"cannot index {printed(value)[:60]}")
    return value


def _slice(value: Any, *ends: int) -> Any:
    if not isinstance(value, Sequence) or len(ends) > 2 or any(not 0 <= end <= len(value) for end in ends):
        raise ValueError("slice out of range")
    start = ends[0] if ends else 0
    return value[start : ends[1] if len(ends) > 1 else len(value)]


def _len(value: Any) -> int:
    if value is None or isinstance(value, bool | int | float):
        raise ValueError(f"len of {printed(value)}")
    return len(value.encode()) if isinstance(value, str) else len(value)


def _same(first: Any, *others: Any) -> bool:
    if not others:
        raise ValueError("eq needs two values")
    return any(first == other and isinstance(first, bool) == isinstance(other, bool) for other in others)


def _less(one: Any, other: Any) -> bool:
    try:
        return bool(one < other)
    except TypeError:
        raise ValueError("values of different types cannot be compared") from None


_VERB = re.compile(r"%([-+# 0]*)(\*|\d+)?(?:\.(\d+))?([a-zA-Z%])")


def _printf(form: str, *values: Any) -> str:
    left = list(values)

    def one(match: re.Match[str]) -> str:
        flags, width, digits, verb = match.groups()
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        value = left.pop(0)
        if int(width or 0) > 10_000 or int(digits or 0) > 10_000:
            raise ValueError("printf: a width over 10,000")
        text = _verb(verb, value, digits, flags)
        pad = int(width or 0) - len(text)
        if pad <= 0:
            return text
        if "-" in flags:
            return text + " " * pad
        return ("0" if "0" in flags and verb in "dfx" else " ") * pad + text

    done = _VERB.sub(one, form)
    return done + ("%!(EXTRA " + ", ".join(f"{_kind(value)}={printed(value)}" for value in left) + ")" if left else "")


def _kind(value: Any) -> str:
    return {str: "string", int: "int", bool: "bool", float: "float64"}.get(type(value), "interface {}")


def _verb(verb: str, value: Any, digits: str | None, flags: str) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if verb in "vs":
        text = printed(value)
        return text if digits is None or verb == "v" else text[: int(digits)]
    if verb == "q" and isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if verb == "T":
        return _kind(value)
    if verb == "t" and isinstance(value, bool):
        return printed(value)
    if verb == "d" and isinstance(value, int) and number:
        return f"{value:+d}" if "+" in flags else str(value)
    if verb in "feg" and isinstance(value, float):
        return f"{value:.{6 if digits is None else int(digits)}{verb}}" if digits is not None or verb != "g" else _float(value)
    if verb in "xX" and isinstance(value, int | str) and not isinstance(value, bool):
        text = format(value, "x") if isinstance(value, int) else value.encode().hex()
        return text.upper() if verb == "X" else text
    return f"%!{verb}({_kind(value)}={printed(value)})"


def _print(*values: Any) -> str:
    """Join as fmt.Sprint does: a blank only between two values of which neither is text."""
    text = ""
    for place, value in enumerate(values):
        if place and not isinstance(value, str) and not isinstance(values[place - 1], str):
            text += " "
        text += printed(value)
    return text


def _pad(text: str, before: int, after: int) -> str:
    if before > 10_000 or after > 10_000:
        raise ValueError("pad: more than 10,000")
    return " " * max(before, 0) + text + " " * max(after, 0) if text else text


def _truncate(text: str, most: int) -> str:
    return text[: max(0, most)] if len(text) > most else text


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "json": go_json,
    "split": lambda text, mark: text.split(mark) if mark else list(text),
    "join": lambda items, mark: mark.join(items or ()),
    "title": lambda text: re.sub(r"(?<!\w)\w", lambda match: match[0].upper(), text),
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "pad": _pad,
    "truncate": _truncate,
    "index": _index,
    "slice": _slice,
    "len": _len,
    "not": lambda value: not truth(value),
    "eq": _same,
    "ne": lambda one, other: not _same(one, other),
    "lt": _less,
    "le": lambda one, other: not _less(other, one),
    "gt": lambda one, other: _less(other, one),
    "ge": lambda one, other: not _less(one, other),
    "print": _print,
    "println": lambda *values: " ".join(printed(value) for value in values) + "\n",
    "printf": _printf,
    "html": lambda *values: escape(_print(*values)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    "js": lambda *values: json.dumps(_print(*values))[1:-1],
    "urlquery": lambda *values: quote_plus(_print(*values)),
    "call": lambda function, *values: function(*values),
}
