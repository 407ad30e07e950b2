"""Saving a build to a file, and loading it again: the picture of then, at any later time."""

from __future__ import annotations

from pathlib import Path

from dockermagic import records
from dockermagic.builds.model import Build

__all__ = ["KIND", "load", "save"]

KIND = records.Kind(Build, "build", "a saved build", "Builds are saved with build.save(path).")


def save(build: Build, path: Path) -> Path:
    """Write a build as JSON.

    Parameters:
        path: the file; an existing one is replaced.
    """
    return records.save(KIND, build, path)


def load(path: Path) -> Build:
    """Read what `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    return records.load(KIND, path)
