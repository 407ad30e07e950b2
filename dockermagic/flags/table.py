"""What a command line may hold: a table of flags, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "bool", "int", "float", "list", "csv"]
"""list: may be given many times, every value is kept as it is. csv: the same, and each value is also split at its commas."""

Value = str | bool | int | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Flag:
    """One option of a command.

    Parameters:
        long, short: names without their dashes; `short` is one letter or empty.
        kind: how the value is read, and whether it may be given many times.
        metavar: what the help calls the value; `example`: a value for error messages, such as "hello:1".
        help: one line for the help; `ours`: it is dockermagic's, Docker has no such flag; `hidden`: not in the help.
        default: the value when the flag is not given; None stands for the empty value of the kind.
        bare: the value that the flag has when written without one (Go's NoOptDefVal); a bool needs none.
        aliases: other long names of the same flag.
        check: reads a value further; its ValueError becomes the error message.
    """

    long: str
    short: str = ""
    kind: Kind = "string"
    metavar: str = ""
    help: str = ""
    ours: bool = False
    example: str = ""
    default: Value = None
    bare: str = ""
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    check: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A command line for the help, and what it does."""

    line: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its flags.

    Parameters:
        name: as the user types it, "%%dockerfile"; `usage`: what follows it; `summary`: one sentence.
        interspersed: flags may stand between and after the arguments; False for `run`, whose flags end at the image.
        least, most: how many arguments it takes; `most` None for any number.
        examples, notes: for the help; a note is a paragraph.
    """

    name: str
    usage: str
    summary: str
    flags: tuple[Flag, ...]
    interspersed: bool = True
    least: int = 0
    most: int | None = None
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()

    def named(self, long: str) -> Flag | None:
        """Give the flag with this long name or alias."""
        return next((flag for flag in self.flags if long == flag.long or long in flag.aliases), None)

    def shorthand(self, letter: str) -> Flag | None:
        """Give the flag with this one-letter name."""
        return next((flag for flag in self.flags if flag.short and flag.short == letter), None)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command line that was understood.

    `values` holds every flag of the table by its long name; `given` those that were on the line, in order of first appearance;
    `help` is True when --help was asked for, and then the rest of the line was not read.
    """

    values: Mapping[str, Value]
    positionals: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    help: bool = False

    def text(self, long: str) -> str:
        """Give a string flag's value."""
        value = self.values[long]
        if not isinstance(value, str):
            raise TypeError(f"--{long} is not a string flag")
        return value

    def on(self, long: str) -> bool:
        """Say whether a bool flag is set."""
        value = self.values[long]
        if not isinstance(value, bool):
            raise TypeError(f"--{long} is not a bool flag")
        return value

    def number(self, long: str) -> float:
        """Give an int or float flag's value."""
        value = self.values[long]
        if not isinstance(value, int | float):
            raise TypeError(f"--{long} is not a number flag")
        return value

    def list(self, long: str) -> tuple[str, ...]:
        """Give the values of a flag that may be given many times."""
        value = self.values[long]
        if not isinstance(value, tuple):
            raise TypeError(f"--{long} is not a list flag")
        return value
