"""A docker command taken apart, piece by piece: `explain("docker run -d -p 3000:3000 app")`. Nothing is run.

1. What comes before the command's name (docker, $, sudo, %docker, !docker) is passed over.
2. The line is read with the command's table of flags; what Docker would refuse is refused with the same words.
3. Then each word becomes a piece, joined with its value; letters that are written together (-dit) are told one by one.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from dockermagic.containers.explain_flags import MEANINGS, Link, link_of
from dockermagic.containers.flags import ATTACH, CREATE, EXEC, RUN
from dockermagic.containers.options.references import check_image, registry_of, split_image
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Flag, parse, split
from dockermagic.views.shown import ShownOnce

__all__ = ["TABLES", "Explanation", "Piece", "explain"]

Kind = Literal["command", "flag", "image", "container", "program", "argument"]

TABLES: Mapping[str, Command] = {"run": RUN, "create": CREATE, "exec": EXEC, "attach": ATTACH}
"""Commands by what follows `docker`."""

_LEADING = ("$", "sudo", "docker", "%docker", "!docker", "!", "%")
_PLURAL = ("container", "image")
"""`docker container run` is `docker run`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a command line, as it is written, and what it means in a sentence or two; `links` are drawn as arrows."""

    text: str
    kind: Kind
    meaning: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation(ShownOnce):
    """A command line taken apart."""

    line: str
    pieces: tuple[Piece, ...]

    @property
    def html(self) -> str:
        """The picture as markup, for any place: no script, no stylesheet."""
        from dockermagic.containers.explain_scene import markup

        return markup(self)

    @property
    def text(self) -> str:
        """The same as text."""
        from dockermagic.containers.explain_scene import text

        return text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __str__(self) -> str:
        return self.text


def explain(line: str, tables: Mapping[str, Command] = TABLES) -> Explanation:
    """Take a docker command apart.

    Parameters:
        line: as one would type it.
        tables: the commands that are known, by what follows `docker` ("network create").

    Raises:
        UsageError: there is no such command, or Docker would not accept the line.
    """
    words = split(line, "docker")
    while words and words[0] in _LEADING:
        words = words[1:]
    words = ["run", *words[1:]] if words[:1] == ["%docker_run"] else words
    words = words[1:] if words[:1] and words[0] in _PLURAL and " ".join(words[1:2]) in tables else words
    name = next((" ".join(words[:count]) for count in (2, 1) if " ".join(words[:count]) in tables), "")
    if not name:
        raise _unknown(words, tables)
    rest = words[len(name.split()) :]
    command = replace(tables[name], name=f"docker {name}")
    parsed = parse(command, rest)
    first = Piece(f"docker {name}", "command", command.summary)
    if parsed.help:
        return Explanation(
            shlex.join(["docker", *words]), (first, Piece("--help", "flag", "Docker shows what the command can do."))
        )
    count = len(rest) - len(parsed.positionals)
    flags = _Walk(command, rest).pieces() if command.interspersed else _Walk(command, rest[:count]).pieces()
    return Explanation(shlex.join(["docker", *words]), (first, *flags, *_arguments(name, command, parsed.positionals)))


def _unknown(words: list[str], tables: Mapping[str, Command]) -> UsageError:
    if not words:
        return UsageError("Which command?", "For example: %docker_explain docker run -d -p 8080:80 nginx")
    likely = get_close_matches(words[0], tables, n=1, cutoff=0.6)
    hint = f"Did you mean docker {likely[0]}?" if likely else f"These are known: {', '.join(sorted(tables))}."
    return UsageError(f"docker {words[0]} cannot be explained here.", hint)


class _Walk:
    """Goes over a line that is known to be right, and gives its flags in order."""

    def __init__(self, command: Command, words: list[str]) -> None:
        self.command, self.words = command, list(words)

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        while self.words:
            word = self.words.pop(0)
            if word == "--":
                break
            if word.startswith("--"):
                found.append(self._long(word))
            elif word.startswith("-") and len(word) > 1:
                found += self._short(word)
        return found

    def _long(self, word: str) -> Piece:
        name, equals, value = word[2:].partition("=")
        flag = self._flag(self.command.named(name))
        if equals:
            return _piece(flag, f"--{name}={shlex.quote(value)}", value)
        if flag.kind == "bool" or flag.bare:
            return _piece(flag, word, flag.bare or "true")
        value = self.words.pop(0)
        return _piece(flag, f"{word} {shlex.quote(value)}", value)

    def _short(self, word: str) -> list[Piece]:
        found: list[Piece] = []
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self._flag(self.command.shorthand(letter))
            if len(letters) > 1 and letters[0] == "=":
                found.append(_piece(flag, f"-{letter}={shlex.quote(letters[1:])}", letters[1:]))
                break
            if flag.kind == "bool" or flag.bare:
                found.append(_piece(flag, f"-{letter}", flag.bare or "true"))
                continue
            value = letters or self.words.pop(0)
            found.append(_piece(flag, f"-{letter} {shlex.quote(value)}", value))
            break
        return found

    def _flag(self, flag: Flag | None) -> Flag:
        if flag is None:
            raise UsageError(f"The line of {self.command.name} cannot be taken apart.", f"See {self.command.name} --help.")
        return flag


def _piece(flag: Flag, text: str, value: str) -> Piece:
    if flag.kind == "bool" and value.lower() in ("false", "f", "0"):
        return Piece(text, "flag", f"Not: {flag.help}")
    try:
        meaning = MEANINGS[flag.long](value) if flag.long in MEANINGS and not flag.ours else flag.help
        return Piece(text, "flag", meaning or "Docker takes it, and it changes little.", link_of(flag.long, value))
    except ValueError:
        return Piece(text, "flag", flag.help)


def _arguments(name: str, command: Command, words: tuple[str, ...]) -> list[Piece]:
    if name in ("run", "create"):
        found = [Piece(words[0], "image", _image(words[0]))]
        if words[1:]:
            found.append(
                Piece(
                    shlex.join(words[1:]),
                    "program",
                    f"This runs in the container, instead of the image's CMD: {_program(words[1:])}",
                )
            )
        return found
    if name == "exec":
        meaning = f"This runs in the container, beside what runs there already: {_program(words[1:])}"
        return [Piece(words[0], "container", "The container; it must run."), Piece(shlex.join(words[1:]), "program", meaning)]
    usage = command.usage.replace("[OPTIONS]", "").replace("[", "").replace("]", "").split()
    what = [each.rstrip("….").removesuffix("...").lower() for each in usage]
    return [Piece(shlex.quote(word), "argument", _argument(what, place)) for place, word in enumerate(words)]


def _argument(what: list[str], place: int) -> str:
    if not what:
        return "What it is about."
    noun = what[min(place, len(what) - 1)].partition("|")[0]
    return {
        "container": "The container, by its name or the beginning of its ID.",
        "image": "The image.",
        "name[:tag": "The image.",
        "path": "The folder that COPY and ADD take files from.",
        "network": "The network.",
        "volume": "The volume.",
    }.get(noun, f"{noun.capitalize()}.")


def _image(image: str) -> str:
    try:
        check_image(image)
    except ValueError as error:
        raise UsageError(str(error), "The image comes after the options: docker run [OPTIONS] IMAGE [COMMAND]") from None
    name, tag = split_image(image)
    host = registry_of(image)
    source = "Docker Hub" if host == "docker.io" else host
    which = (
        f"the version {tag[:19]}"
        if ":" in tag
        else f"its version “{tag}”"
        if tag != "latest" or image.endswith(":latest")
        else "“latest”, since no version is named"
    )
    return f"The image that the container is made of: {name}, {which}. If it is not here, it is fetched from {source}."


def _program(words: tuple[str, ...]) -> str:
    if len(words) == 1:
        return f"the program {words[0]}."
    if words[0] in ("sh", "bash", "ash") and words[1] == "-c":
        return f"a shell, which carries out “{' '.join(words[2:3])}”."
    return f"the program {words[0]}, with {'1 argument' if len(words) == 2 else f'{len(words) - 1} arguments'}."
