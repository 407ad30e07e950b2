"""Checks of Compose projects, volumes and networks."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from dockermagic.course.subject import Place, Subject
from dockermagic.engine.answers import filters_text
from dockermagic.views.units import plural

__all__ = ["NetworkCheck", "ServiceCheck", "StackCheck", "VolumeCheck"]

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
VOLUME = "com.docker.compose.volume"
LONG = 60
"""Seconds by which a volume is surely older than its first container."""


class StackCheck(Subject):
    """Claims about a Compose project.

    Parameters:
        name: the project's name; "" for the only one there is.
    """

    def __init__(self, place: Place, name: str = "", exercise: str = "") -> None:
        super().__init__(place, f"stack {name}".strip(), exercise)
        self.name = name

    def _containers(self, service: str = "") -> list[Mapping[str, Any]]:
        labels = [f"{PROJECT}={self.name}" if self.name else PROJECT, *([f"{SERVICE}={service}"] if service else [])]
        return list(self.ask("/containers/json", all=1, filters=filters_text({"label": labels})) or ())

    def services(self) -> list[str]:
        """Give the names of the services that have a container."""
        return sorted({str(each["Labels"].get(SERVICE, "")) for each in self._containers()})

    def is_up(self) -> StackCheck:
        """All of its containers run."""
        found = self._containers()
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
        found = self._containers()
        saw = f"Still there: {', '.join(self.services())}." if found else "no container belongs to it"
        return self.judge("is down", not found, saw, ("%compose stop keeps the containers; what removes them?", "%compose down"))

    def service(self, name: str) -> ServiceCheck:
        """Give a service of it, to make claims about.

        Raises:
            CheckFailed: it has no container.
        """
        if not self._containers(name):
            said = ", ".join(self.services()) or "none"
            hints = (
                "Is the service in the file, and is the stack up?",
                f"Services are the keys below “services:”; {name} has to be one.",
            )
            self.judge(f"has service {name}", False, f"Services with a container: {said}.", hints)
        return ServiceCheck(self, name)


class ServiceCheck(Subject):
    """Claims about a service of a project."""

    def __init__(self, stack: StackCheck, name: str) -> None:
        super().__init__(stack.place, f"service {name}", stack.exercise)
        self.stack, self.name = stack, name

    def _abouts(self) -> list[Mapping[str, Any]]:
        found = (self.inspect("containers", str(each["Id"])) for each in self.stack._containers(self.name))
        return [about for about in found if about is not None]

    def is_running(self) -> ServiceCheck:
        """All of its containers run."""
        states = [str(about["State"]["Status"]) for about in self._abouts()]
        hints = (f"What did it print? %compose logs {self.name}", "%compose up -d starts what does not run.")
        return self.judge(
            "is running", bool(states) and set(states) == {"running"}, f"State: {', '.join(states) or 'gone'}.", hints
        )

    def is_healthy(self) -> ServiceCheck:
        """Its health check passes in all of its containers."""
        found = [(about["State"].get("Health") or {}).get("Status", "") for about in self._abouts()]
        saw = f"Health: {', '.join(each or 'no health check' for each in found) or 'gone'}."
        hints = (
            "Running is not ready: who says that it is ready?",
            "starting: wait. unhealthy: try the test's command inside, with %compose exec."
            if any(found)
            else "A service needs a healthcheck: with a test, an interval and retries.",
            'healthcheck: {test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"], interval: 2s, retries: 10}',
        )
        return self.judge("is healthy", bool(found) and set(found) == {"healthy"}, saw, hints)

    def has_replicas(self, number: int) -> ServiceCheck:
        """So many of its containers run."""
        running = sum(about["State"]["Status"] == "running" for about in self._abouts())
        hints = ("How many are asked for?", f"%compose up -d --scale {self.name}={number}")
        return self.judge(f"has {number} running containers", running == number, f"{running} run.", hints)


class VolumeCheck(Subject):
    """Claims about a volume.

    Parameters:
        name: its name, or the one that it has in a Compose file.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"volume {name}", exercise)
        self.name = name

    def _about(self) -> Mapping[str, Any] | None:
        found = self.inspect("volumes", self.name)
        if found is None:
            listed = self.ask("/volumes", filters=filters_text({"label": [f"{VOLUME}={self.name}"]})) or {}
            found = next(iter(listed.get("Volumes") or ()), None)
        return found

    def exists(self) -> VolumeCheck:
        """It is there."""
        hints = ("%docker volume ls lists them.", f"%docker volume create {self.name}, or name it in -v {self.name}:/path")
        about = self._about()
        return self.judge(
            "exists", about is not None, "There is no volume of this name." if about is None else "it is there", hints
        )

    def is_removed(self) -> VolumeCheck:
        """It is not there any more."""
        hints = ("down keeps volumes; what takes them along?", f"%compose down -v, or %docker volume rm {self.name}")
        return self.judge("is removed", self._about() is None, "%docker volume ls tells.", hints)

    def survived(self, what: str = "down") -> VolumeCheck:
        """It is there, and containers that used it are gone.

        Parameters:
            what: the word for what it survived, "down" or "rm".
        """
        about = self._about()
        if about is None:
            hints = ("Volumes go with down -v, and with docker volume rm.", "%compose down, without -v, keeps them.")
            return self.judge(f"survived {what}", False, "There is no volume of this name.", hints)
        users = self.ask("/containers/json", all=1, filters=filters_text({"volume": [str(about["Name"])]})) or []
        gone = self._mounted_by(str(about["Name"])) - {str(each["Id"]) for each in users}
        made, oldest = _seconds(about.get("CreatedAt")), min((float(each["Created"]) for each in users), default=None)
        # The engine remembers its last events only; a volume older than its containers has seen others, or none.
        holds = bool(gone) or (oldest is not None and oldest > made + LONG)
        saw = (
            f"{plural(len(gone), 'container')} that used it {'are' if len(gone) != 1 else 'is'} gone, and it is there"
            if gone
            else "it is much older than the containers that use it"
            if holds
            else "It is there, and no container that used it was removed."
        )
        hints = (f"Has there been a {what} since a container used it?", "%compose down, then %compose up -d")
        return self.judge(f"survived {what}", holds, saw, hints if what == "down" else (hints[0], "%docker rm -f CONTAINER"))

    def _mounted_by(self, volume: str) -> set[str]:
        """Give the containers that have mounted a volume, as far back as the engine remembers."""
        from docker.errors import DockerException
        from requests import RequestException

        api = self.place.engine.api
        filters = {"type": "volume", "event": "mount", "volume": volume}
        try:
            events = list(api.events(since=1, until=time.time(), filters=filters, decode=True))  # type: ignore[call-overload]  # fractions count
        except (DockerException, RequestException, OSError):
            return set()
        attributes = (each.get("Actor", {}).get("Attributes", {}) for each in events)
        return {str(each["container"]) for each in attributes if each.get("container")}


class NetworkCheck(Subject):
    """Claims about a network.

    Parameters:
        name: its name.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"network {name}", exercise)
        self.name = name

    def connects(self, *containers: str) -> NetworkCheck:
        """These containers are on it, and run."""
        about = self.inspect("networks", self.name)
        on_it = {str(each.get("Name")) for each in ((about or {}).get("Containers") or {}).values()}
        missing = [name for name in containers if name not in on_it]
        saw = "There is no network of this name." if about is None else f"On it: {', '.join(sorted(on_it)) or 'nobody'}."
        hints = (
            "Containers find each other by name on a network that you made; on the default one they do not.",
            f"%docker network create {self.name}"
            if about is None
            else f"%docker network connect {self.name} {missing[0] if missing else ''}",
        )
        return self.judge(f"connects {' and '.join(containers)}", about is not None and not missing, saw, hints)


def _seconds(written: Any) -> float:
    try:
        return datetime.datetime.fromisoformat(str(written)).timestamp()
    except ValueError:
        return 0.0
