"""The packets of `FileSync/DiffCopy`: how a file of the context is announced to BuildKit, and how its content travels.

Source: tonistiigi/fsutil, types/wire.proto and types/stat.proto.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from dockermagic.engine.wire import bytes_field, framed, int_field, text_field

if TYPE_CHECKING:
    from dockermagic.builds.context import Entry

STAT, REQ, DATA, FIN, ERR = range(5)

# Go's os.FileMode keeps the kind of a file in other bits than Unix does.
GO_KINDS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFIFO: 1 << 25,
    stat.S_IFCHR: 1 << 26 | 1 << 21,
}
GO_BITS = ((stat.S_ISUID, 1 << 23), (stat.S_ISGID, 1 << 22), (stat.S_ISVTX, 1 << 20))


def go_mode(mode: int) -> int:
    """Give Go's os.FileMode for a Unix mode; a socket counts as an empty file, as it does for the docker CLI."""
    permissions = 0o755 if os.name == "nt" else mode & 0o777
    bits = sum(theirs for ours, theirs in GO_BITS if mode & ours)
    return permissions | bits | GO_KINDS.get(stat.S_IFMT(mode), 0)


def change_stamp(entry: Entry) -> int:
    """Give the modification time that BuildKit is told, in nanoseconds: right to the second, a fingerprint below it.

    BuildKit keeps the files of the last build and asks again only for those whose size or time differs, so an edit that
    keeps both would be missed. Inode and change time do not survive such an edit; they go where nobody looks.
    """
    mark = f"{entry.mtime_ns}|{entry.ctime_ns}|{entry.inode}|{entry.size}".encode()
    below = int.from_bytes(hashlib.blake2b(mark, digest_size=4).digest(), "little") % 1_000_000_000
    return entry.mtime_ns // 1_000_000_000 * 1_000_000_000 + below


def stat_packet(entry: Entry) -> bytes:
    """Write the fsutil packet that announces a file; owner and group are root's, as in every context."""
    attributes = b"".join(bytes_field(10, text_field(1, key) + bytes_field(2, value)) for key, value in entry.attributes)
    size = entry.size if stat.S_ISREG(entry.mode) and not entry.target else 0
    message = (
        text_field(1, entry.path)
        + int_field(2, go_mode(entry.mode))
        + int_field(5, size)
        + int_field(6, change_stamp(entry))
        + text_field(7, entry.target)
        + int_field(8, os.major(entry.device) if entry.device else 0)
        + int_field(9, os.minor(entry.device) if entry.device else 0)
        + attributes
    )
    return framed(bytes_field(2, message))


def data_packet(number: int, data: bytes) -> bytes:
    """Write the packet that carries a piece of a requested file; an empty one ends it."""
    return framed(int_field(1, DATA) + int_field(3, number) + (bytes_field(4, data) if data else b""))
