"""An image as an engine gives it out: an archive of layers and of what describes them, read once as it comes.

1. Where a layer stands in the archive, and under which name, differs: `<id>/layer.tar` (Docker before 25), `blobs/sha256/<digest>`
   (OCI layout, Docker 25 and later; compressed where the image store keeps layers so), `<digest>.tar` (Podman). Which layer
   is which says manifest.json, which comes last.
2. So nothing is concluded from names: a member that begins like an archive, or like a compressed one, is read as a layer, and the
   SHA-256 of its unpacked bytes is the `diff_id` that the image's configuration knows it by. That also proves that no byte
   of it was lost.
3. A member that begins like JSON and is of a sane length is kept; the image's configuration is among them.

Sources: OCI image-spec image-layout.md and config.md ("Layer DiffID"); moby image/spec/v1.2.md.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dockermagic.errors import ArchiveError
from dockermagic.images.entries import Files, Finding, Package
from dockermagic.images.forward import Forward
from dockermagic.images.layer_tar import Look, members, read_layer
from dockermagic.images.unpack import compression, unpacked

__all__ = ["Meter", "config_of", "read_archive"]

LONGEST_TEXT = 16 << 20
"""Bytes of a member that is kept as JSON."""

MAGIC = slice(257, 262)
BLOCK = 512


class Meter:
    """Counts the bytes that layers were unpacked to, and stops at a limit.

    Parameters:
        limit: bytes of all layers together; None for no limit.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.unpacked = 0

    def count(self, slices: Iterable[bytes]) -> Iterator[bytes]:
        """Pass slices on, counted.

        Raises:
            ArchiveError: they are more than the limit.
        """
        for piece in slices:
            self.unpacked += len(piece)
            if self.limit is not None and self.unpacked > self.limit:
                raise ArchiveError(
                    "The layers unpack to far more than the engine says the image has.", "Nothing of it was written anywhere."
                )
            yield piece


def read_archive(
    slices: Iterable[bytes], found: Callable[[Files], None], look: Look | None = None, meter: Meter | None = None
) -> dict[str, bytes]:
    """Read an image's archive.

    Parameters:
        slices: its bytes, as they come from `GET /images/{name}/get`.
        found: called with each layer as soon as it has been read.
        look: finds secrets and packages in files.
        meter: counts what layers unpack to.

    Returns:
        The JSON documents in it, by name.

    Raises:
        ArchiveError: it is damaged, ends too early, or unpacks to more than the meter's limit.
    """
    stream, texts, meter = Forward(slices), {}, meter or Meter()
    for member in members(stream):
        if not member.isreg():
            continue
        if member.size > (1 << 50):
            raise ArchiveError("The archive has a member of absurd length.")
        body = _Member(stream, member)
        beginning = body.beginning()
        how = compression(beginning)
        if how or beginning[MAGIC] == b"ustar" or (member.size >= BLOCK and beginning == b"\0" * BLOCK):
            found(_layer(body, how, look, meter))
        elif beginning.lstrip()[:1] in (b"{", b"[") and member.size <= LONGEST_TEXT:
            texts[member.name] = b"".join(body)
    return texts


class _Member:
    """The bytes of one member, counted."""

    def __init__(self, stream: Forward, member: tarfile.TarInfo) -> None:
        self._stream, self.size, self.left = stream, member.size, member.size
        self._first = b""

    def beginning(self) -> bytes:
        self._first = self._stream.read(min(BLOCK, self.size))
        return self._first

    def __iter__(self) -> Iterator[bytes]:
        self.left -= len(self._first)
        yield self._first
        for piece in self._stream.take(self.left):
            self.left -= len(piece)
            yield piece
        if self.left:
            raise ArchiveError("The archive ends in the middle of a layer.")


def _layer(body: _Member, how: str, look: Look | None, meter: Meter) -> Files:
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in meter.count(unpacked(body, how)):
            digest.update(piece)
            yield piece

    contents = read_layer(hashed(), look)
    return Files(
        f"sha256:{digest.hexdigest()}",
        tuple(contents.entries),
        packed=body.size if how else None,
        unsafe=contents.unsafe,
        findings=tuple(each for each in contents.noted if isinstance(each, Finding)),
        packages=tuple(each for each in contents.noted if isinstance(each, Package)),
    )


def config_of(texts: dict[str, bytes], diff_ids: Iterable[str]) -> dict[str, Any]:
    """Give the image's configuration: the document whose layers are these; empty when there is none.

    Parameters:
        texts: what `read_archive` gave; `diff_ids`: the image's layers, lowest first.
    """
    wanted = list(diff_ids)
    for text in texts.values():
        try:
            document: Any = json.loads(text)
        except (ValueError, RecursionError):
            continue
        layers = document.get("rootfs") if isinstance(document, dict) else None
        if isinstance(layers, dict) and layers.get("diff_ids") == wanted:
            return dict(document)
    return {}
