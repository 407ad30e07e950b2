"""A layer's changes as a tree that can be opened: the biggest first, chains of single directories in one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dockermagic.images.stack import Change

__all__ = ["Branch", "branches", "pruned"]

DEEPEST = 60
"""Directories below each other that are told apart; what lies deeper is one step from there."""


@dataclass(slots=True)
class Branch:
    """A directory or file of a tree of changes.

    `name`: its path from the branch above. `change`: what happened to itself; None when only things below it changed. `bytes`:
    of the files that were added or changed here and below. `hidden`: of lower layers' files that these changes hide. `count`:
    changes here and below. `cut`: how many branches below are left out of the picture.
    """

    name: str
    path: str = ""
    change: Change | None = None
    below: list[Branch] = field(default_factory=list)
    bytes: int = 0
    hidden: int = 0
    count: int = 0
    cut: int = 0


def branches(changes: Iterable[Change]) -> list[Branch]:
    """Give changes as trees, the biggest first."""
    root = Branch("")
    known = {"": root}
    for change in changes:
        _at(change.path, known).change = change
    _sum(root)
    return root.below


def _at(path: str, known: dict[str, Branch]) -> Branch:
    found = known.get(path)
    if found is None:
        head, _, last = path.rpartition("/")
        if path.count("/") > DEEPEST:
            parts = path.split("/")
            head, last = "/".join(parts[:DEEPEST]), "/".join(parts[DEEPEST:])
        found = known[path] = Branch(last, path)
        _at(head, known).below.append(found)
    return found


def _sum(branch: Branch) -> None:
    for child in branch.below:
        _sum(child)
    change = branch.change
    branch.count = sum(child.count for child in branch.below) + (change is not None)
    branch.bytes = sum(child.bytes for child in branch.below)
    branch.hidden = sum(child.hidden for child in branch.below)
    if change is not None:
        branch.hidden += change.hidden
        branch.bytes += change.after.size if change.after is not None else 0
    branch.below.sort(key=lambda child: (-child.bytes - child.hidden, child.name))
    branch.below = [_joined(child) for child in branch.below]


def _joined(branch: Branch) -> Branch:
    """Give a directory that leads to one other thing only, and did not change itself, as one step with it."""
    while branch.change is None and len(branch.below) == 1 and branch.below[0].below:
        only = branch.below[0]
        only.name = f"{branch.name}/{only.name}"
        branch = only
    return branch


def pruned(trees: Sequence[Branch], most: int) -> list[Branch]:
    """Give the trees with at most about `most` branches, what is bigger and higher first; what is left out is counted in `cut`."""
    kept: set[int] = set()
    level: list[Branch] = list(trees)
    while level and len(kept) < most:
        level.sort(key=lambda branch: -branch.bytes - branch.hidden)
        taken = level[: max(1, most - len(kept))]
        kept.update(id(branch) for branch in taken)
        level = [child for branch in taken for child in branch.below]
    return list(_kept(trees, kept))


def _kept(trees: Sequence[Branch], kept: set[int]) -> Iterator[Branch]:
    for branch in trees:
        if id(branch) in kept:
            below = list(_kept(branch.below, kept))
            cut = len(branch.below) - len(below)
            yield Branch(branch.name, branch.path, branch.change, below, branch.bytes, branch.hidden, branch.count, cut)
