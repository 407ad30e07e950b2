"""RPM's database as RPM 4.16 and later write it: a file of SQLite, whose table Packages has one header a package.

1. A header is two numbers (how many entries, how many bytes of data), an index entry for each of them (tag, type, offset, count),
   and the data. Numbers are big-endian, texts end with a zero byte.
2. The file comes out of an image, so nothing in it is trusted: it is opened in memory, SQLite's own work on it is bounded, and what
   is damaged tells of no packages.
3. RPM's older formats (Berkeley DB, "ndb") are not read.

Sources: rpm, lib/backend/sqlite.c and docs/manual/format_header.md; sqlite.org, fileformat2.html.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from collections.abc import Iterator

__all__ = ["SQLITE", "rpm_packages"]

SQLITE = b"SQLite format 3\0"
NAME, VERSION, RELEASE, EPOCH, SIZE, LONG_SIZE = 1000, 1001, 1002, 1003, 1009, 5009
TEXT, INT32, INT64 = 6, 4, 5
MOST = 100_000
"""Packages, and entries of one header, that are read; a whole desktop has about 3,000, and a header a few hundred."""
STEPS = 20_000_000
"""Instructions of SQLite's machine; a database of 3,000 packages takes about 30,000."""


def rpm_packages(content: bytes) -> list[tuple[str, str, int]] | None:
    """Give name, version and bytes of each package; None when it cannot be read as such a database."""
    if not content.startswith(SQLITE) or len(content) < 100:
        return None
    # Written with a log beside it (which the image's own engine has merged): in memory there is none.
    content = content[:18] + b"\1\1" + content[20:]
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        spent = [0]

        def spend() -> bool:
            spent[0] += 10_000
            return spent[0] > STEPS

        base.set_progress_handler(spend, 10_000)
        try:
            base.deserialize(content)
            base.execute("PRAGMA trusted_schema = OFF")
            rows = base.execute("SELECT blob FROM Packages LIMIT ?", (MOST,))
            found = [_package(bytes(row[0])) for row in rows if isinstance(row[0], bytes)]
        except (sqlite3.Error, OverflowError, MemoryError):
            return None
    # Keys that packages are signed with are kept as packages of no files.
    return [each for each in found if each is not None and each[0] != "gpg-pubkey"]


def _package(header: bytes) -> tuple[str, str, int] | None:
    values = dict(_values(header))
    name = values.get(NAME)
    if not isinstance(name, str) or not name:
        return None
    version = "-".join(str(values[tag]) for tag in (VERSION, RELEASE) if values.get(tag))
    epoch = f"{values[EPOCH]}:" if values.get(EPOCH) else ""
    size = values.get(LONG_SIZE, values.get(SIZE, 0))
    return name, epoch + version, size if isinstance(size, int) else 0


def _values(header: bytes) -> Iterator[tuple[int, str | int]]:
    """Yield the tags of a header that are asked for."""
    if len(header) < 8:
        return
    entries, _ = struct.unpack_from(">II", header)
    data = 8 + 16 * entries
    if entries > MOST or data > len(header):
        return
    for number in range(entries):
        tag, kind, offset, _ = struct.unpack_from(">IIII", header, 8 + 16 * number)
        if tag not in (NAME, VERSION, RELEASE, EPOCH, SIZE, LONG_SIZE) or data + offset >= len(header):
            continue
        start = data + offset
        if kind == TEXT:
            end = header.find(b"\0", start)
            yield tag, header[start : end if end >= 0 else len(header)][:200].decode("utf-8", "replace")
        elif kind in (INT32, INT64):
            width = 4 if kind == INT32 else 8
            yield tag, int.from_bytes(header[start : start + width], "big")
