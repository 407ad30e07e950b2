"""Saving a stack to a file, and loading it again: the picture of then, at any later time."""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path

from dockermagic.compose.model import Stack
from dockermagic.containers.record import plain, revive
from dockermagic.errors import RecordError

__all__ = ["load", "save"]

FORMAT = "dockermagic stack"
VERSION = 1
_HOW = "Stacks are saved with stack.save(path)."


def save(stack: Stack, path: Path) -> Path:
    """Write a stack as JSON; what is secret in it was masked before.

    Parameters:
        path: the file; an existing one is replaced.
    """
    document = {"format": FORMAT, "version": VERSION, "stack": plain(stack)}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def load(path: Path) -> Stack:
    """Read what `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except OSError as error:
        raise RecordError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"“{path}” does not hold a saved stack: it is not JSON.", _HOW) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordError(f"“{path}” does not hold a saved stack.", _HOW)
    if document.get("version") != VERSION:
        told = f"“{path}” was saved in format {document.get('version')}; this dockermagic reads format {VERSION}."
        raise RecordError(told, "pip install -U dockermagic")
    try:
        stack = typing.cast(Stack, revive(Stack, document.get("stack")))
    except (TypeError, ValueError, KeyError) as error:
        raise RecordError(f"“{path}” is damaged: {error}.") from error
    return dataclasses.replace(stack, recorded=True)
