"""Saving a stack to a file, and loading it again: the picture of then, at any later time."""

from __future__ import annotations

from pathlib import Path

from dockermagic import records
from dockermagic.compose.model import Stack

__all__ = ["KIND", "load", "save"]

KIND = records.Kind(Stack, "stack", "a saved stack", "Stacks are saved with stack.save(path).")


def save(stack: Stack, path: Path) -> Path:
    """Write a stack as JSON; what is secret in it was masked before.

    Parameters:
        path: the file; an existing one is replaced.
    """
    return records.save(KIND, stack, path)


def load(path: Path) -> Stack:
    """Read what `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    return records.load(KIND, path)
