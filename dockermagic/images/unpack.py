"""A layer's bytes as they were before they were compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import IO, cast

import zstandard

from dockermagic.errors import ArchiveError

__all__ = ["compression", "unpacked"]

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
PIECE = 1 << 18
"""Bytes that are unpacked at once: what bounds the memory that a few compressed bytes can ask for."""


def compression(beginning: bytes) -> str:
    """Say how something is compressed, by its first bytes: "gzip", "zstd", or "" for not at all."""
    if beginning.startswith(GZIP):
        return "gzip"
    return "zstd" if beginning.startswith(ZSTD) else ""


def unpacked(slices: Iterable[bytes], how: str) -> Iterator[bytes]:
    """Yield the unpacked bytes, in pieces of bounded length.

    Parameters:
        slices: the bytes as they come; `how`: "gzip", "zstd" or "".

    Raises:
        ArchiveError: they are damaged, or end too early.
    """
    if how == "gzip":
        return _gunzipped(slices)
    if how == "zstd":
        return _unzstd(slices)
    return iter(slices)


def _gunzipped(slices: Iterable[bytes]) -> Iterator[bytes]:
    """Several gzip members, one after the other, are one stream."""
    stream = zlib.decompressobj(31)
    begun = False
    try:
        for piece in slices:
            waiting = piece
            while waiting:
                begun = True
                found = stream.decompress(waiting, PIECE)
                if found:
                    yield found
                waiting = stream.unconsumed_tail
                if stream.eof:
                    waiting = stream.unused_data.lstrip(b"\0")
                    stream = zlib.decompressobj(31)
                    begun = False
    except zlib.error as error:
        raise ArchiveError(f"A compressed layer is damaged ({error}).") from error
    if begun:
        raise ArchiveError("A compressed layer ends too early.")


class _Slices:
    """Slices as a file, for the library."""

    def __init__(self, slices: Iterable[bytes]) -> None:
        self._slices = iter(slices)

    def read(self, size: int = -1) -> bytes:
        return next(self._slices, b"")


def _unzstd(slices: Iterable[bytes]) -> Iterator[bytes]:
    # A window is memory: what asks for more than other programs unpack by default is refused.
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        cast("IO[bytes]", _Slices(slices)), read_across_frames=True
    )
    try:
        while found := reader.read(PIECE):
            yield found
    except zstandard.ZstdError as error:
        raise ArchiveError(f"A compressed layer is damaged ({error}).") from error
