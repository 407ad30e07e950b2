"""Where the symlinks lead that a COPY meets: what they point at has to be in the context as well.

Source: tonistiigi/fsutil, followlinks.go.
"""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from dockermagic.builds.ignore import Ignore


def follow(root: Path, paths: list[str]) -> tuple[str, ...]:
    """Give the patterns for paths that a Dockerfile copies: the paths, and what the symlinks on the way lead to.

    Parameters:
        root: the context's folder.
        paths: relative to the context; the last part may be a pattern.

    Source: tonistiigi/fsutil followlinks.go. No pattern at all when the whole context is meant.
    """
    found: set[str] = set()
    for path in paths:
        _follow(root, posixpath.normpath(path.lstrip("/") or "."), found)
    kept: list[str] = []
    for path in sorted(found):
        if path == ".":
            return ()
        if not kept or not path.startswith(kept[-1] + "/"):
            kept.append(path)
    return tuple(kept)


def _follow(root: Path, path: str, found: set[str]) -> None:
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        current = "/".join(parts[:count])
        targets = _targets(root, current)
        last = count == len(parts)
        if (last or targets) and current in found:
            return
        if targets:
            found.add(current)
            for target in targets:
                rest = posixpath.normpath("/".join([target, *parts[count:]])).lstrip("/")
                _follow(root, rest or ".", found)
            return
        if last:
            found.add(current)


def _targets(root: Path, path: str) -> list[str]:
    """Give where symlinks point, as paths in the context; a pattern in the last part stands for all that it matches."""
    folder, name = posixpath.split(path)
    names = [name]
    if any(sign in name for sign in "*?["):
        pattern = Ignore((path,))
        try:
            names = [each for each in os.listdir(root / folder) if pattern.matches(f"{folder}/{each}" if folder else each)]
        except OSError:
            return []
    targets = []
    for each in sorted(names):
        full = root / folder / each
        if os.path.islink(full):
            link = link_target(full)
            targets.append(link if link.startswith("/") else posixpath.normpath(f"/{folder}/{link}"))
    return targets


def link_target(path: str | os.PathLike[str]) -> str:
    """Give where a symlink points, with "/" between its parts."""
    target = os.fsdecode(os.readlink(path))
    return target.replace("\\", "/") if os.name == "nt" else target
