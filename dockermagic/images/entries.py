"""What stands in a layer's archive: a file, a directory, a link, or the mark of something that the layer takes away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Entry", "Files", "Finding", "Kind", "Package", "place_of"]

Kind = Literal["file", "directory", "symlink", "hardlink", "fifo", "character", "block", "removed", "emptied"]
"""removed: a whiteout, the path is gone from here on. emptied: an opaque directory, what was below it is gone.

Source: OCI image specification, layer.md, "Whiteouts".
"""

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
RESERVED = ".wh..wh."


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a layer.

    `path` has no slash at its beginning or end. `size`: bytes of a file's content; a hard link has none of its own. `mode`:
    permission bits. `modified`: seconds since the epoch. `link`: where a link leads. `sum`: CRC-32 of a file's content, to tell
    whether it changed; None where it was not read.
    """

    path: str
    kind: Kind
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    modified: int = 0
    link: str = ""
    sum: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a layer that looks like a secret: where it is and what it looks like, never its value.

    `line` counts from 1; 0 when the file as a whole is meant. `rule`: what it was known by.
    """

    path: str
    rule: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a layer's files say is installed.

    `path`: the file that says so. `system`: "dpkg", "apk", "rpm", "pip", "npm"; "os" is the system itself, by its os-release.
    `name`: empty for a database of RPM that cannot be read. `size`: bytes unpacked; 0 where that is not told.
    """

    path: str
    system: str
    name: str
    version: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Files:
    """What a layer holds.

    `diff_id`: the SHA-256 of its unpacked archive, as the image's configuration names it. `packed`: bytes of its archive as it
    came, when it was compressed; None when it was not. `unsafe`: entries left out, whose paths lead out of the image.
    """

    diff_id: str
    entries: tuple[Entry, ...] = ()
    packed: int | None = None
    unsafe: int = 0
    findings: tuple[Finding, ...] = field(default=())
    packages: tuple[Package, ...] = field(default=())

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(entry.size for entry in self.entries)


def place_of(name: str) -> tuple[str, Kind | None] | None:
    """Read an entry's name.

    Returns:
        The path that it is about, and "removed" or "emptied" when it is a mark; None when it leads out of the image, or is one
        of the names that a storage driver keeps for itself.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in name:
        return None
    if not parts:
        return "", None
    last = parts[-1]
    if last == OPAQUE:
        return "/".join(parts[:-1]), "emptied"
    if any(part.startswith(RESERVED) for part in parts):
        return None
    if last.startswith(WHITEOUT):
        return "/".join([*parts[:-1], last[len(WHITEOUT) :]]), "removed"
    return "/".join(parts), None
