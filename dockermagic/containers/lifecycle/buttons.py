"""The buttons of a live picture: only those that make sense in a container's state. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.containers.model import Container
from dockermagic.views.hostile import one_line

__all__ = ["Button", "buttons"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its word, what it does ("stop <id>"), and the docker command that it stands for."""

    word: str
    do: str
    command: str


_WAYS_ON = {
    "created": ("start", "rm"),
    "running": ("stop", "restart", "pause", "kill", "logs"),
    "paused": ("unpause", "stop", "kill", "logs"),
    "restarting": ("stop", "logs"),
    "exited": ("start", "rm", "logs"),
    "dead": ("rm",),
}
_WORDS = {"rm": "remove"}


def buttons(container: Container) -> tuple[Button, ...]:
    """Give the buttons that make sense now, each with the command that it stands for."""
    name = one_line(container.name or container.short_id, 80)
    verbs = _WAYS_ON.get(container.state, ())
    return tuple(Button(_WORDS.get(verb, verb), f"{verb} {container.id}", f"docker {verb} {name}") for verb in verbs)
