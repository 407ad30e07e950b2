"""Reading what Compose prints: progress as JSON lines, warnings, and everything else; and what its last words mean. Pure."""

from __future__ import annotations

import json
import re

from dockermagic.compose import events as ev
from dockermagic.compose.masks import Masks
from dockermagic.views.hostile import visible

__all__ = ["Reader", "warning"]

_STATUSES = frozenset({"Working", "Done", "Error", "Warning"})
_WARNING = re.compile(r'^time="[^"]*" level=(\w+) msg="((?:[^"\\]|\\.)*)"')


def warning(line: str) -> tuple[str, str] | None:
    """Give the level and the words of a line that Compose logs for itself; None for another line."""
    found = _WARNING.match(line)
    if found is None:
        return None
    try:
        words = json.loads(f'"{found[2]}"')
    except ValueError:
        words = found[2]
    return found[1], str(words)


class Reader:
    """Turns the lines of Compose's stderr into events, and keeps what it said last when it failed."""

    def __init__(self, masks: Masks) -> None:
        self.masks = masks
        self.error = ""
        self.lines: list[str] = []
        self._half = ""

    def feed(self, text: str, now: float) -> list[ev.Event]:
        """Take a piece of stderr, cut anywhere."""
        *whole, self._half = (self._half + text).split("\n")
        return [event for line in whole for event in self._line(line.rstrip("\r"), now)]

    def close(self, now: float) -> list[ev.Event]:
        """Take the end of it."""
        half, self._half = self._half, ""
        return list(self._line(half, now)) if half else []

    def _line(self, line: str, now: float) -> list[ev.Event]:
        told = _object(line)
        if told is not None and told.get("error") is True:
            self.error = self._clean(told.get("message"))
            return []
        if told is not None and isinstance(told.get("id"), str):
            return [self._progress(told, now)]
        logged = warning(line)
        if told is not None and isinstance(told.get("level"), str) and isinstance(told.get("msg"), str):
            logged = str(told["level"]), str(told["msg"])  # the same, where progress is JSON
        if logged is not None:
            words = self._clean(logged[1]).removeprefix("-: ")
            if "`version` is obsolete" in words:  # said beside the line already
                return []
            return [ev.Noted(now, words)]
        if line.strip():
            self.lines = [*self.lines, self._clean(line)][-40:]
        return [ev.Printed(now, 2, self.masks.text(line) + "\n")]

    def _progress(self, told: dict[str, object], now: float) -> ev.Progress:
        """Read progress of both dialects: since 5 the status is one of four words; before, it is what is being done."""
        status, text, details = (self._clean(told.get(part)) for part in ("status", "text", "details"))
        subject = self._clean(told["id"])
        if status in _STATUSES:
            return ev.Progress(now, subject, status, text or status, details)
        text, details = (text, status) if text else (status, "")
        status = "Error" if text == "Error" else "Working" if text.endswith("ing") and text != "Running" else "Done"
        return ev.Progress(now, subject, status, text, details)

    def _clean(self, value: object) -> str:
        return self.masks.text(visible(value)) if isinstance(value, str) else ""

    @property
    def last_words(self) -> str:
        """What it said when it failed."""
        if self.error:
            return self.error
        return "\n".join(line for line in self.lines[-12:] if not line.startswith("Gracefully"))


def _object(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
