"""JSON objects out of a stream of bytes that is cut anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LARGEST = 8 * 1024 * 1024
"""Bytes that an object over several lines may have; what is longer is not one of an engine's messages."""

_DECODER = json.JSONDecoder()


class JSONStream:
    """Yields the objects in a stream of lines; one line may hold several, one object may span several lines.

    Lines that are no JSON are passed over: a proxy or a warning may have written them.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._open = ""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield the objects of every line that is complete now."""
        *lines, last = data.split(b"\n")
        for line in lines:
            whole, self._rest = self._rest + line, b""
            yield from self._line(whole)
        self._rest += last

    def close(self) -> Iterator[dict[str, Any]]:
        """Yield what the last line, which has no end, holds."""
        rest, self._rest = self._rest, b""
        yield from self._line(rest)
        self._open = ""

    def _line(self, line: bytes) -> Iterator[dict[str, Any]]:
        text = line.decode("utf-8", "replace").strip()
        if not text:
            return
        found, rest = _objects(text)
        if rest and self._open:
            joined = f"{self._open}\n{text}"
            found_joined, rest_joined = _objects(joined)
            if found_joined or not found:
                found, rest = found_joined, rest_joined
        self._open = rest if rest.startswith("{") and len(rest) < LARGEST else ""
        yield from found


def _objects(text: str) -> tuple[list[dict[str, Any]], str]:
    """Read objects from the front of a text; give them, and what is left."""
    found: list[dict[str, Any]] = []
    at = 0
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            found.append(value)
        at = end
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
    return found, text[at:]
