"""Sizes, ages and times as the docker CLI prints them. Source: docker/go-units size.go and duration.go."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["age", "created_at", "duration", "memory", "seconds_of", "short_id", "size"]

_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)? ?(Z|[+-]\d\d:?\d\d)?")


def size(number: float, digits: int = 3) -> str:
    """Give bytes with decimal units: "4.26MB"; `digits` that count."""
    return _scaled(number, 1000.0, _DECIMAL, digits)


def memory(number: float) -> str:
    """Give bytes with binary units: "1.906GiB"."""
    return _scaled(number, 1024.0, _BINARY, 4)


def _scaled(number: float, base: float, units: tuple[str, ...], digits: int) -> str:
    place = 0
    while number >= base and place < len(units) - 1:
        number /= base
        place += 1
    text = f"{number:.{digits}g}"
    return (f"{float(text):.0f}" if "e" in text else text) + units[place]


def duration(seconds: float) -> str:
    """Give a length of time in words: "5 minutes", "About an hour"."""
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole == 1:
        return "1 second"
    if whole < 60:
        return f"{whole} seconds"
    minutes = int(seconds / 60)
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    for most, length, name in ((24 * 7 * 2, 24, "days"), (24 * 30 * 2, 24 * 7, "weeks"), (24 * 365 * 2, 24 * 30, "months")):
        if hours < most:
            return f"{hours // length} {name}"
    return f"{int(seconds / 3600) // 24 // 365} years"


def age(seconds: float) -> str:
    """Give how long ago something was: "3 weeks ago"."""
    return f"{duration(seconds)} ago"


def seconds_of(text: str) -> float:
    """Give a time of the engine's, RFC 3339 with up to nine decimals, in seconds since the epoch; 0 for none."""
    match = _TIME.match(text or "")
    if match is None or text.startswith("0001-"):
        return 0.0
    day, clock, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}{offset}").timestamp() + float(f"0.{fraction or 0}")
    except (ValueError, OverflowError):
        return 0.0


def created_at(seconds: float) -> str:
    """Give a time as Go prints it: "2026-03-01 12:30:00 +0100 CET"."""
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    return local.strftime("%Y-%m-%d %H:%M:%S %z %Z")


def short_id(identifier: str) -> str:
    """Give the twelve characters of an ID that people use."""
    return identifier.removeprefix("sha256:")[:12]
