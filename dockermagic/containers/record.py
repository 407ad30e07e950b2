"""Saving containers to a file, and loading them again: the picture of then, at any later time."""

from __future__ import annotations

from pathlib import Path

from dockermagic import records
from dockermagic.containers.model import Containers

__all__ = ["KIND", "load", "save"]

KIND = records.Kind(Containers, "containers", "a file of saved containers", "Containers are saved with c.save(path).")


def save(containers: Containers, path: Path) -> Path:
    """Write containers as JSON.

    Parameters:
        path: the file; an existing one is replaced.
    """
    return records.save(KIND, containers, path)


def load(path: Path) -> Containers:
    """Read what `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    return records.load(KIND, path)
