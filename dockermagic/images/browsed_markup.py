"""An image that somebody looks around in, as a live view draws it; what is saved is the image's own picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from dockermagic.images.branches import Branch, branches
from dockermagic.images.browsed import Browsed, Shown, fitting, shown
from dockermagic.images.markup import draw
from dockermagic.images.model import Image
from dockermagic.images.picture import ImageDrawer
from dockermagic.images.scene import Row, Scene, scene
from dockermagic.images.tree_markup import INDENT, label
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line
from dockermagic.views.units import plural

__all__ = ["BrowsedDrawer"]


class BrowsedDrawer:
    """Draws an image with what is open in it. One for each view: it keeps what did not change."""

    def __init__(self) -> None:
        self._drawer = ImageDrawer()
        self._known: tuple[Image, Scene] | None = None
        self._trees: dict[int, list[Branch]] = {}

    def html(self, model: Browsed, now: float) -> str:
        """Give the markup of the live view."""
        if self._known is None or self._known[0] is not model.image:
            self._known = model.image, scene(model.image)
        return draw(
            self._known[1],
            model.image.command,
            Look(inline=False),
            tools=_tools(model, Look(inline=False)),
            files=lambda row, look: self._files(model, row, look),
        )

    def bundle(self, model: Browsed) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return self._drawer.bundle(model.image)

    def text(self, model: Browsed, now: float, width: int) -> str:
        """Give the picture as text."""
        return self._drawer.text(model.image, now, width)

    def rows(self, model: Browsed, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the lines that fit a terminal."""
        return self._drawer.rows(model.image, now, width, height)

    def lines(self, old: Browsed | None, new: Browsed) -> Sequence[str]:
        """Give what is new, as lines."""
        return self._drawer.lines(old.image if old is not None else None, new.image)

    def busy(self, model: Browsed) -> bool:
        """Nothing in it changes with time alone."""
        return False

    def _of(self, model: Browsed, number: int) -> list[Branch]:
        if number not in self._trees:
            # What a layer changed is known once the layers below it are, and stays so.
            self._trees[number] = branches(model.image.changes(number))
        return self._trees[number]

    def _files(self, model: Browsed, row: Row, look: Look) -> h.Node:
        if row.layer is None or not model.image.changes(row.layer.number):
            return None
        number = row.layer.number
        trees, found = self._of(model, number), 0
        if model.search:
            trees, found = fitting(trees, model.search)
        is_open = bool(trees) and model.is_open(number)
        button = _toggle(number, "", is_open, look)["files"]
        told = model.search and h.span(look("muted", "small"), data_key=f"found-{number}")[f" {plural(found, 'path')} found"]
        lines = (_line(each, number, look) for each in shown(model, number, trees)) if is_open else None
        return h.div(data_key=f"files-{number}")[
            button if trees else None, told, is_open and h.div(style="margin:2px 0 6px;overflow-wrap:anywhere")[lines]
        ]


def _tools(model: Browsed, look: Look) -> h.Node:
    if not any(layer.files is not None and layer.files.entries for layer in model.image.layers):
        return None
    orders = [
        h.button(
            look("button", style="font-weight:600" if model.order == name else ""),
            KEYS,
            type="button",
            data_do=f"order {name}",
            data_key=f"order {name}",
            aria_pressed="true" if model.order == name else "false",
        )["✓ " if model.order == name else "", word]
        for name, word in (("size", "biggest first"), ("name", "by name"))
    ]
    box = h.input(
        look("button", style="cursor:text;min-width:20em"),
        KEYS,
        type="search",
        value=model.search,
        placeholder="Search files: node_modules, *.key",
        aria_label="Search files in all layers",
        data_ask="search",
        data_key="search",
    )
    return h.div(look("buttons", style="margin:0 0 6px"), role="group", aria_label="Files")[orders, box]


def _toggle(number: int, path: str, is_open: bool, look: Look) -> h.Element:
    return h.button(
        look("fold"),
        KEYS,
        type="button",
        data_do=f"toggle {number} {path}",
        data_key=f"t{number}-{path}"[:200],
        aria_expanded="true" if is_open else "false",
        aria_label=f"{one_line(path, 120)}/" if path else f"files of layer {number}",
    )


def _line(line: Shown, number: int, look: Look) -> h.Node:
    branch = line.branch
    if branch is None:
        button = h.button(
            look("button"), KEYS, type="button", data_do=f"more {number} {line.path}", data_key=f"m{number}-{line.path}"[:200]
        )[f"{line.left:,} more"]
        return h.div(look("line", style=f"margin:0;padding-left:{89 + line.depth * INDENT}px"))[button]
    if not branch.below:
        return h.div(look("line", style="margin:0;padding-left:15px"))[label(branch, look, line.depth, True)]
    return h.div(look("line", style="margin:0"))[
        _toggle(number, branch.path, line.open, look)[label(branch, look, line.depth, True)]
    ]
