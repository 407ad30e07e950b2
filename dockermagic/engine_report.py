"""What `%docker_engine` says: the engine that was found, and what was passed over."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dockermagic.engine.embedded.sizes import gigabytes, megabytes
from dockermagic.engine.embedded.words import private_rows
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag, parse
from dockermagic.views.hostile import visible
from dockermagic.views.table import Table
from dockermagic.views.units import plural

if TYPE_CHECKING:
    from dockermagic.engine import Search
    from dockermagic.engine.embedded.state import State

ENGINE = Command(
    name="%docker_engine",
    usage="[start | stop | status | logs | reset] [OPTIONS]",
    summary="Show which Docker Engine is used, where it was found, and what else was tried; or start one of your own.",
    flags=(
        Flag("again", "", "bool", help="Look for an engine once more.", ours=True),
        Flag("memory", "", "string", "BYTES", "start: memory of the private engine.", ours=True, example="768m", check=megabytes),
        Flag(
            "disk", "", "string", "BYTES", "start: most that its images and volumes take.", ours=True, example="8g", check=gigabytes
        ),
        Flag("share", "", "list", "FOLDER", "start: a folder that bind mounts reach; the notebook's is one.", ours=True),
        Flag("keep", "", "bool", help="start: let it run on when the last notebook has gone.", ours=True),
    ),
    most=1,
    examples=(
        Example("%docker_engine", "show it"),
        Example("%docker_engine --again", "after an engine was started or changed"),
        Example("%docker_engine start", "start a private engine, as you, beside whatever else there is"),
        Example("%docker_engine start --memory 768m --share data", "the same, with more room and one more folder"),
        Example("%docker_engine reset", "end it, and forget its images, containers and volumes"),
    ),
    notes=(
        (
            'A private engine needs no root: a package has all that it takes (pip install "dockermagic[engine]"). All of your '
            "notebooks here share it, and it ends a minute after the last one. It starts by itself when no other engine is found."
        ),
    ),
)

PATHS = {
    "buildkit": "BuildKit, through the Engine API (no CLI needed)",
    "classic": "the classic builder",
    "podman": "Podman's builder",
}


class Finder(Protocol):
    """Whoever keeps the outcome of the search."""

    def found(self, *, again: bool = False) -> Search:
        """Give the outcome of the search."""


@dataclass(frozen=True)
class EngineReport:
    """The engine that was found, or why none was."""

    search: Search
    private: State | None = None

    def rows(self) -> list[tuple[str, str]]:
        """Give what is known, as pairs of label and text."""
        from dockermagic.engine.advice import how_to_get_one

        engine = self.search.engine
        if engine is None:
            return [("Engine", "none was found"), ("How to get one", how_to_get_one(sys.platform))]
        about = engine.about
        power = f"{plural(about.cpus, 'CPU')}, {about.memory / 1e9:.1f} GB"
        return [
            ("Engine", f"{about.title} (API {about.api_version})"),
            ("Found through", f"{engine.source}: {engine.address.url}"),
            ("Runs on", f"{about.name}: {about.os}/{about.arch}, kernel {about.kernel}, {power}"),
            ("Image store", about.store),
            ("Builds with", PATHS[engine.build_path]),
        ]

    def attempts(self) -> list[tuple[str, str, str]]:
        """Give what was tried, in order: source, address, what became of it."""
        return [(each.source, each.url, each.refusal or "used") for each in self.search.attempts]

    def _tables(self) -> list[Table]:
        tables = [
            Table("This notebook's engine", (), tuple(self.rows())),
            Table("Where dockermagic looked", ("Where", "Address", "Outcome"), tuple(self.attempts())),
        ]
        if self.private is not None:
            tables.insert(1, Table("The private engine", (), private_rows(self.private)))
        return [table for table in tables if table.rows]

    def __repr__(self) -> str:
        return "\n\n".join(table.text() for table in self._tables())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": "".join(table.html() for table in self._tables()), "text/plain": repr(self)}


@dataclass(frozen=True)
class PrivateReport:
    """What is known of the private engine."""

    state: State | None
    said: str = ""

    def _table(self) -> Table:
        rows = private_rows(self.state) if self.state is not None else (("State", self.said or "none runs"),)
        return Table("The private engine", (), rows)

    def __repr__(self) -> str:
        return self._table().text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._table().html(), "text/plain": repr(self)}


@dataclass(frozen=True)
class PrivateLog:
    """What the private engine wrote last."""

    text: str

    def __repr__(self) -> str:
        return self.text


def report(line: str, finder: Finder) -> EngineReport | PrivateReport | PrivateLog | None:
    """Answer `%docker_engine`; None when --help was asked for.

    Raises:
        UsageError: the line has a slip.
        EngineError: the engine cannot be started or stopped.
    """
    from dockermagic.engine.embedded import orders

    parsed = parse(ENGINE, line)
    if parsed.help:
        return None
    word = parsed.positionals[0] if parsed.positionals else ""
    if word not in ("", *orders.WORDS):
        raise UsageError(f"“{word}” is none of {', '.join(orders.WORDS)}.", "See %docker_engine --help.")
    if word == "start":
        orders.start(parsed.text("memory"), parsed.text("disk"), parsed.list("share"), keep=parsed.on("keep"))
    elif word == "logs":
        return PrivateLog(visible(orders.logs()))
    elif word == "status":
        return PrivateReport(orders.status())
    elif word:
        return PrivateReport(None, orders.stop() if word == "stop" else orders.reset())
    found = finder.found(again=parsed.on("again") or word == "start")
    return EngineReport(found, orders.status())
