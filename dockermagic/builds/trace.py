"""BuildKit's progress messages: protobuf `moby.buildkit.v1.StatusResponse`, as plain dictionaries.

Source: moby/buildkit api/services/control/control.proto. Times are seconds since the epoch, None when unset.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dockermagic.engine.wire import WireError, fields

Message = dict[str, Any]
Reader = Callable[[Any], Any]


def _text(value: int | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _number(value: int | bytes) -> int:
    if not isinstance(value, int):
        return 0
    return value - (1 << 64) if value >> 63 else value


def _raw(value: int | bytes) -> bytes:
    return value if isinstance(value, bytes) else b""


def _flag(value: int | bytes) -> bool:
    return bool(value)


def _time(value: int | bytes) -> float | None:
    """Read google.protobuf.Timestamp."""
    parts = dict(fields(_raw(value)))
    seconds, nanos = _number(parts.get(1, 0)), _number(parts.get(2, 0))
    return seconds + nanos / 1e9 if seconds > 0 else None


def _line(value: int | bytes) -> int:
    """Read the first line of a pb.Range{start: Position{line}}."""
    start = dict(fields(_raw(value))).get(1, b"")
    return _number(dict(fields(_raw(start))).get(1, 0))


VERTEX: dict[int, tuple[str, Reader, bool]] = {
    1: ("digest", _text, False),
    2: ("inputs", _text, True),
    3: ("name", _text, False),
    4: ("cached", _flag, False),
    5: ("started", _time, False),
    6: ("completed", _time, False),
    7: ("error", _text, False),
}
STATUS: dict[int, tuple[str, Reader, bool]] = {
    1: ("id", _text, False),
    2: ("vertex", _text, False),
    3: ("name", _text, False),
    4: ("current", _number, False),
    5: ("total", _number, False),
    6: ("timestamp", _time, False),
    7: ("started", _time, False),
    8: ("completed", _time, False),
}
LOG: dict[int, tuple[str, Reader, bool]] = {
    1: ("vertex", _text, False),
    2: ("timestamp", _time, False),
    3: ("stream", _number, False),
    4: ("data", _raw, False),
}
WARNING: dict[int, tuple[str, Reader, bool]] = {
    1: ("vertex", _text, False),
    2: ("level", _number, False),
    3: ("short", _text, False),
    4: ("detail", _text, True),
    5: ("url", _text, False),
    7: ("lines", _line, True),
}
KINDS = {1: ("vertexes", VERTEX), 2: ("statuses", STATUS), 3: ("logs", LOG), 4: ("warnings", WARNING)}


def _read(data: bytes, table: dict[int, tuple[str, Reader, bool]]) -> Message:
    message: Message = {name: [] if repeated else None for name, _, repeated in table.values()}
    for number, value in fields(data):
        known = table.get(number)
        if known is None:
            continue
        name, reader, repeated = known
        if repeated:
            message[name].append(reader(value))
        else:
            message[name] = reader(value)
    return message


def read_status(data: bytes) -> dict[str, list[Message]]:
    """Read one message of the trace.

    Parameters:
        data: the protobuf bytes.

    Returns:
        Lists called vertexes, statuses, logs and warnings, of dictionaries named after the proto's fields.

    Raises:
        WireError: the bytes are no such message.
    """
    response: dict[str, list[Message]] = {name: [] for name, _ in KINDS.values()}
    for number, value in fields(data):
        if number in KINDS:
            if not isinstance(value, bytes):
                raise WireError("a message was expected")
            name, table = KINDS[number]
            response[name].append(_read(value, table))
    return response
