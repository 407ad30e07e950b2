"""What `docker buildx build --progress=rawjson` writes: JSON objects, some over many lines, among lines of text.

The objects are BuildKit's `client.SolveStatus` as Go's encoding/json writes it. Here they become the same dictionaries that
`trace.read_status` makes of the protobuf messages. Source: https://github.com/moby/buildkit, client/graph.go.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

__all__ = ["parse_time", "split_json"]

Message = dict[str, Any]
LARGEST = 64 * 1024 * 1024
"""Bytes after which an object that does not end is taken for text."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_HEADS = (b'{"vertexes"', b'{"statuses"', b'{"logs"', b'{"warnings"', b"{}")
_MARK = re.compile(rb'["{}]')
_STRING_END = re.compile(rb'["\\]')


def split_json(data: bytes, *, final: bool = False) -> tuple[list[dict[str, list[Message]]], list[str], bytes]:
    """Part the messages from the lines of text.

    Parameters:
        data: what has come so far and was not used yet, cut anywhere; `final`: nothing more will come.
    Returns:
        the messages; the lines of text, without their line ends; what to put before the next bytes.
    """
    messages: list[dict[str, list[Message]]] = []
    words: list[str] = []
    at = 0
    while at < len(data):
        start = _skip(data, at)
        if _may_be_message(data, start):
            end = _object_end(data, start)
            if end < 0 and not final and len(data) - start < LARGEST:
                return messages, words, data[start:]
            message = _message(data[start:end]) if end > 0 else None
            if message is not None:
                messages.append(message)
                at = end
                continue
        newline = data.find(b"\n", start)
        if newline < 0 and not final:
            return messages, words, data[start:]
        newline = len(data) if newline < 0 else newline
        line = data[start:newline].decode("utf-8", "replace").rstrip()
        if line:
            words.append(line)
        at = newline + 1
    return messages, words, b""


def _skip(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in b" \t\r\n":
        at += 1
    return at


def _may_be_message(data: bytes, start: int) -> bool:
    """Whether one of BuildKit's messages begins here, as far as one can see."""
    head = b"".join(data[start : start + 64].split())
    return bool(head) and any(head.startswith(known) or known.startswith(head) for known in _HEADS)


def _object_end(data: bytes, start: int) -> int:
    """Find where the object that begins at `start` ends; -1 when it does not yet."""
    depth, at = 0, start
    while match := _MARK.search(data, at):
        at = match.end()
        if match[0] == b"{":
            depth += 1
        elif match[0] == b"}":
            depth -= 1
            if depth == 0:
                return at
        else:
            while (quote := _STRING_END.search(data, at)) and quote[0] == b"\\":
                at = quote.end() + 1
            if quote is None:
                return -1
            at = quote.end()
    return -1


def _message(data: bytes) -> dict[str, list[Message]] | None:
    """Read one object; None when it is none of BuildKit's."""
    try:
        found = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() - READERS.keys():
        return None
    return {
        kind: [reader(each) for each in (found.get(kind) or []) if isinstance(each, dict)] if _is_list(found.get(kind)) else []
        for kind, reader in READERS.items()
    }


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def parse_time(text: object) -> float | None:
    """Read a time as Go writes it (RFC 3339 with up to nine digits of a second), in seconds since the epoch; None if unset."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")).astimezone(UTC)
        seconds = whole.timestamp() + float(f"0{match[2] or ''}")
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None  # Go's zero time is the year 1


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _bytes(value: object) -> bytes:
    """Read what Go's []byte becomes in JSON: base64."""
    try:
        return base64.b64decode(value, validate=False) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _decoded(value: object) -> str:
    return _bytes(value).decode("utf-8", "replace")


def _texts(value: object, reader: Callable[[object], str | None] = _text) -> list[str]:
    return [text for each in value if (text := reader(each)) is not None] if isinstance(value, list) else []


def _vertex(found: Message) -> Message:
    return {
        "digest": _text(found.get("digest")) or "",
        "inputs": _texts(found.get("inputs")),
        "name": _text(found.get("name")),
        "cached": found.get("cached") is True,
        "started": parse_time(found.get("started")),
        "completed": parse_time(found.get("completed")),
        "error": _text(found.get("error")),
    }


def _status(found: Message) -> Message:
    return {
        "id": _text(found.get("id")),
        "vertex": _text(found.get("vertex")) or "",
        "name": _text(found.get("name")),
        "current": _number(found.get("current")),
        "total": _number(found.get("total")),
        "timestamp": parse_time(found.get("timestamp")),
        "started": parse_time(found.get("started")),
        "completed": parse_time(found.get("completed")),
    }


def _log(found: Message) -> Message:
    return {
        "vertex": _text(found.get("vertex")) or "",
        "stream": _number(found.get("stream")),
        "data": _bytes(found.get("data")),
        "timestamp": parse_time(found.get("timestamp")),
    }


def _warning(found: Message) -> Message:
    ranges = found.get("range")
    starts = [each.get("start") for each in ranges if isinstance(each, dict)] if isinstance(ranges, list) else []
    lines = [line for start in starts if isinstance(start, dict) and (line := _number(start.get("line"))) is not None]
    return {
        "vertex": _text(found.get("vertex")) or "",
        "level": _number(found.get("level")),
        "short": _decoded(found.get("short")),
        "detail": _texts(found.get("detail"), _decoded),
        "url": _text(found.get("url")),
        "lines": lines,
    }


READERS: dict[str, Callable[[Message], Message]] = {
    "vertexes": _vertex,
    "statuses": _status,
    "logs": _log,
    "warnings": _warning,
}
