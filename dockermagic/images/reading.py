"""The bytes of files, read out of the layers that hold them: the image is streamed once more, up to the last one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from dockermagic.engine import Engine
from dockermagic.engine.answers import named
from dockermagic.engine.http import Exchange
from dockermagic.images.archive import Meter, read_archive
from dockermagic.images.entries import Files, Finding
from dockermagic.images.model import Image
from dockermagic.images.open import ROOM

__all__ = ["read_files"]


class _EnoughError(Exception):
    """All that was wanted has come."""


def read_files(
    engine: Engine, image: Image, wanted: Collection[tuple[int, str]], hold: Callable[[Exchange], None] = lambda exchange: None
) -> dict[tuple[int, str], bytes]:
    """Read the beginnings of files; no more of each than `layer_tar.LOOKED_AT` bytes, and what is not there is left out.

    Parameters:
        wanted: a layer's number, from 1, and the path in it.
        hold: given the connection, so that somebody else can close it.

    Raises:
        EngineError: the engine refused, or went away.
        ArchiveError: what it gave out is damaged.
    """
    layers = {number: image.layers[number - 1].diff_id for number, _ in wanted}
    missing = {(layers[number], path) for number, path in wanted}
    paths = {path for _, path in wanted}
    got: dict[tuple[str, str], bytes] = {}
    now: dict[str, bytes] = {}

    def look(path: str, beginning: bytes) -> Iterator[Finding]:
        if path in paths:
            now[path] = beginning
        return iter(())

    def found(files: Files) -> None:
        for path, content in now.items():
            if (files.diff_id, path) in missing:
                got[files.diff_id, path] = content
        now.clear()
        if layers_left(files.diff_id) == 0:
            raise _EnoughError

    seen: set[str] = set()

    def layers_left(diff_id: str) -> int:
        seen.add(diff_id)
        return len(set(layers.values()) - seen)

    if wanted:
        exchange = engine.exchange()
        hold(exchange)
        try:
            exchange.send("GET", engine.path(f"/images/{named(image.id if image.name in image.id else image.name)}/get"))
            read_archive(iter(exchange), found, look, Meter(2 * image.size + ROOM))
        except _EnoughError:
            pass
        finally:
            exchange.close()
    return {(number, path): got[layers[number], path] for number, path in wanted if (layers[number], path) in got}
