"""What happens in a project, beside what the engine says of its containers, as small typed facts.

`time` is seconds since the Unix epoch on the engine's clock. What is text here has its secrets masked already (`masks`).
"""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.builds.model import Build
from dockermagic.compose.project import Project
from dockermagic.containers import events as containers

__all__ = [
    "AttemptFailed",
    "BuildChanged",
    "Ended",
    "Event",
    "LineSeen",
    "Noted",
    "PortAccepts",
    "Printed",
    "Progress",
    "ProjectRead",
]


@dataclass(frozen=True, slots=True)
class ProjectRead:
    """Compose has read the file (`docker compose config`)."""

    time: float
    project: Project


@dataclass(frozen=True, slots=True)
class Progress:
    """Compose says what it does with something ("Container shop-db-1", "Network shop_default"), in its own words."""

    time: float
    subject: str
    status: str
    text: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """Compose printed: `stream` 1 is stdout, 2 is stderr."""

    time: float
    stream: int
    text: str


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A container printed its first line since its last start; the time is the engine's stamp on that line."""

    time: float
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class PortAccepts:
    """A port of a container took a connection from inside the project's network, for the first time since its last start.

    `waited`: it had refused before, so that this is the moment; else it was open when it was first asked.
    """

    time: float
    id: str
    port: int
    waited: bool = True


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A container printed that it did not reach the service that it depends on."""

    time: float
    id: str
    service: str
    text: str


@dataclass(frozen=True, slots=True)
class BuildChanged:
    """The build of a service went on."""

    time: float
    service: str
    build: Build


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that is worth knowing, in a sentence."""

    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Compose has ended with this exit code; `interrupted`: it was asked to."""

    time: float
    exit_code: int
    interrupted: bool = False


Event = ProjectRead | Progress | Printed | LineSeen | PortAccepts | AttemptFailed | BuildChanged | Noted | Ended | containers.Event
