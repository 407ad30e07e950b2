"""Completing a magic's line: its commands, flags, values of flags, and names of what the engine has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dockermagic.completions.values import CHOICES, FILES, KINDS, arguments
from dockermagic.completions.words import Words, words_before
from dockermagic.completions.world import World
from dockermagic.flags import Command, Flag

__all__ = ["Offer", "cell_names", "matching", "offers"]

Offer = tuple[str, str]
"""A text for the word that is being written, and its help."""

_NAMES = {
    "target": re.compile(r"^\s*FROM\s+(?:--\S+\s+)*\S+\s+AS\s+(\S+)", re.IGNORECASE | re.MULTILINE),
    "build-arg": re.compile(r"^\s*ARG\s+([A-Za-z_]\w*)", re.IGNORECASE | re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be completed: the words, the command and how many of the words are its name, and the cell below."""

    words: Words
    command: Command
    own: int
    cell: str
    world: World


def offers(line: str, cell: str, world: World) -> tuple[list[Offer], Words, int]:
    """Give what fits at the end of a magic's line.

    Parameters:
        line: from the magic's first "%" to the cursor.
        cell: the cell below it, empty for a line magic.

    Returns:
        What fits, the words, and how many characters of the current one (from its left) stay as they are.
    """
    words = words_before(line)
    found = [(name, command) for name, command in world.commands.items() if _named(name.split(), words.before)]
    begun = list(_longer(words, world))
    if not found:
        return begun, words, 0
    name, command = max(found, key=lambda item: len(item[0]))
    asked = _Asked(words, command, len(name.split()), cell, world)
    given, kept = _given(asked)
    return [*begun, *given], words, kept


def _named(name: list[str], before: tuple[str, ...]) -> bool:
    return list(before[: len(name)]) == name


def _longer(words: Words, world: World) -> Iterator[Offer]:
    """Give the next word of commands whose name begins with all the words so far."""
    if not words.before:
        return
    count = len(words.before)
    for name, command in world.commands.items():
        parts = name.split()
        if len(parts) > count and parts[:count] == list(words.before) and parts[count].startswith(words.current):
            yield parts[count], command.summary if len(parts) == count + 1 else f"{parts[count]} …"


def _given(asked: _Asked) -> tuple[list[Offer], int]:
    """Give what fits after a command's name, and how much of the word stays."""
    waiting, arguments_before = _state(asked)
    current = asked.words.current
    if waiting is not None:
        return list(_values(waiting, current, asked)), 0
    if arguments_before is None:
        return [], 0
    if current.startswith("--") and "=" in current:
        long, _, value = current.partition("=")
        flag = asked.command.named(long[2:])
        return (list(_values(flag, value, asked)) if flag is not None else []), len(long) + 1
    if current.startswith("-"):
        return list(_flags(asked.command, current)), 0
    return list(_arguments(asked, arguments_before)), 0


def _state(asked: _Asked) -> tuple[Flag | None, int | None]:
    """Say which flag waits for its value, and how many arguments there are; None when what follows is not the command's."""
    count, waiting, flags_end = 0, None, False
    for word in asked.words.before[asked.own :]:
        if waiting is not None:
            waiting = None
        elif word == "--" and not flags_end:
            flags_end = True
        elif word.startswith("-") and len(word) > 1 and not flags_end:
            waiting = _waiting(asked.command, word)
        else:
            count += 1
            if not asked.command.interspersed:
                return None, None
    return waiting, count


def _waiting(command: Command, word: str) -> Flag | None:
    """Give the flag that takes the next word as its value."""
    if word.startswith("--"):
        flag = None if "=" in word else command.named(word[2:])
        return flag if flag is not None and _takes_value(flag) else None
    for place, letter in enumerate(word[1:], 2):
        flag = command.shorthand(letter)
        if flag is None:
            return None
        if _takes_value(flag):
            return flag if place == len(word) else None
    return None


def _takes_value(flag: Flag) -> bool:
    return flag.kind != "bool" and not flag.bare


def _flags(command: Command, current: str) -> Iterator[Offer]:
    for flag in command.flags:
        if flag.hidden:
            continue
        if f"--{flag.long}".startswith(current):
            yield f"--{flag.long}", flag.help
        elif current == f"-{flag.short}" and flag.short:
            yield current, flag.help


def _values(flag: Flag, current: str, asked: _Asked) -> Iterator[Offer]:
    world = asked.world
    if flag.kind == "bool":
        yield from matching([("true", flag.help), ("false", flag.help)], current)
        return
    if kind := KINDS.get(flag.long):
        yield from matching(((name, kind) for name in world.names(kind)), current)
    yield from matching(CHOICES.get(flag.long, {}).items(), current)
    if flag.long in FILES:
        yield from paths(current, "", world)
    if flag.long in _NAMES:
        yield from matching(((name, flag.long) for name in cell_names(flag.long, asked.cell)), current)


def cell_names(what: str, cell: str) -> list[str]:
    """Give the stages ("target") or the build arguments ("build-arg") that a Dockerfile declares."""
    return list(dict.fromkeys(_NAMES[what].findall(cell)))


def _arguments(asked: _Asked, place: int) -> Iterator[Offer]:
    name = " ".join(asked.words.before[: asked.own])
    current = asked.words.current
    if name in ("%%dockerfile", "%docker build", "%docker cp", "%docker_record", "%docker_replay"):
        yield from paths(current, "", asked.world)
    for kind in arguments(name, place):
        end = ":" if name == "%docker cp" else ""
        yield from matching(((found + end, kind) for found in asked.world.names(kind)), current)


def paths(current: str, context: str, world: World) -> Iterator[Offer]:
    """Give the files and folders that a path that is being written may go on with."""
    folder, slash, begun = current.rpartition("/")
    for name in world.files(context, folder + slash):
        if name.startswith(begun) and (begun or not name.startswith(".")):
            yield folder + slash + name, "folder" if name.endswith("/") else "file"


def matching(found: Iterable[Offer], current: str) -> Iterator[Offer]:
    """Give those that begin with what is there."""
    for text, help in found:
        if text.startswith(current):
            yield text, help
