"""What to try after the engine refused."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.commands.call import Call

__all__ = ["for_container", "for_image", "for_network", "for_volume", "near"]

_SAYINGS = (
    (r"is not running", "Start it with %docker start NAME, or look at how it ended with %docker logs NAME."),
    (r"is paused", "Let it go on first: %docker unpause NAME"),
    (r"is not paused", "Only a paused container can be unpaused; see %docker ps -a"),
    (r"is already paused", "Let it go on with %docker unpause NAME"),
    (r"already in use by container", "Remove the other one with %docker rm, or choose another name."),
    (
        r"[Cc]annot remove a running container|container is running|You cannot remove",
        "Stop it first, %docker stop NAME, or add -f.",
    ),
    (
        r"image is being used by (running|stopped)|is using its referenced image",
        "Remove the container first; %docker ps -a lists it.",
    ),
    (r"must be forced", "The image has several names, or a container uses it: remove those first, or add -f."),
    (r"volume is in use", "Remove the containers that use it first; %docker ps -a --filter volume=NAME lists them."),
    (r"has active endpoints", "Stop the containers that are on it, or take them off: %docker network disconnect NETWORK CONTAINER"),
    (r"[Uu]nknown signal|[Ii]nvalid signal", "Signals are named like SIGTERM, TERM or 15."),
)


def near(name: str, names: list[str]) -> str:
    """Give a hint that names what looks alike."""
    found = get_close_matches(name, names, n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(found)}?" if found else ""


def _said(error: EngineError, name: str) -> str:
    for pattern, hint in _SAYINGS:
        if re.search(pattern, error.message):
            return hint.replace("NAME", name)
    return ""


def for_container(call: Call, error: EngineError, name: str) -> str:
    """Say what to try after something with a container was refused."""
    if error.status != 404 or "o such exec" in error.message:
        return _said(error, name)
    try:
        found = call.ask("GET", "/containers/json", all=True)
    except EngineError:
        return ""
    names = [each.removeprefix("/") for item in found for each in item.get("Names") or ()]
    return near(name, names) or "%docker ps -a lists all containers."


def for_image(call: Call, error: EngineError, name: str) -> str:
    """Say what to try after something with an image was refused."""
    if error.status != 404:
        return _said(error, name)
    try:
        found = call.ask("GET", "/images/json")
    except EngineError:
        return ""
    names = [each for item in found for each in item.get("RepoTags") or ()]
    wanted = name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"
    return near(wanted, names) or "%docker images lists the images that are here."


def for_volume(call: Call, error: EngineError, name: str) -> str:
    """Say what to try after something with a volume was refused."""
    if error.status != 404:
        return _said(error, name)
    try:
        found = call.ask("GET", "/volumes")
    except EngineError:
        return ""
    return near(name, [str(each["Name"]) for each in found.get("Volumes") or ()]) or "%docker volume ls lists them."


def for_network(call: Call, error: EngineError, name: str) -> str:
    """Say what to try after something with a network was refused."""
    if error.status != 404:
        return _said(error, name)
    try:
        found = call.ask("GET", "/networks")
    except EngineError:
        return ""
    return near(name, [str(each["Name"]) for each in found]) or "%docker network ls lists them."
