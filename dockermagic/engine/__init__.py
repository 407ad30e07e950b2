"""The only door to Docker: find an engine, prove that it runs containers, speak to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockermagic.engine.discovery import Attempt, Search, asked_for, find_engine, not_found, search
    from dockermagic.engine.engine import About, Engine

__all__ = ["About", "Attempt", "Engine", "Search", "asked_for", "find_engine", "not_found", "search"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a part of this package alone is had without HTTP and TLS."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "engine" if name in ("About", "Engine") else "discovery"
    return getattr(import_module(f"dockermagic.engine.{home}"), name)
