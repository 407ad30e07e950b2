"""What `up` needs besides on an engine in a guest: folders that are shared with it, ports that are free on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockermagic.compose.cell import Given
    from dockermagic.compose.handle import LiveStack

__all__ = ["prepare", "tell_conflicts"]


def prepare(given: Given) -> None:
    """See that the guest reaches what the services mount, and make the folders that are not there.

    Raises:
        EngineError: a folder is not shared with the guest.
    """
    walls = given.session.engine.walls
    if walls is not None:
        for service in given.project().services:
            for mount in service.mounts:
                if mount.type == "bind":
                    walls.inside(mount.source, make=True)


def tell_conflicts(live: LiveStack) -> None:
    """Tell of published ports that the engine could not open on this machine, since another program has them."""
    walls = live.engine.walls
    ports = (each.published for service in live.model.project.services for each in service.ports)
    for line in walls.conflicts(int(port) for port in ports if port.isdigit()) if walls is not None else ():
        sys.stderr.write(f"WARNING: {line}\n")
