"""What a volume has outlived, told by the engine's events. Pure.

1. A volume that is removed has nothing to do with the next one of its name. That it is made tells nothing: some engines say so
   again whenever a container wants it.
2. A container that mounts it uses it.
3. A Compose project that is recreated always has a container; `down` leaves it without any. So a moment without, after the volume
   was used, is a `down`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Survival", "read_survival"]

PROJECT = "com.docker.compose.project"


@dataclass(frozen=True, slots=True)
class Survival:
    """The containers that have used a volume, and whether its project once had no container since."""

    users: frozenset[str] = frozenset()
    alone: bool = False


def read_survival(events: Iterable[Mapping[str, Any]], volume: str, project: str) -> Survival:
    """Read what a volume has outlived.

    Parameters:
        events: of volumes and containers, in their order, as `GET /events` gives them.
        volume: its name; `project`: the Compose project that it belongs to; "" for none.
    """
    users: set[str] = set()
    living: set[str] = set()
    alone = False
    for event in events:
        actor = event.get("Actor") or {}
        id, attributes = str(actor.get("ID", "")), actor.get("Attributes") or {}
        kind, action = event.get("Type"), event.get("Action")
        if kind == "volume" and id == volume:
            if action == "mount":
                users.add(str(attributes.get("container", "")))
            elif action == "destroy":
                users, alone = set(), False
        elif kind == "container" and project and attributes.get(PROJECT) == project:
            if action == "create":
                living.add(id)
            elif action == "destroy":
                living.discard(id)
                alone = alone or (bool(users) and not living)
    return Survival(frozenset(users - {""}), alone)
