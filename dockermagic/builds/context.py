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
import posixpath
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dockermagic.builds.ignore import Ignore, State
from dockermagic.errors import UsageError

PIECE = 1 << 17
HEAVY = 100_000_000


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
        yield from self._folder(walk, "")

    def _folder(self, walk: _Walk, path: str) -> Iterator[Entry]:
        try:
            with os.scandir(os.path.join(walk.root, path)) as found:
                names = sorted(found, key=lambda each: os.fsencode(each.name))
        except PermissionError as error:
            raise UsageError(
                f"The folder “{path or '.'}” of the context cannot be read: permission denied.",
                "Leave it out with a .dockerignore file.",
            ) from error
        except FileNotFoundError:
            return
        above = walk.open[-1]
        for each in names:
            inside = f"{path}/{each.name}" if path else each.name
            left_out, ignored = walk.ignore.child(above.ignored, inside) if walk.ignore and above.ignored else (False, None)
            taken_in, included = walk.only.child(above.included, inside) if walk.only and above.included else (True, None)
            is_folder = each.is_dir(follow_symlinks=False)
            keep = taken_in and not left_out
            if is_folder and not keep and not self._worth_entering(walk, inside, left_out, taken_in):
                continue
            if not keep and not is_folder:
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
                yield from self._folder(walk, inside)
                walk.open.pop()

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
            target = _link(each.path) if stat.S_ISLNK(info.st_mode) else ""
            attributes = _attributes(each.path) if keep else ()
        except FileNotFoundError:
            return None
        if keep and info.st_nlink > 1 and stat.S_ISREG(info.st_mode):
            target = walk.links.setdefault((info.st_dev, info.st_ino), path)
            target = "" if target == path else target
        device = info.st_rdev if stat.S_ISBLK(info.st_mode) or stat.S_ISCHR(info.st_mode) else 0
        return Entry(path, info.st_mode, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, target, device, attributes)

    def pieces(self, path: str) -> Iterator[bytes]:
        """Yield a file's content in pieces.

        Raises:
            OSError: it cannot be read, or is gone.
        """
        if stat.S_ISSOCK((self.root / path).lstat().st_mode):
            return
        with open(self.root / path, "rb", buffering=0) as file:
            while piece := file.read(PIECE):
                yield piece

    def follow(self, paths: list[str]) -> tuple[str, ...]:
        """Give the patterns for paths that a Dockerfile copies: the paths, and what the symlinks on the way lead to.

        Parameters:
            paths: relative to the context; the last part may be a pattern.

        Source: tonistiigi/fsutil followlinks.go. No pattern at all when the whole context is meant.
        """
        found: set[str] = set()
        for path in paths:
            self._follow(posixpath.normpath(path.lstrip("/") or "."), found)
        kept: list[str] = []
        for path in sorted(found):
            if path == ".":
                return ()
            if not kept or not path.startswith(kept[-1] + "/"):
                kept.append(path)
        return tuple(kept)

    def _follow(self, path: str, found: set[str]) -> None:
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            current = "/".join(parts[:count])
            targets = self._targets(current)
            last = count == len(parts)
            if (last or targets) and current in found:
                return
            if targets:
                found.add(current)
                for target in targets:
                    rest = posixpath.normpath("/".join([target, *parts[count:]])).lstrip("/")
                    self._follow(rest or ".", found)
                return
            if last:
                found.add(current)

    def _targets(self, path: str) -> list[str]:
        """Give where symlinks point, as paths in the context; a pattern in the last part stands for all that it matches."""
        folder, name = posixpath.split(path)
        names = [name]
        if any(sign in name for sign in "*?["):
            pattern = Ignore((path,))
            try:
                names = [each for each in os.listdir(self.root / folder) if pattern.matches(f"{folder}/{each}" if folder else each)]
            except OSError:
                return []
        targets = []
        for each in sorted(names):
            full = self.root / folder / each
            if full.is_symlink():
                link = _link(full)
                targets.append(link if link.startswith("/") else posixpath.normpath(f"/{folder}/{link}"))
        return targets


def _link(path: str | os.PathLike[str]) -> str:
    """Give where a symlink points, with "/" between its parts."""
    target = os.fsdecode(os.readlink(path))
    return target.replace("\\", "/") if os.name == "nt" else target


def _attributes(path: str) -> tuple[tuple[str, bytes], ...]:
    if sys.platform != "linux":
        return ()
    try:
        names = os.listxattr(path, follow_symlinks=False)
        return tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names))
    except OSError:
        return ()


@dataclass(slots=True)
class Weight:
    """How heavy the context is, and what makes it so; counted while it is walked."""

    total: int = 0
    files: int = 0
    folders: dict[str, int] = field(default_factory=dict)
    notebook: str = ""

    def weighing(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Hand the entries on, and count them."""
        for entry in entries:
            if stat.S_ISREG(entry.mode) and not entry.target:
                self.total += entry.size
                self.files += 1
                folder = entry.path.partition("/")[0] + "/" if "/" in entry.path else "."
                self.folders[folder] = self.folders.get(folder, 0) + entry.size
                if entry.path.endswith(".ipynb") and not self.notebook:
                    self.notebook = entry.path
            yield entry

    def remarks(self) -> Iterator[str]:
        """Yield what is worth knowing about the context, a sentence or two each."""
        if self.total > HEAVY:
            yield self._heavy()
        if self.notebook:
            yield (
                f"The notebook {self.notebook} is part of the context: whenever it is saved, a COPY that takes it runs again. "
                "A .dockerignore file with the line *.ipynb keeps it out."
            )

    def _heavy(self) -> str:
        """Say how heavy it is, with the three biggest folders."""
        biggest = sorted(self.folders.items(), key=lambda pair: -pair[1])[:3]
        listed = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in biggest)
        return (
            f"The context is large: {self.total / 1e6:,.0f} MB in {self.files:,} files. Biggest: {listed}. "
            "A .dockerignore file keeps out what the build does not need."
        )
