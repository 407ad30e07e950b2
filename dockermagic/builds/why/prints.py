"""Fingerprints of files: what of a file counts for the cache, and what changed between two looks at a folder.

What counts is what BuildKit hashes (cache/contenthash): type, permissions, content or link target, extended attributes, and where
it lies. Times do not, nor does the owner, which is sent as 0. A folder's permissions do not count either: BuildKit takes over new
ones of a folder that it has without looking at its hash again (tonistiigi/fsutil, diskwriter.go; seen on 20.10 and 28).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dockermagic.builds.cause import Change, FileChange

__all__ = ["Print", "Tree", "compare", "digest"]


class Print(NamedTuple):
    """A file's fingerprint.

    `kind`: "f" file, "d" folder, "l" symlink, "o" anything else; `mode`: permissions (0 for a link or a folder); `content`: its
    SHA-256, a link's target; `lines`: how many lines a file of text has, -1 when it is none; `size`: bytes.
    """

    kind: str
    mode: int
    content: str
    lines: int
    size: int


@dataclass(frozen=True)
class Tree:
    """The fingerprints of a context's files, by path; `doubts` are paths that could not be read, or changed meanwhile."""

    files: Mapping[str, Print] = field(default_factory=dict)
    doubts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, files: Mapping[str, Print], doubts: Iterable[str] = ()) -> Tree:
        """Make a tree of fingerprints in any order."""
        return cls(files, frozenset(doubts))

    @cached_property
    def names(self) -> Sequence[str]:
        """The paths, sorted."""
        return sorted(self.files)

    def below(self, folder: str) -> Iterator[str]:
        """Yield the paths inside a folder; all of them for the empty one."""
        if not folder:
            yield from self.names
            return
        start = folder + "/"
        for place in range(bisect_left(self.names, start), len(self.names)):
            if not self.names[place].startswith(start):
                return
            yield self.names[place]


def digest(*parts: str) -> str:
    """Give a short hash of texts; where one ends and the next begins counts."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        made.update(b"%d:" % len(data) + data)
    return made.hexdigest()


def compare(old: Mapping[str, Print], new: Mapping[str, Print]) -> tuple[FileChange, ...]:
    """Tell what happened to files between two looks, sorted by path.

    1. A file that went and one that came, alike in all but their names, are one that was renamed; only when that is unambiguous.
    2. A folder that came or went is told only when it is empty: else its files tell it.
    """
    gone = {path: old[path] for path in old.keys() - new.keys()}
    come = {path: new[path] for path in new.keys() - old.keys()}
    found = list(_renamed(gone, come))
    for change, paths, all_paths in (("added", come, new), ("deleted", gone, old)):
        parents = {path.rpartition("/")[0] for path in all_paths}
        for path, seen in paths.items():
            if seen.kind != "d" or path not in parents:
                lines = seen.lines if seen.kind == "f" else 0
                found.append(FileChange(path, "added" if change == "added" else "deleted", lines=lines))
    for path in old.keys() & new.keys():
        if old[path] != new[path] and (kind := _change(old[path], new[path])):
            lines = new[path].lines - old[path].lines if kind == "content" and min(new[path].lines, old[path].lines) >= 0 else 0
            found.append(FileChange(path, kind, lines=lines))
    return tuple(sorted(found, key=lambda each: each.path))


def _change(old: Print, new: Print) -> Change | None:
    if old.kind != new.kind:
        return "type"
    if old.content != new.content:
        return "link" if new.kind == "l" else "content"
    return "mode" if old.mode != new.mode else None


def _renamed(gone: dict[str, Print], come: dict[str, Print]) -> Iterator[FileChange]:
    """Yield the files that were renamed, and take them out of both."""
    before: dict[Print, list[str]] = {}
    after: dict[Print, list[str]] = {}
    for group, files in ((before, gone), (after, come)):
        for path, seen in files.items():
            if seen.kind in ("f", "l"):
                group.setdefault(seen, []).append(path)
    for seen, paths in after.items():
        if len(paths) == 1 and len(before.get(seen, ())) == 1:
            was = before[seen][0]
            del gone[was], come[paths[0]]
            yield FileChange(paths[0], "renamed", was=was)
