"""Saving a build to a file, and loading it again."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from itertools import groupby
from pathlib import Path
from typing import Any

from dockermagic.builds.model import Build
from dockermagic.errors import RecordError
from dockermagic.log import Log

FORMAT = "dockermagic build"
VERSION = 1


def save(build: Build, path: Path) -> Path:
    """Write a build as JSON.

    Parameters:
        path: the file; an existing one is replaced.
    """
    document = {"format": FORMAT, "version": VERSION, "build": plain(build)}
    path.write_text(
        json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", errors="surrogatepass"
    )
    return path


def load(path: Path) -> Build:
    """Read a build that `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except OSError as error:
        raise RecordError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"“{path}” is not a saved build: it is not JSON.", "Builds are saved with build.save(path).") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RecordError(f"“{path}” is not a saved build.", "Builds are saved with build.save(path).")
    if document.get("version") != VERSION:
        raise RecordError(
            f"“{path}” was saved in format {document.get('version')}; this dockermagic reads format {VERSION}.",
            "pip install -U dockermagic",
        )
    try:
        build = typing.cast(Build, revive(Build, document.get("build")))
    except (TypeError, ValueError, KeyError) as error:
        raise RecordError(f"“{path}” is damaged: {error}.") from error
    return dataclasses.replace(build, recorded=True)


def plain(value: Any) -> Any:
    """Turn frozen dataclasses into what JSON holds; a log becomes runs of one stream."""
    if isinstance(value, Log):
        return [[stream, "".join(text for _, text in run)] for stream, run in groupby(value.chunks(), key=lambda chunk: chunk[0])]
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value


def revive(kind: Any, value: Any) -> Any:
    """Turn JSON back into a value of a type, and refuse anything that is not of it.

    Parameters:
        kind: a dataclass, or a type as its fields are annotated with.
        value: what `json.loads` gave.

    Raises:
        TypeError, ValueError: the value is not of that type.
    """
    origin = typing.get_origin(kind)
    if kind is Log:
        return _log(value)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast(type, kind), value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(f"a list was expected, not {type(value).__name__}")
        return tuple(revive(typing.get_args(kind)[0], each) for each in value)
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise ValueError(f"{value!r} is none of {', '.join(map(str, typing.get_args(kind)))}")
        return value
    if origin in (types.UnionType, typing.Union):
        options = typing.get_args(kind)
        return None if value is None and type(None) in options else revive(next(o for o in options if o is not type(None)), value)
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{kind.__name__} was expected, not {type(value).__name__}")
    return value


def _record(kind: type, value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    hints = typing.get_type_hints(kind)
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{name: revive(hints[name], each) for name, each in value.items() if name in known})


def _log(value: Any) -> Log:
    log = Log()
    if not isinstance(value, list):
        raise TypeError("a log is a list")
    for chunk in value:
        if not (isinstance(chunk, list) and len(chunk) == 2 and isinstance(chunk[0], int) and isinstance(chunk[1], str)):
            raise TypeError("a log's entry is a stream and a text")
        log = log.append(chunk[0], chunk[1])
    return log
