"""What `%docker_engine` says: the engine that was found, and what was passed over."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from dockermagic.flags import Command, Example, Flag, parse
from dockermagic.views.table import Table

if TYPE_CHECKING:
    from dockermagic.engine import Search

ENGINE = Command(
    name="%docker_engine",
    usage="[OPTIONS]",
    summary="Show which Docker Engine is used, where it was found, and what else was tried.",
    flags=(Flag("again", "", "bool", help="Look for an engine once more.", ours=True),),
    most=0,
    examples=(Example("%docker_engine", "show it"), Example("%docker_engine --again", "after an engine was started or changed")),
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

    def rows(self) -> list[tuple[str, str]]:
        """Give what is known, as pairs of label and text."""
        from dockermagic.engine.advice import how_to_get_one

        engine = self.search.engine
        if engine is None:
            return [("Engine", "none was found"), ("How to get one", how_to_get_one(sys.platform))]
        about = engine.about
        return [
            ("Engine", f"{about.title} (API {about.api_version})"),
            ("Found through", f"{engine.source}: {engine.address.url}"),
            (
                "Runs on",
                f"{about.name}: {about.os}/{about.arch}, kernel {about.kernel}, {about.cpus} CPUs, {about.memory / 1e9:.1f} GB",
            ),
            ("Image store", about.store),
            ("Builds with", PATHS[engine.build_path]),
        ]

    def attempts(self) -> list[tuple[str, str, str]]:
        """Give what was tried, in order: source, address, what became of it."""
        return [(each.source, each.url, each.refusal or "used") for each in self.search.attempts]

    def _tables(self) -> list[Table]:
        return [
            Table("This notebook's engine", (), tuple(self.rows())),
            Table("Where dockermagic looked", ("Where", "Address", "Outcome"), tuple(self.attempts())),
        ]

    def __repr__(self) -> str:
        return "\n\n".join(table.text() for table in self._tables())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": "".join(table.html() for table in self._tables()), "text/plain": repr(self)}


def report(line: str, finder: Finder) -> EngineReport | None:
    """Answer `%docker_engine`; None when --help was asked for.

    Raises:
        UsageError: the line has a slip.
    """
    parsed = parse(ENGINE, line)
    if parsed.help:
        return None
    return EngineReport(finder.found(again=parsed.on("again")))
