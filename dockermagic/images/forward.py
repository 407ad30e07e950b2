"""A stream that `tarfile` can read, though it goes only forward: a byte is held once, and no more of them than were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockermagic.errors import ArchiveError

__all__ = ["Forward"]

LONGEST_READ = 16 << 20
"""Bytes that may be asked for at once: a header that says it is longer than this is no header."""


class Forward:
    """Slices of bytes as a file that can be read and skipped, not gone back in.

    Parameters:
        slices: the bytes, in pieces of any length.
    """

    def __init__(self, slices: Iterable[bytes]) -> None:
        self._slices = iter(slices)
        self._slice = b""
        self._at = 0
        self._gone = 0

    def tell(self) -> int:
        """Give the place, in bytes from the start."""
        return self._gone + self._at

    def _more(self) -> bool:
        """Go to the next slice; False at the end."""
        self._gone += len(self._slice)
        self._at = 0
        self._slice = next((slice for slice in self._slices if slice), b"")
        return bool(self._slice)

    def read(self, size: int) -> bytes:
        """Give the next bytes: fewer than `size` only at the end.

        Raises:
            ArchiveError: more are asked for than an honest archive asks for at once.
        """
        if size > LONGEST_READ or size < 0:
            raise ArchiveError("The archive has a header of absurd length.")
        found = self._slice[self._at : self._at + size]
        self._at += len(found)
        if len(found) == size:
            return found
        parts, missing = [found], size - len(found)
        while missing and self._more():
            part = self._slice[:missing]
            self._at = len(part)
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def seek(self, place: int, whence: int = 0) -> int:
        """Skip forward to a place; beyond the end is the end.

        Raises:
            ArchiveError: the place lies behind.
        """
        if whence or place < self.tell():
            raise ArchiveError("The archive leads backwards.")
        for _ in self.take(place - self.tell()):
            pass
        return self.tell()

    def take(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes in slices, uncopied where possible; fewer only at the end."""
        while size > 0:
            if self._at == len(self._slice) and not self._more():
                return
            part = self._slice if not self._at and size >= len(self._slice) else self._slice[self._at : self._at + size]
            self._at += len(part)
            size -= len(part)
            yield part

    def rest(self) -> Iterator[bytes]:
        """Yield all that is left."""
        while True:
            if self._at < len(self._slice):
                part = self._slice[self._at :]
                self._at = len(self._slice)
                yield part
            if not self._more():
                return
