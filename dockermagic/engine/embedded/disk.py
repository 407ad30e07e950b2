"""The guest's disk on the host: a base that nothing writes to, and a layer above it that takes what is written."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import zlib
from pathlib import Path

from dockermagic.engine.embedded.places import Places
from dockermagic.errors import EngineError

MAGIC = b"dm-disk1"
HEAD = struct.Struct("<8sQI")
GB = 1 << 30


def provide(template: Path, places: Places, size: int) -> bool:
    """Make the base disk unless there is one, and give whether the guest must widen its file system.

    Parameters:
        template: the package's empty disk, as its blocks that are not empty.
        size: in GB; a disk that is there already keeps its size, unless nothing was written to it yet.

    Raises:
        EngineError: the disk has no room, or the template is damaged.
    """
    places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = size * GB
    try:
        if not places.base.exists():
            beside = places.base.with_suffix(".new")
            expand(template.read_bytes(), beside)
            beside.replace(places.base)
        now = places.base.stat().st_size
        if now < wanted and not places.layer.exists():
            os.truncate(places.base, wanted)
            return True
        return now > empty_size(template)
    except OSError as error:
        raise EngineError(
            f"The engine's disk cannot be made in {places.data}: {error.strerror or error}.",
            "Make room there, or name another folder: DOCKERMAGIC_ENGINE_DATA.",
        ) from error


def empty_size(template: Path) -> int:
    """Give the size of the template's file system, in bytes."""
    with template.open("rb") as file:
        head = zlib.decompressobj().decompress(file.read(4096), HEAD.size)
    return int(HEAD.unpack(head)[1])


def expand(packed: bytes, path: Path) -> None:
    """Write a disk from its blocks that are not empty; it takes no more room than these.

    Raises:
        EngineError: it is no such disk.
        OSError: there is no room.
    """
    try:
        raw = zlib.decompress(packed)
        magic, size, block = HEAD.unpack_from(raw)
    except (zlib.error, struct.error) as error:
        raise EngineError("The package dockermagic-engine is damaged: its disk cannot be read.", "Install it once more.") from error
    if magic != MAGIC or (len(raw) - HEAD.size) % (8 + block):
        raise EngineError("The package dockermagic-engine is damaged: its disk is cut short.", "Install it once more.")
    with path.open("wb") as file:
        file.truncate(size)
        for at in range(HEAD.size, len(raw), 8 + block):
            file.seek(struct.unpack_from("<Q", raw, at)[0])
            file.write(raw[at + 8 : at + 8 + block])


def reset(places: Places) -> None:
    """Forget what was written: images, containers and volumes go, what the base was prepared with stays."""
    places.layer.unlink(missing_ok=True)


def remove(places: Places) -> None:
    """Remove the disk altogether."""
    for path in (places.layer, places.base):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        places.data.rmdir()


def free(path: Path) -> int:
    """Give the bytes that are free where a folder is, or would be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
