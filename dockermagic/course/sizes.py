"""Sizes as checks write them: "200 MB". Pure."""

from __future__ import annotations

import re

__all__ = ["read_size"]

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_WRITTEN = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?i?b?)\s*", re.IGNORECASE)


def read_size(text: str | int) -> int:
    """Read a size in bytes; units are decimal, as Docker's are, unless they have an i in them.

    Raises:
        ValueError: it is none.
    """
    if isinstance(text, int):
        return text
    found = _WRITTEN.fullmatch(text)
    unit = found["unit"].lower() if found is not None else ""
    unit = f"{unit}b" if unit and not unit.endswith("b") else unit
    if found is None or unit not in _UNITS:
        raise ValueError(f"{text!r} is no size: write 200 MB")
    return int(float(found["number"]) * _UNITS[unit])
