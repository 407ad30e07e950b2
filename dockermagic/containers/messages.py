"""Reading the messages of `GET /events`: `read(message) -> Event | None`.

Docker and Podman use other words for the same. Podman names no signal and no exec; what it calls a volume's or image's id is empty.
Source: the Engine API (docs "Monitor events"), Podman's `libpod/events`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from dockermagic.containers import events as ev
from dockermagic.containers.parts import Health

__all__ = ["HELPER", "read", "subject", "time_of"]

_SAME = {"died": "die", "remove": "destroy", "exec_died": "exec_die", "exec": "exec_start", "kill": "kill"}
_HEALTH: dict[str, Health] = {"starting": "starting", "healthy": "healthy", "unhealthy": "unhealthy"}

HELPER = "dev.dockermagic.helper"
"""The label of containers that only look for us into others; nobody made them."""

Json = Mapping[str, Any]


def time_of(message: Json) -> float:
    """Give when it happened, seconds since the epoch on the engine's clock."""
    nano = message.get("timeNano")
    if isinstance(nano, int) and nano > 0:
        return nano / 1e9
    seconds = message.get("time")
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def subject(message: Json) -> tuple[str, str, str]:
    """Give what a message is about: type ("container", "image", "network", "volume"), action without its details, id."""
    actor = message.get("Actor")
    actor = actor if isinstance(actor, Mapping) else {}
    kind, action = str(message.get("Type", "container")), str(message.get("Action") or message.get("status") or "")
    action = action.partition(":")[0].strip()
    return kind, _SAME.get(action, action), str(actor.get("ID") or message.get("id") or "")


def read(message: Json) -> ev.Event | None:
    """Give the fact that a message tells about a container; None if it tells of something else.

    Parameters:
        message: as `json.loads` gave it; anything may be missing.
    """
    kind, action, id = subject(message)
    actor = message.get("Actor")
    found = actor.get("Attributes") if isinstance(actor, Mapping) else None
    attributes: Json = found if isinstance(found, Mapping) else {}
    time = time_of(message)
    if kind == "network" and action in ("connect", "disconnect"):
        return _network(time, action, id, attributes)
    if kind != "container" or not id or HELPER in attributes:
        return None
    plain = _PLAIN.get(action)
    if plain is not None:
        return cast(ev.Event, plain(time, id))
    details = str(message.get("Action", "")).partition(":")[2].strip()
    return _detailed(time, id, action, details, attributes)


_PLAIN = {
    "start": ev.Started,
    "pause": ev.Paused,
    "unpause": ev.Unpaused,
    "oom": ev.OutOfMemory,
    "stop": ev.Stopped,
    "restart": ev.Restarted,
    "destroy": ev.Removed,
}


def _detailed(time: float, id: str, action: str, details: str, attributes: Json) -> ev.Event | None:
    match action:
        case "create":
            return ev.Created(time, id, str(attributes.get("name", "")), str(attributes.get("image", "")))
        case "kill":
            return ev.Signalled(time, id, _number(attributes.get("signal"), 0) or 0)
        case "die":
            return ev.Died(time, id, _number(attributes.get("exitCode", attributes.get("containerExitCode")), 0) or 0)
        case "rename":
            return ev.Renamed(time, id, str(attributes.get("name", "")).removeprefix("/"))
        case "health_status":
            word = details or str(attributes.get("health_status", ""))
            return ev.HealthChanged(time, id, _HEALTH[word]) if word in _HEALTH else None
        case "exec_start":
            return ev.ExecStarted(time, id, str(attributes.get("execID", "")) or f"at {time}", details)
        case "exec_die":
            code = _number(attributes.get("exitCode", attributes.get("containerExitCode")), None)
            return ev.ExecDied(time, id, str(attributes.get("execID", "")), code)
        case "resize":
            return ev.Resized(time, id, _number(attributes.get("width"), 0) or 0, _number(attributes.get("height"), 0) or 0)
    return None


def _network(time: float, action: str, id: str, attributes: Json) -> ev.Event | None:
    """Docker's event is the network's and names the container; Podman's names the container as its id, and no network."""
    container = str(attributes.get("container", ""))
    network = str(attributes.get("name", ""))
    if not container:
        return None
    return ev.NetworkJoined(time, container, network) if action == "connect" else ev.NetworkLeft(time, container, network)


def _number(value: object, otherwise: int | None) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return otherwise
