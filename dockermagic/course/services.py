"""Checks of a Compose project's services."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dockermagic.course.ports import Published, read_published
from dockermagic.course.subject import Subject

__all__ = ["PROJECT", "SERVICE", "ServiceCheck"]

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
VOLUME = "com.docker.compose.volume"
DEPENDS = "com.docker.compose.depends_on"
"""What a service waits for: "db:service_healthy:false", separated by commas; Compose writes it on its containers."""
BETWEEN = 0.1
"""Seconds between two looks at what may still change."""

Json = Mapping[str, Any]


class ServiceCheck(Subject):
    """Claims about a service of a project.

    Parameters:
        stack: the project; `containers`: lists the service's containers; `name`: the service's.
    """

    def __init__(self, stack: Subject, containers: Callable[[], Sequence[Json]], name: str) -> None:
        super().__init__(stack.place, f"service {name}", stack.exercise)
        self.name, self._containers = name, containers

    def _abouts(self) -> list[Json]:
        found = (self.inspect("containers", str(each["Id"])) for each in self._containers())
        return [about for about in found if about is not None]

    def _await(self, settled: Callable[[list[Json]], bool], within: float) -> list[Json]:
        """Give what the engine says of its containers once something is settled, or the time is over."""
        deadline = time.monotonic() + within
        while not settled(abouts := self._abouts()) and time.monotonic() < deadline:
            time.sleep(BETWEEN)
        return abouts

    def is_running(self) -> ServiceCheck:
        """All of its containers run."""
        states = [_state(about) for about in self._abouts()]
        hints = (
            f"What did it print? %compose logs {self.name}",
            "A container runs as long as its program does: what does “command:” start, and does it go on?",
            "%compose up -d starts what does not run.",
        )
        return self.judge(
            "is running", bool(states) and set(states) == {"running"}, f"State: {', '.join(states) or 'gone'}.", hints
        )

    def is_healthy(self, *, within: float = 10.0) -> ServiceCheck:
        """Its health check passes in all of its containers.

        Parameters:
            within: seconds that it may take, as long as it is starting.
        """
        abouts = self._await(lambda found: "starting" not in map(_health, found), within)
        found = [_health(about) for about in abouts]
        printed = next((_printed(about) for about in abouts if _health(about) != "healthy"), "")
        saw = f"Health: {', '.join(each or 'no health check' for each in found) or 'gone'}." + (
            f" The check said: {printed!r}" if printed else ""
        )
        answer = 'healthcheck: {test: ["CMD", "wget", "-q", "-O", "-", "http://localhost:PORT"], interval: 1s, retries: 10}'
        hints = (
            "Running is not ready: who says that it is ready?",
            "starting: wait, or ask more often (interval). unhealthy: try the test's command inside, with %compose exec."
            if any(found)
            else "A service needs a healthcheck: with a test, an interval and retries.",
            f"The test is a program that the image has, and asks where the service listens: {answer}",
        )
        return self.judge("is healthy", bool(found) and set(found) == {"healthy"}, saw, hints)

    def has_replicas(self, number: int) -> ServiceCheck:
        """So many of its containers run."""
        running = sum(_state(about) == "running" for about in self._abouts())
        hints = ("How many are asked for?", f"%compose up -d --scale {self.name}={number}")
        return self.judge(f"has {number} running containers", running == number, f"{running} run.", hints)

    def waits_for(self, service: str, condition: str = "healthy") -> ServiceCheck:
        """It is started only when another service is so far.

        Parameters:
            condition: "started", "healthy" or "completed_successfully".
        """
        found: dict[str, str] = {}
        for about in self._abouts():
            for each in str(((about.get("Config") or {}).get("Labels") or {}).get(DEPENDS, "")).split(","):
                other, _, rest = each.partition(":")
                found[other] = rest.partition(":")[0].removeprefix("service_")
        has = found.get(service, "")
        return self.judge(
            f"waits until {service} is {condition}",
            has == condition,
            f"It waits until {service} is {has}." if has else f"It does not wait for {service}.",
            (
                "What does depends_on say, and for what does that wait?",
                f"depends_on: [{service}] waits until {service} is started. A condition says what else it waits for.",
                f"depends_on: {{{service}: {{condition: service_{condition}}}}}",
            ),
        )

    def publishes(self, port: str) -> ServiceCheck:
        """A port of this machine leads to a port of one of its containers.

        Parameters:
            port: "8080->80": this machine's port, then the container's; "80" for any port of this machine.
        """
        wanted = Published.read(port)
        found = [each for about in self._abouts() for each in read_published(about)]
        turned = any(each.host == wanted.container and each.container == wanted.host for each in found)
        hints = (
            "Which key of a service opens a door to this machine? expose: opens none.",
            "The order is HOST:CONTAINER: this machine's port comes first."
            if turned
            else "ports: is a list; each of its lines is “HOST:CONTAINER”.",
            f'ports: ["{wanted.host or wanted.container}:{wanted.container}"]',
        )
        saw = f"It publishes {', '.join(map(str, found)) or 'no port'}."
        return self.judge(f"publishes {wanted}", any(wanted.fits(each) for each in found), saw, hints)

    def mounts(self, source: str, destination: str) -> ServiceCheck:
        """A volume, by its name in the file, or a folder is mounted into its containers.

        Parameters:
            destination: the path in the container.
        """
        found = {(self._key(each), str(each["Destination"])) for about in self._abouts() for each in about.get("Mounts") or ()}
        listed = ", ".join(f"{name} at {place}" for name, place in sorted(found)) or "nothing"
        return self.judge(
            f"mounts {source} at {destination}",
            (source, destination) in found,
            f"Mounted: {listed}.",
            (
                f"What does %docker_volumes {self.name} draw?",
                "volumes: of a service is a list of SOURCE:DESTINATION. Without a source the volume has no name.",
                f'volumes: ["{source}:{destination}"] in the service, and volumes: {{{source}: }} at the end of the file',
            ),
        )

    def _key(self, mount: Json) -> str:
        """Give the name that a mounted volume has in the Compose file; a folder's path, or "a volume without a name"."""
        if mount.get("Type") != "volume":
            return str(mount.get("Source"))
        name = str(mount.get("Name"))
        key = ((self.inspect("volumes", name) or {}).get("Labels") or {}).get(VOLUME)
        return str(key or ("a volume without a name" if len(name) == 64 else name))

    def logs_contain(self, text: str, *, within: float = 10.0) -> ServiceCheck:
        """The output of one of its containers holds a text.

        Parameters:
            within: seconds that it may take, as long as one of them runs.
        """

        def settled(abouts: list[Json]) -> bool:
            return text in self._log(abouts) or "running" not in map(_state, abouts)

        log = self._log(self._await(settled, within))
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "")
        pointer = (
            "localhost is the container itself: another service is reached by its own name."
            if "127.0.0.1" in last or "localhost" in last
            else "It asks for a name that nobody has. A service's name is its key below “services:”, letter by letter."
            if "bad address" in last or "not known" in last
            else "What does “command:” start, and does that print it?"
        )
        saw = f"Its last line: {last[:120]!r}" if last else "It printed nothing."
        return self.judge(f"printed “{text}”", text in log, saw, (f"%compose logs {self.name} shows all of it.", pointer))

    def _log(self, abouts: list[Json]) -> str:
        api = self.place.engine.api
        found = (api.logs(str(about["Id"]), stdout=True, stderr=True, tail=2000) for about in abouts)
        return "\n".join(raw.decode("utf-8", "replace") for raw in found)


def _state(about: Json) -> str:
    return str(about["State"]["Status"])


def _health(about: Json) -> str:
    return str((about["State"].get("Health") or {}).get("Status", ""))


def _printed(about: Json) -> str:
    """Give what the last check printed."""
    found = (about["State"].get("Health") or {}).get("Log") or []
    return str(found[-1].get("Output", "")).strip()[:160] if found else ""
