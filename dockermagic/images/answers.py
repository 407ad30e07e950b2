"""Answers to questions about an image's files: a tree, what was found, a file, what differs. They draw themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dockermagic.images.branches import Branch
from dockermagic.images.entries import Entry
from dockermagic.images.stack import Change
from dockermagic.views.shown import ShownOnce

__all__ = ["Answer", "Differences", "File", "Find", "Finds", "Tree"]


class Answer(ShownOnce):
    """What draws itself, in a notebook and as text."""

    def html(self, *, live: bool = False) -> str:
        """Give the markup: for the live view, or as it stays in a saved notebook."""
        from dockermagic.images.answers_markup import html

        return html(self, live)

    def text(self, width: int = 100) -> str:
        """Give the answer as text; `width`: columns, 0 for as many as it takes."""
        from dockermagic.images.answers_text import text

        return text(self, width)

    def revealed_text(self, width: int) -> str:
        """Give it for a terminal, where nothing is saved."""
        return self.text(width)

    def save(self, path: str | Path) -> Path:
        """Write it to a file: the picture as .html, a drawing for slides as .svg, or its data as .json.

        Raises:
            UsageError: the name has another ending.
        """
        from dockermagic.images.export import save_answer

        return save_answer(self, Path(path))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


@dataclass(frozen=True)
class Tree(Answer):
    """What lies below a directory, as a layer left it: `entries` by path; `trees` to draw."""

    image: str
    layer: int
    path: str
    entries: tuple[Entry, ...]
    trees: tuple[Branch, ...] = field(repr=False, default=())
    cut: int = 0

    @property
    def bytes(self) -> int:
        """Bytes of the files below."""
        return sum(entry.size for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Find:
    """A file that a layer holds. `gone`: the number of the layer that removed or replaced it; 0 if a container sees it."""

    path: str
    layer: int
    entry: Entry
    gone: int = 0


@dataclass(frozen=True)
class Finds(Answer):
    """What was found by name, in every layer."""

    image: str
    pattern: str
    found: tuple[Find, ...]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Any:
        return iter(self.found)


@dataclass(frozen=True)
class File(Answer):
    """A file as a layer left it.

    `path`: where it was found, links followed; `asked`: the path that was asked for. `layer`: the layer whose archive holds it.
    `content`: its bytes, no more than were read; `revealed`: whether a live picture shows what looks like a secret.
    """

    image: str
    asked: str
    path: str
    layer: int
    entry: Entry
    content: bytes = field(repr=False, default=b"")
    gone: int = 0
    revealed: bool = False

    def revealed_text(self, width: int) -> str:
        """Give it for a terminal, where nothing is saved."""
        from dockermagic.images.answers_text import shown_text, title

        return f"{title(self)}\n{shown_text(self, reveal=self.revealed)}"

    @property
    def cut(self) -> bool:
        """Whether there is more of it than was read."""
        return self.entry.size > len(self.content) and self.entry.kind == "file"

    @property
    def binary(self) -> bool:
        """Whether it is no text."""
        return b"\0" in self.content[:8192]


@dataclass(frozen=True)
class Differences(Answer):
    """What differs between two states: of layers of one image, or of two images. `diff`: of a text file, its lines."""

    names: tuple[str, str]
    changes: tuple[Change, ...]
    trees: tuple[Branch, ...] = field(repr=False, default=())
    cut: int = 0
    path: str = ""
    diff: tuple[str, ...] = ()
