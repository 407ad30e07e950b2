"""What the engine tells of base images and of its build cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dockermagic.builds.why.facts import Base
from dockermagic.builds.why.prints import digest
from dockermagic.engine.answers import ask
from dockermagic.engine.engine import Engine
from dockermagic.errors import EngineError

__all__ = ["CacheRecord", "cache_records", "read_bases"]


PATIENCE = 20.0
"""Seconds that the engine has to list its cache."""


@dataclass(frozen=True, slots=True)
class CacheRecord:
    """A record of the engine's build cache: its name, what it says of itself, and when it was made (as the engine writes it)."""

    id: str
    description: str
    created: str


def read_bases(engine: Engine, names: Iterable[str]) -> dict[str, Base]:
    """Look at images that are on the engine (GET /images/{name}/json)."""
    from docker.errors import DockerException

    found = {}
    for name in names:
        try:
            found[name] = _base(engine.api.inspect_image(name))
        except (DockerException, OSError, ValueError):
            found[name] = Base(known=False)
    return found


def _base(image: Mapping[str, Any]) -> Base:
    config = image.get("Config") or {}
    layers = (image.get("RootFS") or {}).get("Layers") or [str(image.get("Id"))]
    pairs = tuple((name, value) for name, _, value in (each.partition("=") for each in config.get("Env") or []))
    return Base(
        digest(*layers),
        pairs,
        config.get("WorkingDir") or "",
        config.get("User") or "",
        tuple(config.get("Shell") or ()),
        tuple(config.get("OnBuild") or ()),
    )


def cache_records(engine: Engine) -> list[CacheRecord] | None:
    """List the records of the engine's build cache (GET /system/df); None when it does not tell."""
    try:
        # Before API 1.42 the engine does not know the type, and measures images and volumes as well.
        found = ask(engine, "GET", "/system/df", query={"type": "build-cache"}, patience=PATIENCE)
    except EngineError:
        return None
    records = found.get("BuildCache") or []
    return [
        CacheRecord(str(each.get("ID")), str(each.get("Description") or ""), str(each.get("CreatedAt") or "")) for each in records
    ]
