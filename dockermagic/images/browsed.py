"""An image while somebody looks around in it: what is open, in which order, and what is searched for. Frozen, and pure.

    toggle LAYER PATH    open a directory, or close it; an empty path is the layer itself
    more LAYER PATH      draw more of what lies below it
    order size|name      the biggest first, or by name
    search TEXT          only what has TEXT in its path; with * or ? a pattern, as in a shell

What is searched for is open by itself, until it is closed. Only what is open is drawn, so that a layer of 50,000 files costs
no more than one of 50.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dockermagic.images.branches import Branch
from dockermagic.images.model import Image

__all__ = ["AT_ONCE", "Browsed", "Shown", "fitting", "ordered", "shown"]

AT_ONCE = 100
"""Branches of one directory that are drawn, and by how many more each time."""
LONGEST = 200

Order = Literal["size", "name"]
Place = tuple[int, str]


@dataclass(frozen=True)
class Browsed:
    """An image, and how it is looked at.

    `opened`: layers (with an empty path) and directories; `closed`: those of what is found. `more`: where more was asked for.
    """

    image: Image
    opened: frozenset[Place] = frozenset()
    closed: frozenset[Place] = frozenset()
    more: tuple[Place, ...] = ()
    order: Order = "size"
    search: str = ""

    def ended(self, now: float, how: str) -> Browsed:
        """Give it at the end of the reading; see `Image.ended`."""
        return replace(self, image=self.image.ended(now, how))

    def asked(self, what: str) -> Browsed:
        """Give it after what a button or the search box asks for; what makes no sense changes nothing."""
        word, _, rest = what.partition(" ")
        if word == "search":
            return replace(self, search=rest.strip()[:LONGEST], more=(), closed=frozenset())
        if word == "order" and rest in ("size", "name"):
            return replace(self, order="name" if rest == "name" else "size")
        number, _, path = rest.partition(" ")
        if not number.isdecimal() or len(number) > 6:
            return self
        place = int(number), path
        if word == "toggle":
            return replace(self, closed=self.closed ^ {place}) if self.search else replace(self, opened=self.opened ^ {place})
        return replace(self, more=(*self.more, place)) if word == "more" else self

    def is_open(self, layer: int, path: str = "") -> bool:
        """Say whether a layer or a directory in it is open."""
        place = layer, path
        return place not in self.closed if self.search else place in self.opened


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of an open tree: a branch so deep in it, or how many are left out below `path`."""

    depth: int
    branch: Branch | None = None
    open: bool = False
    left: int = 0
    path: str = ""


def fitting(trees: Sequence[Branch], search: str) -> tuple[list[Branch], int]:
    """Give the trees with what fits a search only, and how many paths do."""
    text, found = search.casefold().strip("/"), [0]
    if any(each in text for each in "*?["):
        match, whole = re.compile(fnmatch.translate(text)).match, "/" in text
        return _fitting(trees, lambda path: match(path if whole else path.rpartition("/")[2]), found), found[0]
    return _fitting(trees, lambda path: text in path, found), found[0]


def _fitting(trees: Sequence[Branch], fits: Callable[[str], object], found: list[int]) -> list[Branch]:
    kept = []
    for branch in trees:
        here = bool(fits(branch.path.casefold())) and branch.change is not None
        found[0] += here
        below = _fitting(branch.below, fits, found)
        if here or below:
            kept.append(replace(branch, below=below))
    return kept


def ordered(trees: Sequence[Branch], order: Order) -> Sequence[Branch]:
    """Give branches in the order that was asked for; they come with the biggest first."""
    return sorted(trees, key=lambda branch: branch.name) if order == "name" else trees


def shown(model: Browsed, layer: int, trees: Sequence[Branch], path: str = "", depth: int = 0) -> Iterator[Shown]:
    """Yield the lines of a layer's tree, as far as it is open.

    Parameters:
        trees: of the layer, already only what fits the search.
    """
    most = AT_ONCE * (1 + model.more.count((layer, path)))
    for branch in ordered(trees, model.order)[:most]:
        is_open = bool(branch.below) and model.is_open(layer, branch.path)
        yield Shown(depth, branch, is_open)
        if is_open:
            yield from shown(model, layer, branch.below, branch.path, depth + 1)
    if len(trees) > most:
        yield Shown(depth, left=len(trees) - most, path=path)
