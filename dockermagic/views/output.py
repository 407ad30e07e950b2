"""Which part of a program's output is drawn: its end, as much as a page can bear."""

from __future__ import annotations

import re

from dockermagic.log import Log
from dockermagic.views.screen import LONGEST, LogPart, Run, shown_lines
from dockermagic.views.units import plural

__all__ = ["log_part", "newest"]

_LONG = re.compile(rf"[^\r\n]{{{2 * LONGEST},}}")


def _shortened(line: re.Match[str]) -> str:
    return f"{line[0][:LONGEST]} … {plural(len(line[0]) - LONGEST, 'more character')}"


_ERRORS = "\x1b[3;38;5;215m%s\x1b[23;39m"
"""How stderr is set apart: slanted, and in another colour, as a terminal is asked for it."""


def newest(log: Log, lines: int, chars: int, *, errors_apart: bool = False) -> tuple[str, bool]:
    """Give the end of a log, about so many lines and characters of it, and whether there is more before.

    Parameters:
        errors_apart: stderr is set apart from stdout.
    """
    found: list[str] = []
    wanted, room = lines + 1, chars
    for page in (log.tail, *reversed(log.pages)):
        for stream, text in reversed(page):
            if wanted <= 0 or room <= 0:
                return "".join(reversed(found)), True
            if len(text) > chars:
                text = _LONG.sub(_shortened, text)[-chars:]
            found.append(_ERRORS % text if errors_apart and stream == 2 else text)
            wanted -= text.count("\n")
            room -= len(text)
    return "".join(reversed(found)), False


def log_part(log: Log, source: str, *, lines: int, chars: int, opened: bool, errors_apart: bool = False) -> LogPart | None:
    """Give the end of an output as it is drawn; none if nothing was printed.

    Parameters:
        source: the expression that holds all of it.
        lines, chars: at most so much of it.
        opened: shown at once.
        errors_apart: stderr is set apart from stdout.
    """
    if not log:
        return None
    text, cut = newest(log, lines, chars, errors_apart=errors_apart)
    shown = shown_lines(text)
    total = len(shown) if not cut else max(len(shown), log.lines + (not text.endswith("\n")))
    kept = _fitting(shown, lines, chars)
    return LogPart(
        lines=tuple(kept),
        first=total - len(kept),
        total=total,
        source=source,
        open=opened,
        cut=cut and len(kept) == len(shown),
    )


def _fitting(lines: list[tuple[Run, ...]], most: int, chars: int) -> list[tuple[Run, ...]]:
    """Give the last lines that fit, at least one."""
    kept = 0
    for line in reversed(lines[-most:]):
        chars -= 1 + sum(len(text) for text, _ in line)
        if chars < 0 and kept:
            break
        kept += 1
    return lines[len(lines) - kept :]
