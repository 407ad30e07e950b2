"""The build context: which files of a folder a build is given.

The rules are those of tonistiigi/fsutil, which the docker CLI uses:

1. Depth first, the names of a folder sorted as bytes.
2. What an exclude pattern matches is left out, with all below it, unless a later "!" pattern takes it back in.
3. With include patterns, only what matches one is kept, and the folders on the way to it.
4. A folder whose content is taken in, though it is itself left out, is announced before its content.
5. The second and further names of a file with several are links to the first one that is kept.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dockermagic.builds.ignore import Ignore, State
from dockermagic.builds.links import follow, link_target
from dockermagic.errors import UsageError

PIECE = 1 << 17
LONGEST_SHOWN = 200
"""Characters of a path that a message shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the context.

    Parameters:
        path: relative to the context, with "/" between its parts.
        mode: st_mode. size: bytes. mtime_ns, ctime_ns: nanoseconds since the epoch.
        target: where a symlink points, or the path of the file that this is a further name (hard link) of.
        device: the device's number, for a device node. attributes: extended attributes.
    """

    path: str
    mode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    target: str = ""
    device: int = 0
    attributes: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class _Folder:
    """A folder on the way to where the walk is; announced once something in it is kept."""

    entry: Entry | None
    ignored: State | None
    included: State | None


@dataclass(slots=True)
class _Walk:
    root: str
    ignore: Ignore | None
    only: Ignore | None
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    open: list[_Folder] = field(default_factory=list)


class Context:
    """A folder that a build may read.

    Parameters:
        root: its path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def walk(self, ignore: Ignore | None, only: Ignore | None) -> Iterator[Entry]:
        """Yield the files of the context.

        Parameters:
            ignore: patterns of what to leave out, or None.
            only: patterns of what alone to keep, or None.

        Raises:
            UsageError: a name is not UTF-8, or a folder cannot be read.
        """
        walk = _Walk(os.fspath(self.root), ignore, only)
        walk.open.append(_Folder(None, ignore.root() if ignore else None, only.root() if only else None))
        yield from self._below(walk)

    def _below(self, walk: _Walk) -> Iterator[Entry]:
        """Walk with a stack of its own: folders may lie deeper than Python's calls."""
        stack = [("", self._names(walk, ""))]
        while stack:
            path, names = stack[-1]
            each = next(names, None)
            if each is None:
                stack.pop()
                walk.open.pop()
                continue
            above = walk.open[-1]
            inside = f"{path}/{each.name}" if path else each.name
            left_out, ignored = walk.ignore.child(above.ignored, inside) if walk.ignore and above.ignored else (False, None)
            taken_in, included = walk.only.child(above.included, inside) if walk.only and above.included else (True, None)
            is_folder = each.is_dir(follow_symlinks=False)
            keep = taken_in and not left_out
            if not keep and not (is_folder and self._worth_entering(walk, inside, left_out, taken_in)):
                continue
            entry = self._entry(walk, each, inside, keep)
            if entry is None:
                continue
            if keep:
                for folder in walk.open:
                    if folder.entry is not None:
                        yield folder.entry
                        folder.entry = None
                yield entry
            if is_folder:
                walk.open.append(_Folder(None if keep else entry, ignored, included))
                stack.append((inside, self._names(walk, inside)))

    @staticmethod
    def _names(walk: _Walk, path: str) -> Iterator[os.DirEntry[str]]:
        """Give what is in a folder, sorted as bytes."""
        try:
            with os.scandir(os.path.join(walk.root, path)) as found:
                return iter(sorted(found, key=lambda each: os.fsencode(each.name)))
        except (FileNotFoundError, NotADirectoryError) as error:
            if path:
                return iter(())  # removed, or replaced by a file, since its own folder was read
            raise UsageError(f"The folder {walk.root}, which is the context, is gone.", "See --context.") from error
        except OSError as error:
            raise _unreadable("folder", path or ".", error) from error

    @staticmethod
    def _worth_entering(walk: _Walk, path: str, left_out: bool, taken_in: bool) -> bool:
        if left_out and walk.ignore is not None:
            return walk.ignore.may_hold_exceptions(path)
        return not taken_in and walk.only is not None and walk.only.may_match_below(path)

    def _entry(self, walk: _Walk, each: os.DirEntry[str], path: str, keep: bool) -> Entry | None:
        try:
            path.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"The name {os.fsencode(path)!r} in the context is not UTF-8, so it cannot be sent.",
                "Rename it, or leave it out with a .dockerignore file.",
            ) from error
        try:
            info = each.stat(follow_symlinks=False)
            target = link_target(each.path) if stat.S_ISLNK(info.st_mode) else ""
            attributes = _attributes(each.path) if keep else ()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable("file", path, error) from error
        if keep and info.st_nlink > 1 and stat.S_ISREG(info.st_mode):
            target = walk.links.setdefault((info.st_dev, info.st_ino), path)
            target = "" if target == path else target
        device = info.st_rdev if stat.S_ISBLK(info.st_mode) or stat.S_ISCHR(info.st_mode) else 0
        return Entry(path, info.st_mode, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, target, device, attributes)

    def pieces(self, path: str, most: int | None = None) -> Iterator[bytes]:
        """Yield a file's content in pieces.

        Parameters:
            most: bytes to yield at most, since a file may grow faster than it is sent; None for all.

        Raises:
            FileNotFoundError: it is gone.
            UsageError: it cannot be read.
        """
        full = self.root / path
        try:
            if stat.S_ISSOCK(full.lstat().st_mode):
                return
            # Not blocking: what was a file when it was announced may be a pipe by now, and nobody may ever write to it.
            with open(full, "rb", buffering=0, opener=_open_at_once) as file:
                left = sys.maxsize if most is None else most
                while left > 0 and (piece := file.read(min(PIECE, left))):
                    left -= len(piece)
                    yield piece
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _unreadable("file", path, error) from error

    def follow(self, paths: list[str]) -> tuple[str, ...]:
        """Give the patterns for paths that a Dockerfile copies; see `links.follow`."""
        return follow(self.root, paths)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(kind: str, path: str, error: OSError) -> UsageError:
    shown = path if len(path) < LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}…"
    return UsageError(
        f"The {kind} “{shown}” of the context cannot be read: {(error.strerror or str(error)).lower()}.",
        "Leave it out with a .dockerignore file.",
    )


def _attributes(path: str) -> tuple[tuple[str, bytes], ...]:
    if sys.platform != "linux":
        return ()
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names))
    except OSError:
        return ()
