"""What an image gives away: in files of its layers, also of those that a later one removed, and in its configuration.

Nothing found is ever kept or drawn with its value, unless somebody asks for that value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dockermagic.images.entries import Finding
from dockermagic.secrecy import secret_file, secret_lines, secret_variable

__all__ = ["MOST_IN_A_FILE", "Given", "given_in_config", "look"]

MOST_IN_A_FILE = 20

Where = Literal["environment", "label", "build argument", "instruction"]

_ARGUMENT = re.compile(r"^\|\d+ (?P<values>.*?) ?/bin/sh -c ", re.DOTALL)
_PAIR = re.compile(r"""(?P<name>[A-Za-z_]\w*)=(?P<value>"[^"]*"|'[^']*'|\S+)""")


@dataclass(frozen=True, slots=True)
class Given:
    """A value in an image's configuration or history that looks like a secret.

    `where`: what holds it; `name`: the variable's, label's or argument's; `value`: itself. Do not draw it unasked.
    """

    where: Where
    name: str
    value: str

    def __repr__(self) -> str:
        return f"Given({self.where!r}, {self.name!r})"


def look(path: str, beginning: bytes) -> Iterator[Finding]:
    """Yield what looks like a secret in a file of a layer.

    Parameters:
        path: the file's; `beginning`: its first bytes.
    """
    named = secret_file(path)
    if named:
        yield Finding(path, named)
    for number, (line, rule) in enumerate(secret_lines(path, beginning)):
        if number >= MOST_IN_A_FILE:
            return
        if not (named and rule == named):
            yield Finding(path, rule, line)


def given_in_config(config: Mapping[str, Any], history: Sequence[str]) -> tuple[Given, ...]:
    """Find what an image's configuration and history give away.

    Parameters:
        config: the part that a container gets ("Env", "Labels"); `history`: what made each layer, as the engine tells it.
    """
    found: dict[tuple[str, str], Given] = {}

    def note(where: Where, name: str, value: str) -> None:
        if secret_variable(name) and value and not value.startswith("$"):
            found.setdefault((name, value), Given(where, name, value))

    for pair in config.get("Env") or ():
        name, _, value = str(pair).partition("=")
        note("environment", name, value)
    for name, value in (config.get("Labels") or {}).items():
        note("label", str(name), str(value))
    for text in history:
        arguments = _ARGUMENT.match(text)
        for pair in _PAIR.finditer(arguments["values"] if arguments else ""):
            note("build argument", pair["name"], pair["value"].strip("\"'"))
        for pair in _PAIR.finditer(text):
            note("instruction", pair["name"], pair["value"].strip("\"'"))
    return tuple(found.values())
