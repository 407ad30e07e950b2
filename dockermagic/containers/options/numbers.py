"""Numbers, sizes and times as Docker's command line reads them.

Every reader takes the text of one value and raises ValueError with a sentence that says what to write.
Source: docker/go-units, size.go; docker/cli, opts/opts.go; Go's strconv and time.ParseDuration.
"""

from __future__ import annotations

import re
from fractions import Fraction

from dockermagic.flags.reader import FALSE, TRUE

LARGEST = 2**63 - 1
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
_SIZE = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?) ?(?:([kmgtp]?)(?:b|(?<=[kmgtp])ib)?)", re.ASCII | re.IGNORECASE
)
_RATIO = re.compile(r"[+-]?(?:\d+/0*[1-9]\d*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)", re.ASCII)
_SPAN = re.compile(r"(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_NANO = {"ns": 1, "us": 10**3, "\u00b5s": 10**3, "\u03bcs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_LONGEST = 100
"""Characters of a number; longer ones only cost time."""


def read_bytes(text: str) -> int:
    """Read an amount of memory, such as 512m or 1.5g, and give bytes; units count by 1024."""
    match = _SIZE.fullmatch(text) if len(text) < _LONGEST else None
    size = -1 if match is None else int(Fraction(match[1]) * _UNITS[match[2].lower()])
    if not 0 <= size <= LARGEST:
        raise ValueError(f"“{text}” is no amount of memory; write a number and a unit: 512m, 1g or 64k.")
    return size


def read_swap(text: str) -> int:
    """Read an amount of memory and swap; -1 means no limit."""
    return -1 if text == "-1" else read_bytes(text)


def read_cpus(text: str) -> int:
    """Read a number of processors, such as 1.5, and give billionths."""
    if len(text) >= _LONGEST or not _RATIO.fullmatch(text):
        raise ValueError(f"“{text}” is no number of processors; write 0.5, 1 or 2.")
    billionths = Fraction(text) * 10**9
    if billionths.denominator != 1 or abs(billionths) > LARGEST:
        raise ValueError(f"“{text}” is too precise; nine digits after the point are kept.")
    return int(billionths)


def read_duration(text: str) -> int:
    """Read a span of time, such as 1m30s, and give nanoseconds."""
    sign, rest = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    total, place = 0, 0
    wrong = ValueError(f"“{text}” is no span of time; write a number and a unit: 500ms, 30s or 1m30s.")
    if rest == "0":
        return 0
    while place < len(rest) < _LONGEST:
        match = _SPAN.match(rest, place)
        if match is None or not (match[1] or match[2]):
            raise wrong
        part = match[2] or ""
        total += int(match[1] or "0") * _NANO[match[3]] + int(part or "0") * _NANO[match[3]] // 10 ** len(part)
        place = match.end()
    if not rest or place < len(rest) or total > LARGEST:
        raise wrong
    return -total if sign == "-" else total


def read_integer(text: str) -> int:
    """Read a whole number in decimal digits, with an optional sign."""
    if not re.fullmatch(r"[+-]?\d{1,19}", text, re.ASCII) or not -LARGEST - 1 <= int(text) <= LARGEST:
        raise ValueError(f"“{text}” is no whole number.")
    return int(text)


def read_unsigned(text: str, largest: int) -> int:
    """Read a whole number in decimal digits without a sign, up to `largest`."""
    if not re.fullmatch(r"0*\d{1,20}", text, re.ASCII) or int(text) > largest:
        raise ValueError(f"“{text}” is no whole number from 0 to {largest}.")
    return int(text)


def read_switch(text: str) -> bool:
    """Read true or false."""
    if text not in TRUE | FALSE:
        raise ValueError(f"“{text}” is neither true nor false.")
    return text in TRUE
