"""Reading one file for its fingerprint, and knowing it again without reading it."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time

from dockermagic.builds.why.prints import Print

__all__ = ["Stamp", "read_print", "read_text"]

Stamp = tuple[int, int, int, int]
"""Inode, size, and times in nanoseconds: of the content's change and the status's."""

TICK = 50_000_000
"""Nanoseconds within which two changes of a file may bear the same time."""
PIECE = 1 << 20
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


def _stamp(info: os.stat_result) -> Stamp:
    return (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


def read_print(path: str, info: os.stat_result) -> tuple[Print | None, Stamp | None]:
    """Read a file; give its fingerprint, None when it cannot be had, and by what it can be known again."""
    began, stamp = time.time_ns(), _stamp(info)
    try:
        handle = os.open(path, FLAGS)
    except OSError:
        return None, None
    try:
        # Written out, since every file of a context comes this way. No more is read than the file had: one that grows may do so
        # without end, and its size tells on it.
        made, lines, left = hashlib.sha256(), 0, info.st_size
        while left > 0 and (piece := os.read(handle, min(PIECE, left))):
            left -= len(piece)
            made.update(piece)
            if lines >= 0:
                lines = -1 if b"\0" in piece else lines + piece.count(b"\n")
        after = os.fstat(handle)
        attributes = _attributes(handle)
    except OSError:
        return None, None
    finally:
        os.close(handle)
    if _stamp(after) != stamp or not stat.S_ISREG(after.st_mode):
        return None, None
    seen = Print("f", stat.S_IMODE(info.st_mode), made.hexdigest() + attributes, lines, info.st_size)
    return seen, stamp if began - info.st_ctime_ns > TICK else None


def _attributes(handle: int) -> str:
    if sys.platform != "linux":
        return ""
    try:
        names = [
            name for name in os.listxattr(handle) if name == "security.capability" or not name.startswith(("security.", "system."))
        ]
        return "".join(f"|{name}={os.getxattr(handle, name).hex()}" for name in sorted(names))
    except OSError:
        return ""


def read_text(root: str, path: str) -> str | None:
    """Give a small file of text; None where there is none."""
    full = os.path.join(root, path)
    try:
        if not root or not stat.S_ISREG(os.stat(full).st_mode) or os.path.getsize(full) > PIECE:
            return None
        with open(full, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None
