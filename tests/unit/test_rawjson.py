"""What buildx writes with --progress=rawjson, however it is cut and whatever stands between the messages."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.rawjson import parse_time, split_json

B = "sha256:" + "b" * 64


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


VERTEX = {
    "vertexes": [
        {
            "digest": B,
            "inputs": ["sha256:a"],
            "name": '[2/2] RUN echo "{"',
            "started": "2026-11-23T06:00:00.123456789Z",
            "cached": True,
        }
    ]
}
STATUS = {
    "statuses": [
        {"id": "sha256:x", "vertex": B, "name": "downloading", "total": 10, "current": 4, "timestamp": "2026-11-23T07:00:01+01:00"}
    ]
}
LOG = {"logs": [{"vertex": B, "stream": 2, "data": b64('caf\u00e9 }{\\"\n'), "timestamp": "2026-11-23T06:00:01.5Z"}]}
WARNING = {
    "warnings": [
        {
            "vertex": B,
            "level": 1,
            "short": b64("JSONArgsRecommended: use JSON"),
            "detail": [b64("why")],
            "url": "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
            "sourceInfo": {"filename": "Dockerfile"},
            "range": [{"start": {"line": 4}, "end": {"line": 4}}],
        }
    ]
}


def test_a_message_of_each_kind() -> None:
    text = "\n".join(json.dumps(each) for each in (VERTEX, STATUS, LOG, WARNING))
    messages, words, rest = split_json(text.encode() + b"\n")
    assert (words, rest) == ([], b"")
    assert messages[0]["vertexes"] == [
        {
            "digest": B,
            "inputs": ["sha256:a"],
            "name": '[2/2] RUN echo "{"',
            "cached": True,
            "started": pytest.approx(1795413600.123456789),
            "completed": None,
            "error": None,
        }
    ]
    assert messages[1]["statuses"] == [
        {
            "id": "sha256:x",
            "vertex": B,
            "name": "downloading",
            "current": 4,
            "total": 10,
            "timestamp": 1795413601.0,
            "started": None,
            "completed": None,
        }
    ]
    assert messages[2]["logs"] == [{"vertex": B, "stream": 2, "data": 'café }{\\"\n'.encode(), "timestamp": 1795413601.5}]
    assert messages[3]["warnings"] == [
        {
            "vertex": B,
            "level": 1,
            "short": "JSONArgsRecommended: use JSON",
            "detail": ["why"],
            "url": "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/",
            "lines": [4],
        }
    ]
    assert [sorted(message) for message in messages] == [["logs", "statuses", "vertexes", "warnings"]] * 4


def test_indented_objects_among_text() -> None:
    text = f"WARNING: buildx is old\n{json.dumps(VERTEX, indent=2)}\n\n#1 {{not json\n{json.dumps(LOG, indent=1)}\nERROR: failed\n"
    messages, words, rest = split_json(text.encode())
    assert [len(message["vertexes"]) for message in messages] == [1, 0]
    assert words == ["WARNING: buildx is old", "#1 {not json", "ERROR: failed"]
    assert rest == b""


def test_two_objects_on_one_line() -> None:
    messages, words, _ = split_json((json.dumps(VERTEX) + json.dumps(LOG)).encode() + b" tail\n")
    assert len(messages) == 2
    assert words == ["tail"]


@pytest.mark.parametrize("line", ['{"hello": 1}', "{", "{oops", '{"vertexes"; }', '{"vertexes": 1, "x": 2}', "}", '"{"'])
def test_what_looks_like_a_message_and_is_none_is_text(line: str) -> None:
    data = f"{line}\n{json.dumps(LOG)}\n".encode()
    messages, words, rest = split_json(data, final=True)
    assert words == [line]
    assert len(messages) == 1
    assert rest == b""


def test_an_empty_message() -> None:
    assert split_json(b"{}\n")[0] == [{"vertexes": [], "statuses": [], "logs": [], "warnings": []}]


def test_the_rest_waits_for_more_unless_nothing_will_come() -> None:
    assert split_json(b'ERROR: a\n{"logs": [') == ([], ["ERROR: a"], b'{"logs": [')
    assert split_json(b"ERR")[2] == b"ERR"
    assert split_json(b"ERR", final=True)[1] == ["ERR"]
    assert split_json(b'{"logs": [', final=True) == ([], ['{"logs": ['], b"")


@pytest.mark.parametrize(
    "odd",
    [
        {"vertexes": None},
        {"vertexes": 5},
        {"vertexes": [None, 1, "x", {}]},
        {"vertexes": [{"digest": 1, "inputs": "x", "name": [], "started": 4, "cached": "yes"}]},
        {"logs": [{"data": "***", "stream": "1"}]},
        {"logs": [{"data": None}]},
        {"statuses": [{"current": 1.5, "total": True, "timestamp": "yesterday"}]},
        {"warnings": [{"short": 5, "detail": [1], "range": [1, {"start": 2}, {"start": {"line": "x"}}]}]},
    ],
)
def test_odd_members_are_left_out(odd: dict[str, Any]) -> None:
    messages, words, _ = split_json(json.dumps(odd).encode() + b"\n")
    assert len(messages) == 1
    assert words == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T01:00:00.25+00:30", 1800.25),
        ("1970-01-01T00:00:01.000000001Z", 1.000000001),
        ("0001-01-01T00:00:00Z", None),
        ("2026-13-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_times(text: object, seconds: float | None) -> None:
    assert parse_time(text) == (None if seconds is None else pytest.approx(seconds, abs=1e-9))


def test_nanoseconds_are_kept_as_far_as_a_float_goes() -> None:
    assert parse_time("2026-11-23T06:00:00.123456789Z") == 1795413600.1234568


STREAM = (
    f"some text\n{json.dumps(VERTEX, indent=2)}\n{json.dumps(LOG)}{json.dumps(STATUS)}\r\n{{odd\n"
    f"{json.dumps(WARNING, ensure_ascii=False)}\nERROR: the end"
).encode()


def read(slices: list[bytes]) -> tuple[list[Any], list[str]]:
    messages: list[Any] = []
    words: list[str] = []
    rest = b""
    for data in slices:
        more, lines, rest = split_json(rest + data)
        messages += more
        words += lines
    more, lines, rest = split_json(rest, final=True)
    assert rest == b""
    return messages + more, words + lines


@given(st.lists(st.integers(0, len(STREAM)), max_size=12).map(sorted))
def test_cutting_the_stream_anywhere_changes_nothing(cuts: list[int]) -> None:
    edges = [0, *cuts, len(STREAM)]
    assert read([STREAM[a:b] for a, b in pairwise(edges)]) == read([STREAM])
    assert len(read([STREAM])[0]) == 4
    assert read([STREAM])[1] == ["some text", "{odd", "ERROR: the end"]


PIECES = [
    b'{"vertexes": [',
    b'{"logs"',
    b"{",
    b"}",
    b'"',
    b"\\",
    b"]",
    b"\n",
    b"{}",
    b'{"warnings":[{"short":"!"}]}',
    b"\xff",
    b" ",
]


@given(st.lists(st.one_of(st.binary(max_size=6), st.sampled_from(PIECES)), max_size=15))
def test_any_bytes_end(slices: list[bytes]) -> None:
    read(slices)
