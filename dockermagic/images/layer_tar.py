"""A layer's archive, read once from its beginning to its end: what stands in it, and what looks like a secret."""

from __future__ import annotations

import re
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from dockermagic.errors import ArchiveError
from dockermagic.images.entries import Entry, Finding, Kind, Package, place_of
from dockermagic.images.forward import Forward

__all__ = ["LOOKED_AT", "MOST_ENTRIES", "Contents", "Look", "members", "read_layer"]

MOST_ENTRIES = 3_000_000
"""Entries of a layer that are taken in; the largest images have a tenth of that."""

LOOKED_AT = 1 << 18
"""Bytes at the beginning of a file that are looked at."""

DATABASE = re.compile(r"(?:^|/)(?:lib/apk/db/installed|var/lib/dpkg/status|(?:var/lib|usr/lib/sysimage)/rpm/rpmdb\.sqlite)$")
LARGEST_DATABASE = 1 << 25
"""Bytes of a package manager's database that are looked at; the largest ones seen have half of that."""

Look = Callable[[str, bytes], Iterable[Finding | Package]]
"""Give what is worth a note in a file, by its path and its first bytes."""

_KINDS: dict[bytes, Kind] = {
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character",
    tarfile.BLKTYPE: "block",
}
_DAMAGE = (tarfile.TarError, ValueError, OverflowError, EOFError, struct.error, zlib.error, RecursionError)


class Contents:
    """What a layer's archive held: `entries`, what was `noted` in its files, and how many entries were `unsafe`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.noted: list[Finding | Package] = []
        self.unsafe = 0


def members(stream: Forward) -> Iterator[tarfile.TarInfo]:
    """Yield the members of an archive, keeping none of them.

    Raises:
        ArchiveError: it is damaged, or no archive.
    """
    try:
        archive = tarfile.TarFile(fileobj=cast("IO[bytes]", stream), errorlevel=2)
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps all of them, for ever
            yield member
    except _DAMAGE as error:
        raise ArchiveError(f"The archive is damaged ({error}).") from error


def read_layer(slices: Iterable[bytes], look: Look | None = None) -> Contents:
    """Read a layer's unpacked archive.

    Parameters:
        slices: its bytes in order; all of them are read.
        look: finds secrets and packages; None to look for none.

    Raises:
        ArchiveError: it is damaged, or has an absurd number of entries.
    """
    stream, contents = Forward(slices), Contents()
    for member in members(stream):
        if len(contents.entries) >= MOST_ENTRIES:
            raise ArchiveError(f"A layer has more than {MOST_ENTRIES:,} entries.")
        place = place_of(member.name)
        if place is None:
            contents.unsafe += ".." in member.name.split("/")
            continue
        path, mark = place
        if mark is not None:
            contents.entries.append(Entry(path, mark))
        elif path:
            contents.entries.append(_entry(path, member, stream, look, contents.noted))
    for _ in stream.rest():
        pass  # what follows the archive's end is padding, and counts for its hash
    return contents


def _entry(path: str, member: tarfile.TarInfo, stream: Forward, look: Look | None, noted: list[Finding | Package]) -> Entry:
    kind = _KINDS.get(member.type, "file")
    total = None
    if kind == "file" and not member.issparse():
        total, beginning = _summed(stream, member.size, LARGEST_DATABASE if DATABASE.search(path) else LOOKED_AT)
        if look is not None:
            noted += look(path, beginning)
    return Entry(
        path,
        kind,
        size=member.size if kind == "file" else 0,
        mode=member.mode & 0o7777,
        uid=member.uid,
        gid=member.gid,
        modified=int(member.mtime),
        link=member.linkname if kind in ("symlink", "hardlink") else "",
        sum=total,
    )


def _summed(stream: Forward, size: int, most: int) -> tuple[int, bytes]:
    """Give the CRC-32 of a file's content, and its beginning of at most so many bytes."""
    total, missing = 0, size
    beginning: list[bytes] = []
    for piece in stream.take(size):
        total = zlib.crc32(piece, total)
        if size - missing < most:
            beginning.append(piece[: most - (size - missing)])
        missing -= len(piece)
    if missing:
        raise ArchiveError("The archive ends in the middle of a file.")
    return total, b"".join(beginning)
