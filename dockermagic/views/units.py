"""Numbers as people read them: bytes as Docker writes them (decimal), times, and the ticks of a time axis."""

from __future__ import annotations

import math

__all__ = ["axis_length", "bytes_text", "count", "plural", "seconds_text", "tick_step", "tick_text", "total_text"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_LIVE_LENGTHS = (2, 3, 5, 8, 12, 20, 30, 45, 60, 90, 120, 180, 300, 480, 720, 1200, 1800, 2700, 3600)
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


def bytes_text(number: int) -> str:
    """Give bytes with three digits and Docker's decimal units: "4.26 MB"."""
    value = float(number)
    for unit in _UNITS:
        if abs(value) < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{number} B" if unit == "B" else f"{value:.3g} {unit}"


def seconds_text(seconds: float) -> str:
    """Give a duration to a tenth of a second: "1.2 s", "2 min 05 s"."""
    if seconds < 59.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def total_text(seconds: float) -> str:
    """Give a duration as `seconds_text` does, and to a hundredth when it is short: "0.04 s"."""
    return f"{max(0.0, seconds):.2f} s" if seconds < 0.995 else seconds_text(seconds)


def count(number: int) -> str:
    """Give a whole number with separators: "12,345"."""
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Give a number with its noun: "1 line", "2 lines"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def axis_length(elapsed: float, live: bool) -> float:
    """Give the length of the time axis in seconds.

    While the work goes on the axis grows in leaps, so that bars keep still between them; at the end it fits exactly.
    """
    if not live:
        return max(elapsed, 0.1)
    for length in _LIVE_LENGTHS:
        if elapsed <= length * 0.96:
            return float(length)
    return 3600.0 * math.ceil(elapsed / 3600 + 0.5)


def tick_step(length: float, most: int = 5) -> float:
    """Give the seconds between two ticks, so that an axis of `length` seconds has at most `most` of them after zero."""
    for step in _STEPS:
        if length / step <= most:
            return float(step)
    return float(3600 * math.ceil(length / 3600 / most))


def tick_text(seconds: float) -> str:
    """Give the label of a tick: "0", "0.2 s", "15 s", "1:30"."""
    if seconds == 0:
        return "0"
    if seconds < 60:
        return f"{seconds:g} s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}" if whole < 3600 else f"{whole // 3600}:{whole % 3600 // 60:02} h"
