"""An image as data: its layers, what each one holds and changed, and what it carries for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockermagic.images.entries import Entry, Files, Finding, Package
from dockermagic.images.secrets import Given
from dockermagic.images.stack import Change, Stacked, stack
from dockermagic.images.waste import Waste, waste
from dockermagic.views.shown import ShownOnce

if TYPE_CHECKING:
    from dockermagic.images.answers import Finds, Tree

__all__ = ["Image", "Layer", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of an image's history.

    `instruction`: as a Dockerfile would say it. `created`: seconds since the epoch; None when it is not told. `layer`: the
    number of the layer that it made, from 1; 0 when it made none. `line`: its line in the Dockerfile, where that is known.
    """

    instruction: str
    created: float | None = None
    layer: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: its `number` from 1 at the bottom, its `diff_id`, the step that made it, and its files once they were read."""

    number: int
    diff_id: str
    step: Step = field(default_factory=lambda: Step(""))
    files: Files | None = None

    @property
    def size(self) -> int | None:
        """Bytes of its files; None before they were read."""
        return self.files.size if self.files is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What looks like a secret in it."""
        return self.files.findings if self.files is not None else ()


@dataclass(frozen=True)
class Image(ShownOnce):
    """An image, opened.

    `name`: as it was asked for. `size`: bytes as the engine reports them. `platform`: "linux/amd64". `config`: the part of its
    configuration that a container gets: "Env", "Cmd", "Entrypoint", "User", "WorkingDir", "Labels", "ExposedPorts".
    `received`: bytes of its archive that have come; `started`, `finished`: seconds since the epoch. `how`: how the reading ended:
    "ended", "interrupted", or an error; empty while it goes on. `given`: values in its configuration and history that look like
    secrets.
    """

    name: str
    id: str
    layers: tuple[Layer, ...] = ()
    steps: tuple[Step, ...] = ()
    size: int = 0
    platform: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    command: str = ""
    received: int = 0
    started: float = 0.0
    finished: float | None = None
    how: str = ""
    given: tuple[Given, ...] = ()

    def ended(self, now: float, how: str) -> Image:
        """Give it at its end: "ended", "interrupted", or an error."""
        return replace(self, how=how)

    def read(self, files: Files) -> Image:
        """Give it with a layer's files; every layer of this diff ID gets them."""
        return replace(
            self, layers=tuple(replace(layer, files=files) if layer.diff_id == files.diff_id else layer for layer in self.layers)
        )

    @property
    def complete(self) -> bool:
        """Whether every layer was read."""
        return all(layer.files is not None for layer in self.layers)

    @cached_property
    def stacked(self) -> Stacked:
        """The layers on top of each other, up to the first one that was not read."""
        return stack(self.known)

    @cached_property
    def waste(self) -> Waste:
        """What the tool `dive` would say of it."""
        return waste(self.known)

    @property
    def known(self) -> list[Files]:
        """The layers that were read, up to the first one that was not."""
        known = []
        for layer in self.layers:
            if layer.files is None:
                break
            known.append(layer.files)
        return known

    @property
    def hidden(self) -> int:
        """Bytes of files that a later layer overwrote or removed: what could be saved."""
        return sum(self.stacked.hidden)

    @property
    def efficiency(self) -> float:
        """Between 0 and 1, as the tool `dive` counts it."""
        return self.waste.efficiency

    @property
    def unpacked(self) -> int:
        """Bytes of the files of all layers."""
        return sum(layer.size or 0 for layer in self.layers)

    def changes(self, number: int) -> tuple[Change, ...]:
        """Give what a layer changed.

        Parameters:
            number: the layer's, from 1; an unread one has no changes yet.
        """
        return self.stacked.changes[number - 1] if 0 < number <= len(self.stacked.changes) else ()

    @property
    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """What looks like a secret: the layer's number, and what was found there."""
        return tuple((layer.number, finding) for layer in self.layers for finding in layer.findings)

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages that a container finds installed, as the package managers' own files say."""
        top = self.stacked.top
        found = []
        for number, files in enumerate(self.known):
            for package in files.packages:
                node = top.find(package.path)
                if node is not None and node.entry is not None and node.layer == number:
                    found.append(package)
        return tuple(found)

    def files(self, layer: int = 0) -> tuple[Entry, ...]:
        """Give what a container would see of the image, up to a layer.

        Parameters:
            layer: its number, from 1; 0 for the whole image.

        Raises:
            UsageError: there is no such layer.
        """
        from dockermagic.images.looking import entries_of

        return tuple(sorted(entries_of(self, layer), key=lambda entry: entry.path))

    def find(self, pattern: str) -> Finds:
        """Find files by name in every layer, also those that a later layer removed.

        Parameters:
            pattern: as in a shell, "*.key"; with a slash in it, of the whole path: "/etc/*.conf".
        """
        from dockermagic.images.looking import find

        return find(self, pattern)

    def tree(self, path: str = "/", layer: int = 0) -> Tree:
        """Give what lies below a directory, as a layer left it.

        Parameters:
            layer: its number, from 1; 0 for the whole image.

        Raises:
            UsageError: there is no such layer, or nothing at that path.
        """
        from dockermagic.images.looking import tree

        return tree(self, path, layer)

    def save(self, path: str | Path) -> Path:
        """Write it to a file: the picture as .html or .svg, or everything as .json.

        Parameters:
            path: the file; its ending says what is written.

        Raises:
            UsageError: it has another ending.
        """
        from dockermagic.images.export import save

        return save(self, Path(path))

    def __repr__(self) -> str:
        from dockermagic.views.units import bytes_text, plural

        return f"<Image {self.name}: {plural(len(self.layers), 'layer')}, {bytes_text(self.unpacked)} unpacked>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from dockermagic.images import picture

        return picture.bundle(self)
