"""What became of a container, in a sentence, and what to do when it should run and does not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["fate", "hints_to_run", "meaning"]

_ENDS = {
    0: "it had nothing more to do",
    125: "Docker itself failed",
    126: "the file could not be executed",
    127: "the command was not found",
    137: "it was killed, by docker kill or for want of memory",
    139: "it crashed",
    143: "it was told to end",
}


def meaning(code: int) -> str:
    """Say what an exit code means."""
    return _ENDS.get(code, "its program said that something went wrong")


def fate(name: str, state: Mapping[str, Any]) -> str:
    """Say how a container is.

    Parameters:
        state: "State" of `GET /containers/{id}/json`.
    """
    status = str(state["Status"])
    if status == "exited":
        code = int(state["ExitCode"])
        memory = " (it was out of memory)" if state.get("OOMKilled") else ""
        return f"There is a container called {name}, but it exited with {code}: {meaning(code)}{memory}."
    return f"There is a container called {name}; it is {status}."


def hints_to_run(name: str, state: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the hints for a container that should run: nudge, pointer, answer."""
    status, code = str(state["Status"]), int(state.get("ExitCode") or 0)
    if status == "paused":
        return ("It sleeps.", "docker pause stopped it; what is the opposite?", f"%docker unpause {name}")
    if status == "created":
        return ("It was made, and never started.", "docker create makes; docker start starts.", f"%docker start {name}")
    if code == 127:
        return (
            f"What did it print? %docker logs {name}",
            "The command at the end of the line, or CMD, is not a program in this image. Is it spelt right?",
            f"%docker inspect --format '{{{{.Path}}}} {{{{.Args}}}}' {name} shows what it tried to run.",
        )
    return (
        f"A container runs as long as its program does. What did it print? %docker logs {name}",
        "A program that ends at once ends its container: it needs one that goes on, such as a server.",
        f"%docker start {name}, if it only was stopped.",
    )
