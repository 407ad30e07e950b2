from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.engine.wire import WireError, bytes_field, fields, int_field, read_varint, text_field, varint


@given(st.integers(0, 2**64 - 1))
def test_a_varint_reads_back(number: int) -> None:
    data = varint(number)
    assert read_varint(data, 0) == (number, len(data))


def test_a_negative_number_is_its_twos_complement() -> None:
    assert read_varint(varint(-1), 0)[0] == 2**64 - 1


@given(st.lists(st.tuples(st.integers(1, 5000), st.one_of(st.integers(1, 2**63), st.binary(max_size=300)))))
def test_fields_read_back(message: list[tuple[int, int | bytes]]) -> None:
    data = b"".join(int_field(n, v) if isinstance(v, int) else bytes_field(n, v) for n, v in message)
    assert list(fields(data)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = list(fields(data))
    except WireError:
        return
    assert all(isinstance(value, int | bytes) for _, value in found)


@given(st.binary(min_size=1, max_size=60))
def test_a_cut_message_is_refused_or_shorter(payload: bytes) -> None:
    whole = bytes_field(3, payload)
    with pytest.raises(WireError):
        list(fields(whole[:-1]))


def test_proto3_leaves_zero_and_empty_text_out() -> None:
    assert int_field(1, 0) == b""
    assert text_field(1, "") == b""
    assert text_field(2, "é") == b"\x12\x02\xc3\xa9"


def test_fixed_width_fields_are_read() -> None:
    assert list(fields(b"\x09" + b"12345678" + b"\x15" + b"abcd")) == [(1, b"12345678"), (2, b"abcd")]
