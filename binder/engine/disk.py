"""The data disk as it is when new: an ext4 file system, kept as the blocks of it that are not empty."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from root import tool

UUID = "64636b72-6d61-6769-6364-61746164736b"
SIZE = 4 << 30
BLOCK = 4096
MAGIC = b"dm-disk1"


def make(stage: Path, work: Path, epoch: int) -> bytes:
    """Make the file system, and pack it: what it is, how big, then (offset, block) for each block that is not all zeros."""
    image = work / "disk.img"
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(SIZE)
    features = "^metadata_csum_seed,^orphan_file,lazy_itable_init=1"
    options = ["-q", "-F", "-t", "ext4", "-m", "1", "-i", "16384", "-U", UUID, "-O", features.rpartition(",")[0]]
    options += ["-E", f"hash_seed={UUID},lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0", "-J", "size=16"]
    tool(stage, "sbin/mke2fs", *options, str(image), epoch=epoch)
    packed = [MAGIC, struct.pack("<QI", SIZE, BLOCK)]
    with image.open("rb") as file:
        for begin, end in _data(file.fileno()):
            file.seek(begin)
            for at in range(begin, end, BLOCK):
                block = file.read(BLOCK)
                if block.strip(b"\0"):
                    packed.append(struct.pack("<Q", at) + block)
    image.unlink()
    return zlib.compress(b"".join(packed), 9)


def _data(descriptor: int) -> list[tuple[int, int]]:
    """Give the parts of a sparse file that were written, widened to whole blocks."""
    import os

    found, at = [], 0
    while at < SIZE:
        try:
            begin = os.lseek(descriptor, at, os.SEEK_DATA) // BLOCK * BLOCK
        except OSError:
            break
        at = -(-os.lseek(descriptor, begin, os.SEEK_HOLE) // BLOCK) * BLOCK
        found.append((begin, at))
    return found
