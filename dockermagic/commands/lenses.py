"""The magics that open a picture of anything that the engine has: `%docker_lifecycle` and its like."""

from __future__ import annotations

from typing import Any

from dockermagic.commands.call import Call, Verb
from dockermagic.commands.hints import for_container
from dockermagic.commands.running import stand
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError
from dockermagic.flags import Command, Example

__all__ = ["LIFECYCLE", "container_ids"]


def container_ids(call: Call) -> list[str]:
    """Give the IDs of the containers that were named.

    Raises:
        EngineError: one of them is not there; says what looks alike.
    """
    found = []
    for name in call.names:
        try:
            found.append(str(call.ask("GET", f"/containers/{named(name)}/json")["Id"]))
        except EngineError as error:
            raise EngineError(error.message, for_container(call, error, name), status=error.status) from error
    return found


def _lifecycle(call: Call) -> Any:
    stand(call, container_ids(call) if call.names else None)


LIFECYCLE = Verb(
    ("lifecycle",),
    Command(
        "%docker_lifecycle",
        "[CONTAINER…]",
        "Show the lives of containers: their states, what took them from one to the next, and what goes on.",
        (),
        examples=(
            Example("%docker_lifecycle web", "one container, wherever it was started"),
            Example("%docker_lifecycle", "all that the engine has"),
        ),
        notes=("The picture goes on after the cell: it moves whenever the engine says that something happened.",),
    ),
    _lifecycle,
)
