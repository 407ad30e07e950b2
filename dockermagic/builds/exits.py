"""What a command's exit code says, in words: the conventions of shells and of Linux."""

from __future__ import annotations

MEANINGS = {
    2: "the shell or the command was used wrongly",
    126: "the command was found, but may not be executed",
    127: "the command was not found",
    130: "interrupted (SIGINT)",
    137: "killed (SIGKILL), often because memory ran out",
    139: "crashed (segmentation fault)",
    143: "asked to end (SIGTERM)",
}


def meaning(code: int) -> str:
    """Give what an exit code means, for a beginner."""
    return MEANINGS.get(code, "the command failed; 0 would be success")
