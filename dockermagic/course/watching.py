"""What a question of the kind “what happens next?” looks at: whether something has happened to a container since it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dockermagic.engine.answers import ask, named
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["Seen", "look_at"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A container as it was at a moment. Two that differ have something between them that happened."""

    state: str
    exit_code: int = 0
    marks: tuple[str, ...] = ()


def look_at(engine: Engine, name: str) -> tuple[Seen, Mapping[str, Any]]:
    """Look at a container; its state is "removed" when there is none of this name.

    Returns:
        What was seen, and all that the engine says of it.

    Raises:
        EngineError: the engine does not answer.
    """
    try:
        about = ask(engine, "GET", f"/containers/{named(name)}/json")
    except EngineError as error:
        if error.status == 404:
            return Seen("removed"), {}
        raise
    state = about["State"]
    marks = (str(about["Id"]), str(state.get("StartedAt")), str(state.get("FinishedAt")), str(state.get("Paused")))
    return Seen(str(state["Status"]), int(state.get("ExitCode") or 0), marks), about
