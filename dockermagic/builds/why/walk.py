"""Taking fingerprints of a folder: one walk, and a read of each file that is not known yet.

1. Only what .dockerignore leaves in is looked at, and only below the folders that a COPY can reach.
2. A file whose inode, size, time of change of content and of status are what they were is not read again. A file that was touched a
   moment before it was read is not known by that: it may change once more within the clock's tick.
3. What cannot be read, or changes while it is read, is in doubt: nothing is claimed of it.
4. Pipes, sockets and devices are never opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from dockermagic.builds.ignore import Ignore
from dockermagic.builds.why.prints import Print, Tree
from dockermagic.builds.why.reading import Stamp, read_print

__all__ = ["Known", "Stopped", "Walker", "fingerprint"]

Known = dict[str, tuple[Stamp, Print]]

READERS = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Threads that read files. With two processors a second one only gets into the way of the build."""
_KINDS = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l"}


class Stopped(Exception):
    """The walk was told to stop."""


@dataclass
class Walker:
    """One walk over a context.

    Parameters:
        root: the folder; `patterns`: as `ignore.read_ignore` gives them; `starts`: the paths below which something may be copied,
            "" for everything.
        known: fingerprints of an earlier walk, which is brought up to date.
        stopped: asked now and then whether to go on.
    """

    root: str
    patterns: tuple[str, ...] = ()
    starts: Collection[str] = ("",)
    known: Known = field(default_factory=dict)
    stopped: Callable[[], bool] = lambda: False
    fresh: Known = field(default_factory=dict)
    files: dict[str, Print] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    unread: list[tuple[str, os.stat_result]] = field(default_factory=list)

    def walk(self) -> Tree:
        """Take the fingerprints.

        Raises:
            Stopped: it was told to stop.
        """
        ignore = Ignore(self.patterns)
        for start in _outermost(self.starts):
            if ignore.simple:
                self._plain(start, ignore)
            else:
                self._with_exceptions(start, ignore)
        self._read()
        if self.fresh or not self.known.keys() <= self.files.keys():
            self.fresh = {**{path: each for path, each in self.known.items() if self.files.get(path) is each[1]}, **self.fresh}
        else:
            self.fresh = self.known
        return Tree.of(self.files, self.doubts)

    def _plain(self, start: str, ignore: Ignore) -> None:
        """Walk where no "!pattern" takes anything back in: what is left out is not entered."""
        folders = [start] if self._begin(start, ignore) else []
        root, files, get = self.root, self.files, self.known.get
        while folders:
            folder = folders.pop()
            prefix = folder + "/" if folder else ""
            left_out = ignore.decider(prefix.count("/"))
            if self.stopped():
                raise Stopped
            try:
                with os.scandir(f"{root}/{folder}" if folder else root) as entries:
                    for entry in entries:
                        path = prefix + entry.name
                        if left_out is not None and left_out(path):
                            continue
                        # Written out: this is done for every file, and must cost little more than to look at it.
                        info = entry.stat(follow_symlinks=False)
                        known = get(path)
                        if known is not None and known[0] == (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns):
                            files[path] = known[1]
                        elif self._record(path, info):
                            folders.append(path)
            except OSError:
                self.doubts.add(folder)

    def _begin(self, start: str, ignore: Ignore) -> bool:
        """Look at the path where a walk begins, and the folders above; say whether there is a folder to enter."""
        parts = start.split("/") if start else []
        for count in range(1, len(parts) + 1):
            path = "/".join(parts[:count])
            if ignore.matches(path):
                return False
            try:
                info = os.lstat(f"{self.root}/{path}")
            except OSError:
                return False
            self._record(path, info)
            if not stat.S_ISDIR(info.st_mode):
                return False
        return True

    def _with_exceptions(self, start: str, ignore: Ignore) -> None:
        stack = [("", ignore.root())]
        while stack:
            folder, state = stack.pop()
            if self.stopped():
                raise Stopped
            try:
                with os.scandir(f"{self.root}/{folder}" if folder else self.root) as entries:
                    for entry in entries:
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        if not _near(path, start):
                            continue
                        left_out, below = ignore.child(state, path)
                        is_folder = entry.is_dir(follow_symlinks=False)
                        if not left_out:
                            self._see(path, entry)
                            self._ways(path)
                        if is_folder and (not left_out or ignore.may_hold_exceptions(path)):
                            stack.append((path, below))
            except OSError:
                self.doubts.add(folder)

    def _ways(self, path: str) -> None:
        """Add the folders that are left out themselves and sent all the same, since something in them is."""
        while path := path.rpartition("/")[0]:
            if path in self.files:
                return
            try:
                self._record(path, os.lstat(f"{self.root}/{path}"))
            except OSError:
                self.doubts.add(path)

    def _see(self, path: str, entry: os.DirEntry[str]) -> None:
        """Take note of what a walk meets."""
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            self.doubts.add(path)
            return
        known = self.known.get(path)
        if known is not None and known[0] == (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns):
            self.files[path] = known[1]
        else:
            self._record(path, info)

    def _record(self, path: str, info: os.stat_result) -> bool:
        kind = _KINDS.get(stat.S_IFMT(info.st_mode), "o")
        if kind == "f":
            self.unread.append((path, info))
        elif kind == "l":
            try:
                self.files[path] = Print("l", 0, os.readlink(f"{self.root}/{path}"), 0, 0)
            except OSError:
                self.doubts.add(path)
        else:
            special = kind == "o"
            mode = stat.S_IMODE(info.st_mode) if special else 0
            self.files[path] = Print(kind, mode, str(stat.S_IFMT(info.st_mode)) if special else "", 0, 0)
        if not path.isascii():
            self._check_name(path)
        return kind == "d"

    def _check_name(self, path: str) -> None:
        try:
            path.encode()
        except UnicodeEncodeError:
            self.doubts.add(path)

    def _read(self) -> None:
        """Read the files that are not known, a few at a time: the hash is worked out beside Python."""
        count = len(self.unread)
        size = max(1, min(200, count // (READERS * 4) or 1))
        pieces = [self.unread[at : at + size] for at in range(0, count, size)]
        if count < 50 or READERS == 1:
            results: Iterable[list[tuple[str, Print | None, Stamp | None]]] = map(self._read_some, pieces)
            self._keep(results)
            return
        with ThreadPoolExecutor(READERS, "dockermagic reader") as pool:
            self._keep(pool.map(self._read_some, pieces))

    def _keep(self, results: Iterable[list[tuple[str, Print | None, Stamp | None]]]) -> None:
        for found in results:
            for path, made, stamp in found:
                if made is None:
                    self.doubts.add(path)
                    continue
                self.files[path] = made
                if stamp is not None:
                    self.fresh[path] = (stamp, made)

    def _read_some(self, files: list[tuple[str, os.stat_result]]) -> list[tuple[str, Print | None, Stamp | None]]:
        if self.stopped():
            raise Stopped
        return [(path, *read_print(f"{self.root}/{path}", info)) for path, info in files]


def fingerprint(
    root: str, patterns: tuple[str, ...] = (), starts: Collection[str] = ("",), known: Known | None = None
) -> tuple[Tree, Known]:
    """Take the fingerprints of a context; give them, and what makes the next time fast."""
    walker = Walker(root, patterns, starts, known or {})
    return walker.walk(), walker.fresh


def _outermost(starts: Collection[str]) -> list[str]:
    """Leave out starts that lie below others."""
    kept: list[str] = []
    for start in sorted(set(starts)):
        if not any(start == other or not other or start.startswith(other + "/") for other in kept):
            kept.append(start)
    return kept


def _near(path: str, start: str) -> bool:
    """Whether a path lies below a start, or on the way to it."""
    return not start or path == start or path.startswith(start + "/") or start.startswith(path + "/")
