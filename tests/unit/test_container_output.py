"""The output of a container: frames cut anywhere, and the part of it that is kept."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.frames import Frames
from dockermagic.containers.kept import Kept

PIECES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=12)


def framed(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def joined(chunks: list[tuple[int, str]]) -> dict[int, str]:
    return {stream: "".join(text for each, text in chunks if each == stream) for stream in (1, 2)}


@given(PIECES, st.lists(st.integers(0, 600), max_size=8))
def test_frames_may_be_cut_anywhere(pieces: list[tuple[int, bytes]], cuts: list[int]) -> None:
    data = b"".join(framed(stream, piece) for stream, piece in pieces)
    frames = Frames()
    found: list[tuple[int, str]] = []
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        found += frames.feed(data[begin:end])
    found += frames.close()
    whole = {stream: b"".join(piece for each, piece in pieces if each == stream).decode("utf-8", "replace") for stream in (1, 2)}
    assert joined(found) == whole


@given(st.binary(max_size=100))
def test_any_bytes_are_frames_or_refused(data: bytes) -> None:
    frames = Frames()
    with contextlib.suppress(ValueError):
        assert sum(len(text) for _, text in frames.feed(data)) <= len(data)


def test_a_letter_cut_in_two_frames() -> None:
    frames = Frames()
    data = "ö".encode()
    assert list(frames.feed(framed(1, data[:1]) + framed(2, b"x") + framed(1, data[1:]))) == [(2, "x"), (1, "ö")]


def test_with_a_terminal_there_are_no_frames() -> None:
    frames = Frames(tty=True)
    assert list(frames.feed(b"\x01\x00\x00\x00\x00\x00\x00\x02hi")) == [(1, "\x01\x00\x00\x00\x00\x00\x00\x02hi")]


def test_what_the_engine_itself_says_is_stderr() -> None:
    assert list(Frames().feed(framed(3, b"error"))) == [(2, "error")]


def test_a_short_output_is_kept_whole() -> None:
    kept = Kept(head=10, tail=20)
    for text in ("one\n", "two\n", "three\n"):
        kept.add(1, text)
    kept.add(2, "bad\n")
    log = kept.log()
    assert list(log.chunks()) == [(1, "one\ntwo\nth"), (1, "ree\n"), (2, "bad\n")]
    assert (log.text(), log.lines) == ("one\ntwo\nthree\nbad\n", 4)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.text(alphabet="ab\n", max_size=50)), max_size=60))
def test_beginning_and_end_are_kept(pieces: list[tuple[int, str]]) -> None:
    kept = Kept(head=40, tail=100)
    for stream, text in pieces:
        kept.add(stream, text)
    whole = "".join(text for _, text in pieces)
    text = kept.log().text()
    assert kept.log().lines == whole.count("\n")
    if len(whole) <= 140:
        assert text == whole
        return
    assert text.startswith(whole[:40])
    _, _, end = text.partition("are left out here …\n")
    assert whole.endswith(end)
    assert 0 < len(end) <= 100
    assert kept.characters_gone == len(whole) - 40 - len(end)
    assert kept.lines_gone == whole[40 : 40 + kept.characters_gone].count("\n")


@pytest.mark.parametrize("piece", ["x\n", "x" * 50_000, "line of some length\n" * 300])
def test_little_is_kept_of_much(piece: str) -> None:
    kept = Kept(head=10_000, tail=30_000, whole="c.logs()")
    for _ in range(2_000_000 // len(piece)):
        kept.add(1, piece)
    log = kept.log()
    assert len(log.text()) < 41_000
    assert "c.logs() has them all" in log.text()
    assert sum(1 for _ in log.chunks()) < 100


def test_the_version_tells_of_something_new() -> None:
    kept = Kept()
    before = kept.version
    kept.add(1, "x")
    assert kept.version != before
