"""Layers on top of each other: what each one changed, what it hides, and what a container sees in the end.

1. A layer's marks count for what lies below it, never for its own entries, in whatever order they stand: so they come first.
2. A directory that is there already and is named again is changed only if its mode or owner is: every layer names the
   directories on the way to what it changes.
3. A file that is written again is changed if its content, mode, owner or kind is; else it was only written again. Either way
   the older one's bytes are hidden: they stay in the image and nobody sees them.
4. What takes a directory's place takes all that was below it.

Source: OCI image-spec layer.md, "Applying Changesets".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dockermagic.images.entries import Entry, Files

__all__ = ["Change", "ChangeKind", "Node", "Stacked", "stack"]

ChangeKind = Literal["added", "changed", "rewritten", "removed"]
"""rewritten: the same content, mode and owner once more."""


@dataclass(slots=True)
class Node:
    """A path as it stands after some layers: its newest entry, the number of the layer that it is of, and what is below it."""

    entry: Entry | None = None
    layer: int = 0
    below: dict[str, Node] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.below.values())

    def find(self, path: str) -> Node | None:
        """Give the node of a path below this one; None when there is none."""
        node: Node | None = self
        for part in path.split("/") if path else ():
            node = node.below.get(part) if node is not None else None
        return node

    @property
    def size(self) -> int:
        """Bytes of the files here and below."""
        return sum(node.entry.size for node in self.walk() if node.entry is not None)


@dataclass(frozen=True, slots=True)
class Change:
    """What a layer did to a path.

    `before` and `after`: the entries; None where there was nothing, or is nothing any more. `hidden`: bytes of lower layers that
    nobody sees from here on. `what`: what differs, of "content", "mode", "owner", "kind", "link".
    """

    path: str
    kind: ChangeKind
    before: Entry | None = None
    after: Entry | None = None
    hidden: int = 0
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stacked:
    """What came of stacking: `changes` a layer, `hidden` bytes of each layer, and the `top` that a container sees."""

    changes: tuple[tuple[Change, ...], ...]
    hidden: tuple[int, ...]
    top: Node


def stack(layers: Sequence[Files]) -> Stacked:
    """Stack layers, the lowest first."""
    top, hidden = Node(), [0] * len(layers)
    changes = []
    for number, files in enumerate(layers):
        found: list[Change] = []
        for entry in files.entries:
            if entry.kind in ("removed", "emptied"):
                found += take_away(top, entry, hidden)
        for entry in files.entries:
            if entry.kind not in ("removed", "emptied"):
                change = put(top, entry, number, hidden)
                if change is not None:
                    found.append(change)
        changes.append(tuple(found))
    return Stacked(tuple(changes), tuple(hidden), top)


def _hide(node: Node, hidden: list[int]) -> int:
    """Count what is hidden with a node, for the layers that it is of."""
    total = 0
    for each in node.walk():
        if each.entry is not None and each.entry.size:
            hidden[each.layer] += each.entry.size
            total += each.entry.size
    return total


def take_away(top: Node, entry: Entry, hidden: list[int]) -> Iterator[Change]:
    head, _, last = entry.path.rpartition("/")
    if entry.kind == "emptied":
        node = top.find(entry.path)
        for name, child in sorted(node.below.items()) if node is not None else ():
            path = f"{entry.path}/{name}" if entry.path else name
            yield Change(path, "removed", child.entry, None, _hide(child, hidden))
        if node is not None:
            node.below.clear()
        return
    parent = top.find(head)
    gone = parent.below.pop(last, None) if parent is not None else None
    if gone is not None:
        yield Change(entry.path, "removed", gone.entry, None, _hide(gone, hidden))


def put(top: Node, entry: Entry, number: int, hidden: list[int]) -> Change | None:
    node, parts = top, entry.path.split("/")
    for part in parts[:-1]:
        node = node.below.setdefault(part, Node(layer=number))
        if node.entry is not None and node.entry.kind != "directory":
            hidden[node.layer] += node.entry.size  # an archive that names no directory here: what stands below needs one
            node.entry = None
    parent, name = node, parts[-1]
    there = parent.below.get(name)
    if there is None:
        parent.below[name] = Node(entry, number)
        return Change(entry.path, "added", None, entry)
    before = there.entry
    what = differences(before, entry) if before is not None else ()
    if entry.kind == "directory" and (before is None or before.kind == "directory"):
        there.entry, there.layer = entry, number
        return Change(entry.path, "changed", before, entry, 0, what) if what else None
    lost = _hide(there, hidden)
    parent.below[name] = Node(entry, number)
    return Change(entry.path, "changed" if what else "rewritten", before, entry, lost, what)


def differences(before: Entry, after: Entry) -> tuple[str, ...]:
    """Name what differs between two entries of one path."""
    if before.kind != after.kind:
        return ("kind",)
    found = []
    if after.kind == "file" and (before.size != after.size or before.sum != after.sum):
        found.append("content")
    if before.link != after.link:
        found.append("link")
    if before.mode != after.mode and after.kind != "symlink":
        found.append("mode")
    if (before.uid, before.gid) != (after.uid, after.gid):
        found.append("owner")
    return tuple(found)
