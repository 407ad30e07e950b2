"""Checks of Compose projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockermagic.course.services import PROJECT, SERVICE, ServiceCheck
from dockermagic.course.subject import Place, Subject
from dockermagic.engine.answers import filters_text

__all__ = ["StackCheck"]


class StackCheck(Subject):
    """Claims about a Compose project.

    Parameters:
        name: the project's name; "" for the only one there is.
    """

    def __init__(self, place: Place, name: str = "", exercise: str = "") -> None:
        super().__init__(place, f"stack {name}".strip(), exercise)
        self.name = name

    def containers(self, service: str = "") -> list[Mapping[str, Any]]:
        """Give its containers, or those of a service, as the engine lists them."""
        labels = [f"{PROJECT}={self.name}" if self.name else PROJECT, *([f"{SERVICE}={service}"] if service else [])]
        return list(self.ask("/containers/json", all=1, filters=filters_text({"label": labels})) or ())

    def services(self) -> list[str]:
        """Give the names of the services that have a container."""
        return sorted({str(each["Labels"].get(SERVICE, "")) for each in self.containers()})

    def is_up(self) -> StackCheck:
        """All of its containers run."""
        found = self.containers()
        down = [str(each["Labels"].get(SERVICE)) for each in found if each["State"] != "running"]
        saw = f"Not running: {', '.join(down)}." if down else f"{len(found)} containers, all running"
        hints = (
            "What does the picture of the stack show?",
            "%compose ps -a, and %compose logs for what does not run.",
            "%compose up -d",
        )
        return self.judge("is up", bool(found) and not down, saw if found else "No container belongs to it.", hints)

    def is_down(self) -> StackCheck:
        """None of its containers is there."""
        found = self.containers()
        saw = f"Still there: {', '.join(self.services())}." if found else "no container belongs to it"
        return self.judge("is down", not found, saw, ("%compose stop keeps the containers; what removes them?", "%compose down"))

    def service(self, name: str) -> ServiceCheck:
        """Give a service of it, to make claims about.

        Raises:
            CheckFailed: it has no container.
        """
        if not self.containers(name):
            said = ", ".join(self.services()) or "none"
            hints = (
                "Is the service in the file, and is the stack up?",
                f"Services are the keys below “services:”; {name} has to be one.",
                "%compose config shows the file as Compose reads it; %compose up -d starts what it names.",
            )
            self.judge(f"has service {name}", False, f"Services with a container: {said}.", hints)
        return ServiceCheck(self, lambda: self.containers(name), name)
