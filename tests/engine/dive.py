"""What the tool `dive` says of an image, worked out anew from its published algorithm: the truth for `images.waste`.

1. Each layer is a tree; a whiteout stands under the path that it hides; opaque marks are dropped.
2. A leaf of a layer's tree is a copy of its path: a file's bytes; for a whiteout, the bytes of the directory that the layers below
   had there, all files in it, and nothing for anything else.
3. efficiency = the smallest copy of every path, summed up, by all copies of every path, summed up. Wasted are all copies of the
   paths that have two or more.

Source: wagoodman/dive, dive/filetree/efficiency.go and file_tree.go (v0.13).
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Leaf:
    size: int = 0
    directory: bool = False
    whiteout: bool = False
    children: dict[str, Leaf] = field(default_factory=dict)

    def all_bytes(self) -> int:
        return self.size + sum(child.all_bytes() for child in self.children.values())


def layer_tree(members: Iterable[tarfile.TarInfo]) -> Leaf:
    root = Leaf(directory=True)
    for member in members:
        node = root
        parts = [part for part in member.name.split("/") if part not in ("", ".")]
        for part in parts:
            if part.startswith(".wh..wh.."):
                break
            node = node.children.setdefault(part, Leaf())
        else:
            node.size, node.directory = (member.size if member.isreg() else 0), member.isdir()
            node.whiteout = bool(parts) and parts[-1].startswith(".wh.")
    return root


def named(path: tuple[str, ...]) -> tuple[str, ...]:
    return (*path[:-1], path[-1].removeprefix(".wh."))


def walked(node: Leaf, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Leaf]]:
    """Give all nodes, children first, by name."""
    found = [each for name, child in sorted(node.children.items()) for each in walked(child, (*path, name))]
    return [*found, *([(path, node)] if path else [])]


def stack(below: Leaf, layer: Leaf) -> None:
    for path, node in walked(layer):
        *parents, last = named(path)
        at: Leaf | None = below
        for part in parents:
            at = at.children.get(part) if node.whiteout and at is not None else at and at.children.setdefault(part, Leaf())
        if at is None:
            continue
        if node.whiteout:
            at.children.pop(last, None)
        else:
            kept = at.children.setdefault(last, Leaf())
            kept.size, kept.directory = node.size, node.directory


def judge(layers: list[Leaf]) -> tuple[float, int, dict[str, int]]:
    """Give efficiency, wasted bytes, and the bytes of every path that is there more than once."""
    copies: dict[tuple[str, ...], list[int]] = {}
    below = Leaf(directory=True)
    for layer in layers:
        for path, node in walked(layer):
            if node.children:
                continue
            size = node.size
            if node.whiteout:
                hidden: Leaf | None = below
                for part in named(path):
                    hidden = hidden.children.get(part) if hidden is not None else None
                size = hidden.all_bytes() if hidden is not None and hidden.directory else 0
            copies.setdefault(named(path), []).append(size)
        stack(below, layer)
    discovered = sum(map(sum, copies.values()))
    repeats = {"/".join(path): sum(sizes) for path, sizes in copies.items() if len(sizes) > 1}
    return sum(map(min, copies.values())) / discovered if discovered else 1.0, sum(repeats.values()), repeats


def read(engine: Any, image: str) -> list[Leaf]:
    """Read an image's layers out of the engine's archive, in order, with tarfile alone."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(engine.api.get_image(image)))) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        found = []
        for path in json.load(manifest)[0]["Layers"]:
            file = archive.extractfile(path)
            assert file is not None
            with tarfile.open(fileobj=file) as layer:
                found.append(layer_tree(layer))
    return found
