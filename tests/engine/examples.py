"""The Dockerfiles of the differential test: one file each, with what the build is given written above it.

Lines that begin with `#:` are taken off before anybody builds. They say: `target NAME`, `build-arg NAME=VALUE`, `label NAME=VALUE`,
`secret NAME`, `ignore PATTERN` (a line of .dockerignore), `engines VERSION` (only there), `base FILE` (build that Dockerfile first
and give its image's name as the build argument BASE), `only-a-base` (no example by itself).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "dockerfiles"
SECRET = "hunter2\n"


@dataclass(frozen=True, slots=True)
class Example:
    """A Dockerfile and what its build is given."""

    name: str
    text: str
    given: dict[str, list[str]] = field(default_factory=dict)

    def one(self, what: str) -> str:
        """Give the only value of a kind, "" when there is none."""
        return (self.given.get(what) or [""])[0]

    def pairs(self, what: str) -> dict[str, str]:
        """Give the NAME=VALUE lines of a kind."""
        return dict(line.split("=", 1) for line in self.given.get(what, []))

    def is_for(self, version: str) -> bool:
        """Whether an engine of this version can build it."""
        return version.startswith(self.one("engines"))


def read(name: str) -> Example:
    """Read an example by the name of its file."""
    given: dict[str, list[str]] = {}
    lines = (FOLDER / f"{name}.Dockerfile").read_text(encoding="utf-8").splitlines(keepends=True)
    for line in lines:
        if line.startswith("#:"):
            what, _, value = line.removeprefix("#:").strip().partition(" ")
            given.setdefault(what, []).append(value)
    return Example(name, "".join(line for line in lines if not line.startswith("#:")), given)


def all_examples() -> Iterator[Example]:
    """Give every example that is built for its own sake."""
    for path in sorted(FOLDER.glob("*.Dockerfile")):
        example = read(path.stem)
        if "only-a-base" not in example.given:
            yield example
