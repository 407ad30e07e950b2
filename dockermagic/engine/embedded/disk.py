"""The guest's disk on the host: a base that nothing writes to, and a layer above it that takes what is written."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from dockermagic.engine.embedded.places import Places
from dockermagic.errors import EngineError

MAGIC = b"dm-disk1"
HEAD = struct.Struct("<8sQI")
GB = 1 << 30
LAYER_HEAD, LAYER_MAGIC = struct.Struct(">4sIIQ"), b"OOOM"
"""How a layer begins: its kind, its version, and when its base was written (seconds) and how big it is (bytes): the kernel's
`cow_header_v3`, in arch/um/drivers/cow_user.c."""
COPIED = 1 << 20


@dataclass(frozen=True, slots=True)
class Disk:
    """What a guest begins with: its base, whether a layer is laid over it, whether its file system must be widened to the disk.

    `lost` says why what was written before is gone; it is empty when nothing is.
    """

    base: Path
    layered: bool = True
    grow: bool = False
    lost: str = ""


def provide(template: Path, places: Places, size: int, *, prepare: bool = False) -> Disk:
    """Give the disk that a guest is to begin with.

    1. A layer stays with the base that it was begun on. When that is gone, or another one is in its place, nobody can read the
       layer: it goes, and that is said.
    2. A prepared disk is the base, as it is, for all who begin here; who wants a bigger one gets a copy.
    3. Else the base is the package's empty disk.

    Parameters:
        template: the package's empty disk, as its blocks that are not empty.
        size: in GB; a disk that something was written to keeps its size.
        prepare: what is written goes to the base itself.

    Raises:
        EngineError: the disk has no room, or the template is damaged.
    """
    wanted = size * GB
    try:
        places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lost = _orphaned(places)
        if lost:
            places.layer.unlink()
        prepared = None if places.base.exists() else places.prepared
        if prepared is not None and not prepared.exists():
            prepared = None
        if prepared is not None and (places.layer.exists() or wanted <= prepared.stat().st_size):
            return Disk(prepared, lost=lost)
        if not places.base.exists():
            beside = places.base.with_suffix(".new")
            if prepared is None:
                expand(template.read_bytes(), beside)
            else:
                _copy(prepared, beside)
            beside.replace(places.base)
        now = places.base.stat().st_size
        if now < wanted and not places.layer.exists():
            os.truncate(places.base, wanted)
            return Disk(places.base, not prepare, grow=True, lost=lost)
        return Disk(places.base, not prepare, grow=now > empty_size(template), lost=lost)
    except OSError as error:
        raise EngineError(
            f"The engine's disk cannot be made in {places.data}: {error.strerror or error}.",
            "Make room there, or name another folder: DOCKERMAGIC_ENGINE_DATA.",
        ) from error


def _orphaned(places: Places) -> str:
    """Say why a layer cannot be read any more; "" when it can, or there is none."""
    if places.base.exists() or not places.layer.exists():
        return ""
    if places.prepared is None or not places.prepared.exists():
        return "The prepared disk that images and volumes lay on is gone, and they with it: the engine begins anew."
    with places.layer.open("rb") as file:
        head = file.read(LAYER_HEAD.size)
    known = LAYER_HEAD.unpack(head)[2:] if len(head) == LAYER_HEAD.size and head.startswith(LAYER_MAGIC) else None
    about = places.prepared.stat()
    if known == (int(about.st_mtime), about.st_size):
        return ""
    return "The prepared disk that images and volumes lay on has been replaced, and they are gone: the engine begins anew."


def _copy(source: Path, target: Path) -> None:
    """Copy a disk; blocks of nothing but zeros take no room."""
    size, empty, at = source.stat().st_size, bytes(COPIED), 0
    with source.open("rb") as read, target.open("wb") as write:
        write.truncate(size)
        while at < size:
            try:
                at = os.lseek(read.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing but a hole is left
                return
            block = os.pread(read.fileno(), COPIED - at % COPIED, at)
            if block != empty:
                write.seek(at)
                write.write(block)
            at += len(block)


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


def ended_well(path: Path) -> bool:
    """Whether the file system on a disk was unmounted: nothing in its journal waits to be written.

    The source is ext4's superblock (Linux, Documentation/filesystems/ext4/super.rst).
    """
    with path.open("rb") as file:
        file.seek(1024)
        block = file.read(1024)
    magic, state = struct.unpack_from("<HH", block, 0x38)
    (features,) = struct.unpack_from("<I", block, 0x60)
    return bool(magic == 0xEF53 and state & 1 and not features & 4)


def reset(places: Places) -> None:
    """Forget what was written: images, containers and volumes go, what the base was prepared with stays."""
    places.layer.unlink(missing_ok=True)


def free(path: Path) -> int:
    """Give the bytes that are free where a folder is, or would be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free
