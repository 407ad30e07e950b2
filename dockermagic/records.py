"""Values that are saved to a file and loaded again: frozen dataclasses as JSON, with a name and a version on the outside.

What is loaded is checked against the types that its class is annotated with: a file that somebody wrote by hand, or that is
damaged, is refused with a reason and never becomes half a value.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

from dockermagic.errors import RecordError
from dockermagic.log import Log

__all__ = ["Kind", "load", "plain", "revive", "save"]

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of file.

    Parameters:
        model: the dataclass that it holds; one with a field `recorded`.
        name: what it is called in the file: "build".
        noun: what it is to a reader: "a saved build"; `how`: how one comes about.
        version: of the form.
    """

    model: type[T]
    name: str
    noun: str
    how: str
    version: int = 1

    @property
    def format(self) -> str:
        """What stands at the head of the file."""
        return f"dockermagic {self.name}"


def save(kind: Kind[T], value: T, path: Path) -> Path:
    """Write a value as JSON.

    Parameters:
        path: the file; an existing one is replaced.
    """
    document = {"format": kind.format, "version": kind.version, kind.name: plain(value)}
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return path


def load(kind: Kind[T], path: Path) -> T:
    """Read what `save` wrote; it is marked as recorded.

    Raises:
        RecordError: the file is missing, not one of ours, newer than we know, or damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except OSError as error:
        raise RecordError(f"“{path}” cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"“{path}” is not {kind.noun}: it is not JSON.", kind.how) from error
    if not isinstance(document, dict) or document.get("format") != kind.format:
        raise RecordError(f"“{path}” is not {kind.noun}.", kind.how)
    if document.get("version") != kind.version:
        told = f"“{path}” was saved in format {document.get('version')}; this dockermagic reads format {kind.version}."
        raise RecordError(told, "pip install -U dockermagic")
    try:
        value = typing.cast(Any, revive(kind.model, document.get(kind.name)))
    except (TypeError, ValueError, KeyError) as error:
        raise RecordError(f"“{path}” is damaged: {error}.") from error
    return typing.cast(T, dataclasses.replace(value, recorded=True))


def plain(value: Any) -> Any:
    """Turn frozen dataclasses into what JSON holds; a log becomes runs of one stream."""
    if isinstance(value, Log):
        return [[stream, "".join(text for _, text in run)] for stream, run in groupby(value.chunks(), key=lambda chunk: chunk[0])]
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [plain(each) for each in value] if isinstance(value, tuple | list) else value


def revive(kind: Any, value: Any) -> Any:
    """Turn JSON back into a value of a type, and refuse anything that is not of it.

    Parameters:
        kind: a dataclass, or a type as its fields are annotated with.
        value: what `json.loads` gave.

    Raises:
        TypeError, ValueError: the value is not of that type.
    """
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is Log:
        return _log(value)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast(type, kind), value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(f"a list was expected, not {type(value).__name__}")
        if parts[-1] is Ellipsis:
            return tuple(revive(parts[0], each) for each in value)
        return tuple(revive(part, each) for part, each in zip(parts, value, strict=True))
    if origin is typing.Literal:
        if value not in parts:
            raise ValueError(f"{value!r} is none of {', '.join(map(str, parts))}")
        return value
    if origin in (types.UnionType, typing.Union):
        return None if value is None and type(None) in parts else revive(next(p for p in parts if p is not type(None)), value)
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
