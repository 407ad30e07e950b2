"""The only door to Docker: find an engine, prove that it runs containers, speak to it."""

from __future__ import annotations

from dockermagic.engine.discovery import Attempt, Search, asked_for, find_engine, not_found, search
from dockermagic.engine.engine import About, Engine

__all__ = ["About", "Attempt", "Engine", "Search", "asked_for", "find_engine", "not_found", "search"]
