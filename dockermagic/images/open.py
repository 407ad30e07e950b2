"""Opening an image: what the engine says of it, and its layers, from the shelf or out of the engine.

The engine gives an image out as a whole, and in its own order. So when one layer was never read, all of them come once more; what
is known already is not kept a second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from dockermagic.engine import Engine
from dockermagic.engine.answers import ask, named
from dockermagic.engine.http import Exchange
from dockermagic.errors import ArchiveError
from dockermagic.images.archive import Meter, config_of, read_archive
from dockermagic.images.entries import Files
from dockermagic.images.history import layer_flags, steps_of
from dockermagic.images.model import Image, Layer, Step
from dockermagic.images.packages import look_inside
from dockermagic.images.secrets import given_in_config
from dockermagic.images.shelf import Shelf

__all__ = ["open_image"]

ROOM = 2 << 30
"""Bytes that layers may unpack to beyond twice of what the engine says; an image store may count compressed bytes."""

EVERY = 4 << 20
"""Bytes of the archive between two reports of progress."""


def open_image(
    engine: Engine,
    name: str,
    *,
    shelf: Shelf | None = None,
    seen: Callable[[Image], None] | None = None,
    hold: Callable[[Exchange], None] | None = None,
) -> Image:
    """Open an image.

    Parameters:
        engine: where it is; `name`: its name or ID.
        shelf: the layers that were read before; None for the user's own.
        seen: called whenever more of it is known: at once, with every layer, and while bytes come.
        hold: given the connection, so that somebody else can close it.

    Raises:
        EngineError: there is no such image, or the engine went away.
        ArchiveError: what the engine gave out is damaged.
    """
    shelf, told = shelf or Shelf(), seen or (lambda image: None)
    image, history = _described(engine, name)
    for layer in image.layers:
        files = shelf.take(layer.diff_id)
        image = image.read(files) if files is not None else image
    flags = shelf.flags(image.id)
    if flags is not None:
        image = with_steps(image, steps_of(history, {}, len(image.layers), flags))
    told(image)
    # An image of known layers only, whose history leaves open what made which, is read for its configuration.
    if not image.complete or (flags is None and sum(step.layer > 0 for step in image.steps) != len(image.layers)):
        image = _streamed(engine, image, history, shelf, told, hold or (lambda exchange: None))
        shelf.tidy()
    image = replace(image, finished=time.time())
    told(image)
    return image


def _described(engine: Engine, name: str) -> tuple[Image, list[dict[str, Any]]]:
    told = ask(engine, "GET", f"/images/{named(name)}/json")
    history = ask(engine, "GET", f"/images/{named(str(told['Id']))}/history") or []
    diff_ids = (told.get("RootFS") or {}).get("Layers") or []
    image = Image(
        name,
        str(told["Id"]),
        tuple(Layer(number, diff_id) for number, diff_id in enumerate(diff_ids, 1)),
        size=int(told.get("Size") or 0),
        platform="/".join(str(told.get(part) or "") for part in ("Os", "Architecture") if told.get(part)),
        config=told.get("Config") or {},
        engine=engine.about.title,
        command=f"docker image save {name}",
        started=time.time(),
    )
    written = [str(each.get("CreatedBy") or "") for each in reversed(history)]
    image = replace(image, given=given_in_config(image.config, written))
    return with_steps(image, steps_of(history, {}, len(diff_ids))), history


def with_steps(image: Image, steps: tuple[Step, ...]) -> Image:
    """Give the image with its history, each layer with the step that made it."""
    made = {step.layer: step for step in steps if step.layer}
    layers = tuple(replace(layer, step=made.get(layer.number, layer.step)) for layer in image.layers)
    return replace(image, steps=steps, layers=layers)


class _Reading:
    """An image while its archive comes: what is known, and who is told."""

    def __init__(self, image: Image, shelf: Shelf, told: Callable[[Image], None]) -> None:
        self.image, self.shelf, self.told = image, shelf, told
        self.wanted = {layer.diff_id for layer in image.layers if layer.files is None}

    def found(self, files: Files) -> None:
        """Take a layer that was read."""
        if files.diff_id in self.wanted:
            self.wanted.discard(files.diff_id)
            self.shelf.put(files)
            self.image = self.image.read(files)
            self.told(self.image)

    def counted(self, slices: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the archive's bytes on, and tell how many have come."""
        come = reported = 0
        for piece in slices:
            come += len(piece)
            if come - reported >= EVERY:
                reported = come
                self.image = replace(self.image, received=come)
                self.told(self.image)
            yield piece
        self.image = replace(self.image, received=come)


def _streamed(
    engine: Engine,
    image: Image,
    history: list[dict[str, Any]],
    shelf: Shelf,
    told: Callable[[Image], None],
    hold: Callable[[Exchange], None],
) -> Image:
    reading, exchange = _Reading(image, shelf, told), engine.exchange()
    hold(exchange)
    try:
        # An image store gives out a name's manifest with the name; an ID is what is left when there is none.
        exchange.send("GET", engine.path(f"/images/{named(image.id if image.name in image.id else image.name)}/get"))
        texts = read_archive(reading.counted(exchange), reading.found, look_inside, Meter(2 * image.size + ROOM))
    finally:
        exchange.close()
    if reading.wanted:
        raise ArchiveError(
            f"The engine's archive of {image.name} lacks {len(reading.wanted)} of its layers, or holds them damaged.",
            "Was the image removed meanwhile? If not, its store is damaged: remove the image, and pull or build it again.",
        )
    config = config_of(texts, [layer.diff_id for layer in image.layers])
    shelf.put_flags(image.id, layer_flags(config))
    return with_steps(reading.image, steps_of(history, config, len(image.layers))) if config else reading.image
