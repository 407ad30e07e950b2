"""What completing needs to know of the world, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dockermagic.flags import Command

__all__ = ["Completion", "Kind", "World", "nothing"]

Kind = Literal["image", "container", "volume", "network", "service"]


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that may stand in the place from `start` to `end` (characters of the cell), and what it is, in a line."""

    text: str
    start: int
    end: int
    help: str = ""


def nothing(*_: str) -> Sequence[str]:
    """Give no names."""
    return ()


@dataclass(frozen=True)
class World:
    """What can be named.

    Parameters:
        commands: every command by what a person types: "%%dockerfile", "%docker_run", "%docker volume rm".
        names: gives the names of a kind that the engine has, out of memory.
        files: gives what is in a folder, folders with a slash behind. Which one: the build context as the magic's line names it
            ("" for the one that goes without saying), and a path in it ("" or ending with a slash).
    """

    commands: Mapping[str, Command] = field(default_factory=dict)
    names: Callable[[Kind], Sequence[str]] = nothing
    files: Callable[[str, str], Sequence[str]] = nothing
