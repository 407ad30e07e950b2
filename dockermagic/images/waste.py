"""Bytes that an image carries for nothing.

Two numbers, since they answer two questions:

hidden      bytes of files that a later layer overwrote or removed. A container never sees them; they are what could be saved.
repeated    the rule of the tool `dive`: every path that layers hold more than once counts with all of its copies, the last one
            included; a file's removal counts as a copy of no bytes, a directory's as one of all that was below it.
efficiency  of dive, too: the smallest copy of every path, summed up, divided by all copies of every path, summed up.

Source: wagoodman/dive, README ("wasted space") and dive/filetree/efficiency.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dockermagic.images.entries import Entry, Files
from dockermagic.images.stack import Node, put, take_away

__all__ = ["Repeat", "Waste", "waste"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path that layers hold more than once: how often, and the bytes of all its copies."""

    path: str
    times: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Waste:
    """What dive would say: `efficiency` between 0 and 1, and the `repeats`, biggest first."""

    efficiency: float
    repeats: tuple[Repeat, ...]

    @property
    def bytes(self) -> int:
        """Bytes of all copies of what is repeated."""
        return sum(repeat.bytes for repeat in self.repeats)


def waste(layers: Sequence[Files]) -> Waste:
    """Judge layers, the lowest first."""
    sizes: dict[str, list[int]] = {}
    top, uncounted = Node(), [0] * len(layers)
    for number, files in enumerate(layers):
        own = [entry for entry in files.entries if entry.kind != "emptied"]
        for entry in leaves(own):
            sizes.setdefault(entry.path, []).append(_removed_bytes(top, entry) if entry.kind == "removed" else entry.size)
        for entry in files.entries:
            if entry.kind == "removed":  # dive takes no note of a directory that was emptied
                list(take_away(top, entry, uncounted))
        for entry in files.entries:
            if entry.kind not in ("removed", "emptied"):
                put(top, entry, number, uncounted)
    least = sum(min(each) for each in sizes.values())
    all_of_it = sum(sum(each) for each in sizes.values())
    repeats = [Repeat(path, len(each), sum(each)) for path, each in sizes.items() if len(each) > 1]
    repeats.sort(key=lambda repeat: (-repeat.bytes, repeat.path))
    return Waste(least / all_of_it if all_of_it else 1.0, tuple(repeats))


def _removed_bytes(top: Node, mark: Entry) -> int:
    """Give the bytes below a directory that is removed; none for anything else."""
    node = top.find(mark.path)
    if node is None or not (node.below or (node.entry is not None and node.entry.kind == "directory")):
        return 0
    return node.size


def leaves(entries: Sequence[Entry]) -> list[Entry]:
    """Give the entries below which the same layer has no other; the last one of a path counts."""
    parents = set()
    newest: dict[tuple[str, bool], Entry] = {}
    for entry in entries:
        newest[entry.path, entry.kind == "removed"] = entry
        path = entry.path
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in parents:
                break
            parents.add(path)
    return [entry for entry in newest.values() if entry.path not in parents or entry.kind == "removed"]
