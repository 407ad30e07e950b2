"""All commands of `%docker`, by name."""

from __future__ import annotations

from functools import cache

from dockermagic.commands import (
    building,
    containers,
    copying,
    images,
    inside,
    inspection,
    logs,
    registries,
    removals,
    running,
    streams,
    system,
    volumes,
)
from dockermagic.commands.call import Verb

__all__ = ["all_verbs", "overview", "verbs"]

_GROUPS = (
    ("Containers", (*running.VERBS, *inside.VERBS, *containers.VERBS, *logs.VERBS)),
    ("Files of containers", copying.VERBS),
    ("Images", (*images.VERBS, *building.VERBS, *registries.VERBS)),
    ("Volumes and networks", volumes.VERBS),
    ("Everything", (*inspection.VERBS, *system.VERBS, *streams.VERBS)),
    ("Cleaning up", removals.VERBS),
)


def all_verbs() -> tuple[Verb, ...]:
    """Give every command once."""
    return tuple(verb for _, group in _GROUPS for verb in group)


@cache
def verbs() -> dict[str, Verb]:
    """Give the commands by every name that they have."""
    return {name: verb for verb in all_verbs() for name in verb.names}


def overview() -> str:
    """Say what commands there are."""
    lines = ["Usage:  %docker COMMAND", ""]
    for title, group in _GROUPS:
        lines += [f"{title}:", *(f"  {verb.names[0]:<20} {verb.command.summary}" for verb in group), ""]
    return "\n".join([*lines, "%docker COMMAND --help tells more.", ""])
