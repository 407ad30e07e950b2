"""The protobuf wire format, as far as BuildKit's session and trace need it.

Source: protobuf encoding specification (varint, fixed64, length-delimited, fixed32). A message is read as
(field number, value) pairs: an int for varints, bytes for everything else. Around it gRPC puts a frame of five bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """Bytes that are no protobuf message."""


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    """Read one varint.

    Parameters:
        data: the message.
        place: where the varint starts, in bytes.

    Returns:
        The number, and the place after it.

    Raises:
        WireError: the varint does not end, or is longer than 64 bits.
    """
    number = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise WireError("a varint does not end")
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a message in their order.

    Raises:
        WireError: the bytes are no protobuf message.
    """
    place, end = 0, len(data)
    while place < end:
        key, place = read_varint(data, place)
        kind = key & 7
        if kind == VARINT:
            number, place = read_varint(data, place)
            yield key >> 3, number
            continue
        if kind == LENGTH:
            size, place = read_varint(data, place)
        elif kind == FIXED64:
            size = 8
        elif kind == FIXED32:
            size = 4
        else:
            raise WireError(f"unknown wire type {kind}")
        if place + size > end:
            raise WireError("a field is longer than its message")
        yield key >> 3, data[place : place + size]
        place += size


def varint(number: int) -> bytes:
    """Write one varint; a negative number as its 64-bit two's complement."""
    if 0 <= number < 0x80:
        return bytes((number,))
    number &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def int_field(field: int, number: int) -> bytes:
    """Write an integer field; zero is left out, as proto3 does."""
    return varint(field << 3 | VARINT) + varint(number) if number else b""


def bytes_field(field: int, data: bytes) -> bytes:
    """Write a bytes, string or message field, also when it is empty."""
    return varint(field << 3 | LENGTH) + varint(len(data)) + data


def text_field(field: int, text: str) -> bytes:
    """Write a string field; an empty one is left out, as proto3 does."""
    return bytes_field(field, text.encode()) if text else b""


def framed(message: bytes) -> bytes:
    """Put a message into its gRPC frame, uncompressed."""
    return b"\0" + struct.pack(">I", len(message)) + message
