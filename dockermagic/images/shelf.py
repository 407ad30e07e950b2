"""What was read of layers, kept on disk by their diff ID: a base that many images share is read once.

A file a layer, in the user's cache directory. What cannot be read, or is of another version, is as if it were not there; what
cannot be written costs nothing but the time of the next reading. Names and kinds of secrets are kept, values never.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tempfile
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

from dockermagic.images.entries import Entry, Files, Finding, Package

__all__ = ["Shelf"]

VERSION = 3
MOST_BYTES = 300_000_000
"""Bytes that all of them may take; beyond that the ones unused for the longest time go."""


class Shelf:
    """The layers that were read.

    Parameters:
        folder: where they are kept; None for the user's cache directory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("dockermagic") / "layers"
        self.folder = folder

    def _path(self, diff_id: str, more: str = "") -> Path:
        digest = diff_id.rpartition(":")[2]
        if not digest.isalnum():
            raise ValueError(diff_id)
        return self.folder / f"{digest}{more}.json.gz"

    def take(self, diff_id: str) -> Files | None:
        """Give a layer; None when it is not here."""
        try:
            path = self._path(diff_id)
            read = _read(json.loads(gzip.decompress(path.read_bytes())))
            if read is None or read.diff_id != diff_id:
                return None
            os.utime(path)
        except (OSError, EOFError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return read

    def put(self, files: Files) -> None:
        """Keep a layer."""
        with contextlib.suppress(OSError, ValueError):
            self._write(self._path(files.diff_id), _written(files))

    def _write(self, path: Path, document: Any) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as new:
            try:
                new.write(gzip.compress(json.dumps(document, separators=(",", ":")).encode(), 1))
                new.close()
                os.replace(new.name, path)
            except BaseException:
                os.unlink(new.name)
                raise

    def flags(self, image_id: str) -> tuple[bool, ...] | None:
        """Give which entries of an image's history made a layer; None when that is not kept."""
        try:
            read = json.loads(gzip.decompress(self._path(image_id, "-history").read_bytes()))
        except (OSError, EOFError, ValueError, RecursionError):
            return None
        return tuple(map(bool, read)) if isinstance(read, list) else None

    def put_flags(self, image_id: str, flags: tuple[bool, ...]) -> None:
        """Keep which entries of an image's history made a layer."""
        with contextlib.suppress(OSError, ValueError):
            self._write(self._path(image_id, "-history"), list(flags))

    def tidy(self) -> None:
        """Remove what was unused for the longest time, when there is too much."""
        with contextlib.suppress(OSError):
            kept = sorted(((path.stat(), path) for path in self.folder.glob("*.json.gz")), key=lambda each: -each[0].st_mtime)
            total = 0
            for stat, path in kept:
                total += stat.st_size
                if total > MOST_BYTES:
                    path.unlink(missing_ok=True)


_ENTRY = attrgetter(*(each.name for each in fields(Entry)))
_FINDING = attrgetter(*(each.name for each in fields(Finding)))
_PACKAGE = attrgetter(*(each.name for each in fields(Package)))


def _written(files: Files) -> dict[str, Any]:
    return {
        "version": VERSION,
        "diff_id": files.diff_id,
        "packed": files.packed,
        "unsafe": files.unsafe,
        "findings": [_FINDING(finding) for finding in files.findings],
        "packages": [_PACKAGE(package) for package in files.packages],
        "entries": [_ENTRY(entry) for entry in files.entries],
    }


def _read(document: Any) -> Files | None:
    if not isinstance(document, dict) or document.get("version") != VERSION:
        return None
    return Files(
        document["diff_id"],
        tuple(Entry(*row) for row in document["entries"]),
        packed=document["packed"],
        unsafe=document["unsafe"],
        findings=tuple(Finding(*row) for row in document["findings"]),
        packages=tuple(Package(*row) for row in document["packages"]),
    )
