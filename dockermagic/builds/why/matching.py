"""Which files of a context a COPY, an ADD or a bind mount takes, as BuildKit chooses them.

Source: moby/buildkit, cache/contenthash/checksum.go and solver/llbsolver/ops/file.go.

1. A source is a path from the context's root. With * ? or [ it is a pattern of Go's path.Match: a star does not cross folders.
2. A folder brings all that is in it.
3. Symlinks on the way to a source, and the source itself, are followed; those inside a folder are taken as they are.
4. What counts of a name is what the result shows: below a folder, the path from there; of what a pattern matched, its last part.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockermagic.builds.globs import BadPattern, check_syntax, expression
from dockermagic.builds.ignore import Ignore
from dockermagic.builds.why.prints import Print, Tree, digest
from dockermagic.errors import UsageError

__all__ = ["Selection", "Taken", "starts", "take"]

MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Selection:
    """What an instruction takes from the context: sources as paths without a leading slash, and its filters."""

    sources: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    parents: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The files that were taken: by path, and a digest of all that counts; `missing` are sources that match nothing.

    `ways` are the symlinks that were followed, with their targets.
    """

    files: dict[str, Print]
    digest: str
    ways: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def starts(selections: list[Selection]) -> set[str]:
    """Give the paths below which something may be taken; "" means everywhere."""
    found = set()
    for selection in selections:
        for source in selection.sources:
            parts = []
            for part in _clean(source).split("/"):
                if _is_pattern(part):
                    break
                parts.append(part)
            found.add("/".join(parts))
    return found


def take(selection: Selection, tree: Tree) -> Taken:
    """Choose the files.

    Parameters:
        selection: what is asked for; `tree`: the context, what .dockerignore leaves out left out.
    """
    files: dict[str, Print] = {}
    lines: list[str] = []
    missing = []
    for source in selection.sources:
        count = 0
        try:
            for path, shown in _source(source, selection, tree):
                seen = tree.files.get(path)
                if seen is None:
                    continue
                count += 1
                files[path] = seen
                lines.append(f"{shown}\0{seen.kind}\0{seen.mode}\0{seen.content}")
        except (BadPattern, UsageError, re.error):
            count = 0
        lines.append("")
        if not count and _clean(source):
            missing.append(source)
    doubts = tuple(sorted(path for path in tree.doubts if _concerns(path, selection, files)))
    return Taken(files, digest(*lines), _ways(selection, tree), tuple(missing), doubts)


def _ways(selection: Selection, tree: Tree) -> dict[str, str]:
    """Give the symlinks on the way to plain sources, with their targets."""
    ways: dict[str, str] = {}
    for source in selection.sources if not selection.parents else ():
        if not any(map(_is_pattern, source.split("/"))):
            _resolve(_clean(source), tree, ways=ways)
    return ways


def _concerns(path: str, selection: Selection, files: dict[str, Print]) -> bool:
    """Whether a path in doubt could be one of those that are taken."""
    for start in starts([selection]):
        if not start or not path or path == start or path.startswith(start + "/") or start.startswith(path + "/"):
            return True
    return path in files


def _source(source: str, selection: Selection, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield the paths of one source, each with the name that counts."""
    if selection.parents:
        pivot, found, pattern = source.partition("/./")
        folder, pattern = (_clean(pivot), _clean(pattern)) if found else ("", _clean(source))
        found_below = _filtered(_below(folder, tree), selection.exclude)
        wanted = Ignore((pattern,)) if pattern else None
        yield from ((path, shown) for path, shown in found_below if wanted is None or wanted.matches(shown))
        return
    clean = _clean(source)
    if not any(map(_is_pattern, clean.split("/"))):
        yield from _filtered(_whole(_resolve(clean, tree), tree), selection.exclude)
        return
    check_syntax(clean)
    matches = _go_match(clean)
    done = ""
    for path in tree.names:
        if path.count("/") == clean.count("/") and matches.search(path) and not (done and path.startswith(done + "/")):
            name = posixpath.basename(path)
            end = _resolve(path, tree)
            for each, shown in _filtered(_whole(end, tree), selection.exclude):
                yield each, f"{name}/{shown}" if shown else name
            done = path


def _go_match(pattern: str) -> re.Pattern[str]:
    """Make the expression of a pattern of path.Match, where two stars are no more than one."""
    return expression(re.sub(r"\*{2,}", "*", pattern))


def _filtered(found: Iterator[tuple[str, str]], exclude: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not exclude:
        yield from found
        return
    left_out = Ignore(exclude)
    yield from ((path, shown) for path, shown in found if not shown or not left_out.matches(shown))


def _whole(path: str, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield a file, or a folder with all that is in it."""
    if path:
        yield path, ""
    seen = tree.files.get(path)
    if not path or (seen is not None and seen.kind == "d"):
        yield from _below(path, tree)


def _below(folder: str, tree: Tree) -> Iterator[tuple[str, str]]:
    cut = len(folder) + 1 if folder else 0
    for path in tree.below(folder):
        yield path, path[cut:]


def _resolve(path: str, tree: Tree, left: int = MOST_LINKS, ways: dict[str, str] | None = None) -> str:
    """Follow the symlinks on the way to a path, and the one at its end; the path itself where they lead nowhere.

    Parameters:
        ways: receives the symlinks that were followed.
    """
    parts = path.split("/") if path else []
    for count in range(1, len(parts) + 1):
        here = "/".join(parts[:count])
        seen = tree.files.get(here)
        if seen is not None and seen.kind == "l":
            if not left:
                return path
            if ways is not None:
                ways[here] = seen.content
            target = posixpath.normpath(posixpath.join("/" + posixpath.dirname(here), seen.content, *parts[count:]))
            return _resolve(target.lstrip("/"), tree, left - 1, ways)
    return path


def _clean(source: str) -> str:
    return posixpath.normpath("/" + source).lstrip("/")


def _is_pattern(part: str) -> bool:
    return re.search(r"(?<!\\)[*?\[]", part) is not None
