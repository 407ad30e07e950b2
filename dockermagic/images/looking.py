"""Questions about the files of an image: what a path leads to, what lies below it, what is called so, what differs.

Links are followed inside the image only: `..` ends at its root, an absolute link begins there, and 40 links are enough, as in
Linux (path_resolution(7)). Nothing here ever touches a file of this machine.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import replace

from dockermagic.errors import UsageError
from dockermagic.images.answers import Differences, Find, Finds, Tree
from dockermagic.images.branches import branches, pruned
from dockermagic.images.entries import Entry, place_of
from dockermagic.images.model import Image
from dockermagic.images.stack import Change, Node, differences, stack

__all__ = ["compared", "entries_of", "find", "holder", "listed", "resolve", "state", "tree"]

MOST_LINKS = 40
DRAWN = 300
"""Branches of a tree that are drawn."""


def state(image: Image, layer: int = 0) -> Node:
    """Give what a container would see if the image ended with a layer.

    Parameters:
        layer: its number, from 1; 0 for the last one.

    Raises:
        UsageError: there is no such layer.
    """
    most = len(image.layers)
    if not 0 <= layer <= most:
        raise UsageError(
            f"{image.name} has no layer {layer}.", f"Its layers are numbered from 1 to {most}; %docker_layers shows them."
        )
    return image.stacked.top if layer in (0, most) else stack(image.known[:layer]).top


def entries_of(image: Image, layer: int = 0) -> Iterator[Entry]:
    """Yield all that a container would see, in no order; see `state`."""
    return _below(state(image, layer))


def _below(top: Node) -> Iterator[Entry]:
    return (node.entry for node in top.walk() if node.entry is not None)


def resolve(top: Node, path: str) -> tuple[str, Node] | None:
    """Find what a path leads to, links followed; its real path and its node, or None when there is nothing.

    Raises:
        UsageError: links lead in a circle.
    """
    waiting = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    done: list[tuple[str, Node]] = [("", top)]
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            del done[max(1, len(done) - 1) :]
            continue
        node = done[-1][1].below.get(part)
        if node is None:
            return None
        if node.entry is not None and node.entry.kind == "symlink":
            links += 1
            if links > MOST_LINKS:
                raise UsageError(
                    f"/{path.strip('/')}: links lead in a circle.", "%docker_files IMAGE DIRECTORY shows where they lead."
                )
            if node.entry.link.startswith("/"):
                del done[1:]
            waiting += [each for each in reversed(node.entry.link.split("/")) if each not in ("", ".")]
            continue
        done.append((part, node))
    return "/".join(name for name, _ in done[1:]), done[-1][1]


def holder(image: Image, path: str, node: Node) -> tuple[int, str]:
    """Give the layer whose archive has a file's bytes, and the path under which: a hard link has none of its own."""
    entries = {entry.path: entry for entry in image.known[node.layer].entries if entry.kind in ("file", "hardlink")}
    for _ in range(MOST_LINKS):
        entry = entries.get(path)
        place = place_of(entry.link) if entry is not None and entry.kind == "hardlink" else None
        if place is None:
            break
        path = place[0]
    return node.layer + 1, path


def listed(image: Image, path: str, layer: int = 0) -> tuple[str, Node]:
    """Find a path in an image, as a layer left it.

    Raises:
        UsageError: there is nothing; says in which layers there is.
    """
    found = resolve(state(image, layer), path)
    if found is not None:
        return found
    bare = path.strip("/")
    has = [
        number for number, files in enumerate(image.known, 1) if any(e.path == bare and e.kind != "removed" for e in files.entries)
    ]
    if has:
        where = ", ".join(map(str, has))
        hint = f"Layer {where} has it: %docker_files {image.name}:{has[-1]} /{bare}"
    else:
        hint = f"Look for its name: %docker_files {image.name} --find '{bare.rpartition('/')[2] or '*'}'"
    what = f"as layer {layer} left it" if layer else "as a container sees it"
    raise UsageError(f"There is no /{bare} in {image.name} {what}.", hint)


def tree(image: Image, path: str = "/", layer: int = 0) -> Tree:
    """Give what lies below a directory, as a layer left it; see `Image.tree`."""
    real, node = listed(image, path, layer)
    entries = sorted(_below(node), key=lambda entry: entry.path)
    inside = [entry for entry in entries if entry.path != real]
    prefix = f"{real}/" if real else ""
    trees = branches(Change(entry.path.removeprefix(prefix), "added", None, entry) for entry in inside)
    drawn = pruned(trees, DRAWN)
    return Tree(image.name, layer, f"/{real}", tuple(inside or entries), tuple(drawn), len(trees) - len(drawn))


def find(image: Image, pattern: str) -> Finds:
    """Find files by name in every layer; see `Image.find`."""
    whole = "/" in pattern
    fits = re.compile(fnmatch.translate(pattern.lstrip("/") if whole else pattern)).match
    found: list[Find] = []
    here: dict[str, int] = {}
    for number, files in enumerate(image.known, 1):
        for entry in files.entries:
            if entry.kind in ("removed", "emptied") or not fits(entry.path if whole else entry.path.rpartition("/")[2]):
                continue
            before = here.get(entry.path)
            if before is not None and entry.kind == "directory" == found[before].entry.kind:
                continue
            here[entry.path] = len(found)
            found.append(Find(entry.path, number, entry))
    ends = _ends(image, {each.path for each in found})
    return Finds(image.name, pattern, tuple(replace(each, gone=ends.get((each.path, each.layer), 0)) for each in found))


def _ends(image: Image, paths: set[str]) -> dict[tuple[str, int], int]:
    """Say which layer hid each of the paths, of the layer that it was of."""
    ends: dict[tuple[str, int], int] = {}
    there: dict[str, int] = {}
    for number, files in enumerate(image.known, 1):
        for entry in files.entries:
            if entry.kind not in ("removed", "emptied"):
                continue
            prefix = f"{entry.path}/" if entry.path else ""
            for path in [path for path in there if path.startswith(prefix) or (path == entry.path and entry.kind == "removed")]:
                ends[path, there.pop(path)] = number
        for entry in files.entries:
            if entry.path in paths and entry.kind not in ("removed", "emptied"):
                before = there.get(entry.path)
                if before is not None and entry.kind != "directory":
                    ends[entry.path, before] = number
                there[entry.path] = number
    return ends


def compared(names: tuple[str, str], one: Node, other: Node, path: str = "") -> Differences:
    """Say what differs between two states, below a path.

    Parameters:
        names: what they are called; `one`, `other`: see `state`.
    """
    bare = path.strip("/")
    old = {entry.path: entry for entry in _below(one.find(bare) or Node())}
    new = {entry.path: entry for entry in _below(other.find(bare) or Node())}
    changes = [Change(each, "removed", old[each], None, old[each].size) for each in old.keys() - new.keys()]
    changes += [Change(each, "added", None, new[each]) for each in new.keys() - old.keys()]
    for each in old.keys() & new.keys():
        what = differences(old[each], new[each])
        if what:
            changes.append(Change(each, "changed", old[each], new[each], 0, what))
    changes.sort(key=lambda change: change.path)
    trees = branches(changes)
    drawn = pruned(trees, DRAWN)
    return Differences(names, tuple(changes), tuple(drawn), len(trees) - len(drawn), f"/{bare}" if bare else "")
