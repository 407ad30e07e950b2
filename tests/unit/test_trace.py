from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.trace import read_status
from dockermagic.engine.wire import WireError, bytes_field, int_field, text_field


def timestamp(seconds: int, nanos: int = 0) -> bytes:
    return int_field(1, seconds) + int_field(2, nanos)


def test_a_vertex_is_read() -> None:
    vertex = (
        text_field(1, "sha256:a")
        + text_field(2, "sha256:b")
        + text_field(2, "sha256:c")
        + text_field(3, "[1/2] FROM busybox")
        + int_field(4, 1)
        + bytes_field(5, timestamp(10, 500_000_000))
        + bytes_field(6, timestamp(11))
        + text_field(7, "went wrong")
    )
    assert read_status(bytes_field(1, vertex))["vertexes"] == [
        {
            "digest": "sha256:a",
            "inputs": ["sha256:b", "sha256:c"],
            "name": "[1/2] FROM busybox",
            "cached": True,
            "started": 10.5,
            "completed": 11.0,
            "error": "went wrong",
        }
    ]


def test_a_warning_carries_its_lines() -> None:
    span = bytes_field(7, bytes_field(1, int_field(1, 7)))
    warning = text_field(1, "sha256:a") + int_field(2, 1) + text_field(3, "Rule: text") + text_field(5, "https://docs") + span
    (found,) = read_status(bytes_field(4, warning))["warnings"]
    assert (found["short"], found["url"], found["lines"]) == ("Rule: text", "https://docs", [7])


def test_a_log_keeps_its_bytes() -> None:
    (found,) = read_status(bytes_field(3, text_field(1, "v") + int_field(3, 2) + bytes_field(4, b"\xff\n")))["logs"]
    assert (found["stream"], found["data"]) == (2, b"\xff\n")


def test_unset_times_are_none() -> None:
    (found,) = read_status(bytes_field(1, text_field(1, "a") + bytes_field(5, b"")))["vertexes"]
    assert found["started"] is None
    assert found["completed"] is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read_status(data)
    except WireError:
        return
    assert set(found) == {"vertexes", "statuses", "logs", "warnings"}


def test_a_number_where_a_message_is_due_is_refused() -> None:
    with pytest.raises(WireError):
        read_status(int_field(1, 5))
