"""A command of `%docker`: its names, its flags, what carries it out, and what that works with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from dockermagic.containers import events
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.engine.answers import Parameter, ask, filters_text
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Flag, Parsed
from dockermagic.views.shown import ShownOnce

__all__ = ["AS", "FILTER", "FORMAT", "HOST_WIDE", "NO_TRUNC", "QUIET", "Call", "Told", "Verb", "each_of"]

FORMAT = Flag(
    "format",
    metavar="TEMPLATE",
    example="{{.ID}}",
    help="Print in this form: json, table TEMPLATE, or a Go template such as {{.ID}}.",
)
FILTER = Flag("filter", "f", "list", metavar="KEY=VALUE", example="name=web", help="List only what fits.")
NO_TRUNC = Flag("no-trunc", kind="bool", help="Cut nothing short.")
QUIET = Flag("quiet", "q", "bool", help="Print only IDs or names.")
AS = Flag("as", metavar="NAME", example="answer", help="Put the result into this variable.", ours=True)
HOST_WIDE = Flag("host-wide", kind="bool", ours=True, help="Also what was not made by notebooks; without it that is never removed.")


class Session(Protocol):
    """Whoever knows the engine."""

    @property
    def engine(self) -> Engine:
        """The engine."""

    @property
    def watch(self) -> Watch:
        """What watches the engine."""

    @property
    def given(self) -> Iterable[events.CommandGiven]:
        """The commands that were given to containers, oldest first."""

    def remember(self, given: events.CommandGiven) -> None:
        """Keep one of them."""

    def hold(self, opened: Any) -> None:
        """Close this as well when the session is closed."""

    def told(self, verb: events.Verb, name: str, command: str, grace: float | None = None) -> None:
        """Take note that a command is given to a container, so that pictures can say who did it."""


@dataclass(frozen=True)
class Call:
    """One command that was typed.

    Parameters:
        verb: the command; `parsed`: its flags and arguments; `words`: the words as typed, its name left out.
        cell: the cell's text below the line; None when there is none.
        labels: what is put on all that is made.
        folder: the notebook's.
    """

    verb: Verb
    parsed: Parsed
    words: tuple[str, ...]
    session: Session
    shell: Any
    labels: tuple[tuple[str, str], ...]
    folder: Path
    environ: Mapping[str, str]
    cell: str | None = None

    @cached_property
    def engine(self) -> Engine:
        """The engine; looked for when it is first needed."""
        return self.session.engine

    @cached_property
    def now(self) -> float:
        """The time at which the command looks at things, in seconds since the epoch."""
        return time.time()

    @property
    def names(self) -> tuple[str, ...]:
        """What was named on the line."""
        return self.parsed.positionals

    def on(self, flag: str) -> bool:
        """Say whether a bool flag is set."""
        return self.parsed.on(flag)

    def ask(self, method: str, path: str, *, body: Any = None, patience: float | None = 60.0, **query: Parameter) -> Any:
        """Ask the engine; see `engine.answers.ask`."""
        return ask(self.engine, method, path, query=query, body=body, patience=patience)

    def filters(self, more: Mapping[str, Sequence[str]] | None = None) -> str:
        """Give the command's filters as the API takes them.

        Raises:
            UsageError: one of them is no filter.
        """
        found: dict[str, list[str]] = {}
        for text in self.parsed.list("filter") if "filter" in self.parsed.values else ():
            name, equals, value = text.partition("=")
            if not equals or not name.strip():
                raise UsageError(f'--filter: "{text}" is no filter.', "A filter is KEY=VALUE: --filter name=web")
            found.setdefault(name.strip().lower(), []).append(value.strip())
        for name, values in (more or {}).items():
            found.setdefault(name, []).extend(values)
        return filters_text(found)


@dataclass(frozen=True)
class Verb:
    """A command of `%docker`.

    Parameters:
        names: how it may be called, the first one as the cheatsheet has it: ("ps", "container ls", …).
        command: its flags and arguments.
        run: carries it out and gives what is shown.
        makes: it makes something that has to be removed some day.
        reads_cell: a cell below the line is for it.
    """

    names: tuple[str, ...]
    command: Command
    run: Callable[[Call], Any]
    makes: bool = False
    reads_cell: bool = False


@dataclass(frozen=True)
class Told(ShownOnce):
    """An answer in words, as the CLI prints it; `data` is what the engine said."""

    text: str
    data: Any = None

    def __repr__(self) -> str:
        return self.text.rstrip("\n")


def each_of(names: Sequence[str], act: Callable[[str], str | None], hint: Callable[[EngineError, str], str] | None = None) -> Told:
    """Do something with everything that was named, as the CLI does: go on after an error, and tell all errors at the end.

    Parameters:
        act: does it; gives what is printed, the name itself when None.
        hint: says what to try after an error.

    Raises:
        EngineError: it did not work for at least one of them.
    """
    done: list[str] = []
    errors: list[tuple[str, str]] = []
    for name in names:
        try:
            done.append(act(name) or name)
        except EngineError as error:
            errors.append((error.message, error.hint or (hint(error, name) if hint else "")))
    if errors:
        message = "\n".join(message for message, _ in errors)
        made = f"\nDone for: {', '.join(done)}." if done else ""
        raise EngineError(message + made, next((hint for _, hint in errors if hint), ""))
    return Told("".join(f"{line}\n" for line in done), tuple(done))
