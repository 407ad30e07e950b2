"""A project and its containers as data: what was asked for, what runs, and when each service was ready."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dockermagic.builds.model import Build
from dockermagic.compose.project import Project
from dockermagic.containers.model import Container, Containers
from dockermagic.log import Log

__all__ = ["Mark", "Stack", "Task", "number_of", "service_of"]

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
ONEOFF = "com.docker.compose.oneoff"
"""The labels that Compose puts on containers."""

OPEN = "it was open when it was first asked"
"""The text of a mark of a port that may have taken connections earlier."""

MarkKind = Literal["line", "accepts", "failed", "healthy"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the way to readiness.

    line: the first line was printed. accepts: `port` took a connection. failed: `service`, which it depends on, was not reached.
    healthy: its health check said so.
    """

    time: float
    id: str
    kind: MarkKind
    text: str = ""
    port: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that Compose did: `subject` "Container shop-db-1", `text` "Started", `status` "Working", "Done" or "Error"."""

    subject: str
    status: str
    text: str
    details: str
    began: float
    time: float


@dataclass(frozen=True, slots=True)
class Stack:
    """All that is known of a project.

    `folder` is where relative paths count from; `reach` is the path below which a browser finds published
    ports, empty where they are at localhost. `began` and `ended` are when the command began and ended, `exit_code` is Compose's;
    `output` is what it printed. `marks` are oldest first. `recorded`: it was loaded from a file.
    """

    project: Project = field(default_factory=Project)
    containers: Containers = field(default_factory=Containers)
    marks: tuple[Mark, ...] = ()
    tasks: tuple[Task, ...] = ()
    builds: tuple[tuple[str, Build], ...] = ()
    output: Log = field(default_factory=Log)
    notes: tuple[str, ...] = ()
    command: str = ""
    folder: str = ""
    reach: str = ""
    began: float = 0.0
    ended: float | None = None
    exit_code: int | None = None
    interrupted: bool = False
    recorded: bool = False

    def replicas(self, service: str) -> tuple[Container, ...]:
        """Give the containers of a service that are not removed, by their number."""
        found = [each for each in self.containers if service_of(each) == service and each.state != "removed"]
        return tuple(sorted(found, key=number_of))

    def ready_after(self, service: str) -> float | None:
        """Give the seconds from a service's start to the moment when all its containers were ready; None while one is not.

        Ready is healthy, for a service with a health check; else the moment when its first port took a connection.
        """
        described = self.project.service(service)
        kind: MarkKind = "healthy" if described is not None and described.test else "accepts"
        took = []
        for each in self.replicas(service):
            started = started_at(each)
            if each.health != "none":
                kind = "healthy"
            at = next((mark.time for mark in self.marks if mark.id == each.id and mark.kind == kind), None)
            if started is None or at is None or at < started:
                return None
            took.append(at - started)
        return max(took, default=None)


def labels(container: Container) -> dict[str, str]:
    """Give a container's labels."""
    return dict(container.seen.labels)


def service_of(container: Container) -> str:
    """Give the service that a container belongs to."""
    return labels(container).get(SERVICE, "")


def number_of(container: Container) -> int:
    """Give a container's number among those of its service."""
    number = labels(container).get(NUMBER, "")
    return int(number) if number.isdigit() and len(number) < 9 else 0


def started_at(container: Container) -> float | None:
    """Give when a container's program was started last; None if it never was."""
    times = [moment.time for moment in container.history if moment.cause in ("start", "restart", "restart policy")]
    return times[-1] if times else container.seen.started
