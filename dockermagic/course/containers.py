"""Checks of a container: what the engine says of it, and whether it answers."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from dockermagic.course.fates import fate, hints_to_run, meaning
from dockermagic.course.ports import Published, read_published
from dockermagic.course.subject import Place, Subject

__all__ = ["ContainerCheck"]

BETWEEN = 0.2
"""Seconds between two tries of an address that does not answer yet."""
MOST_READ = 1 << 20


class ContainerCheck(Subject):
    """Claims about a container.

    Parameters:
        name: its name or ID.
    """

    def __init__(self, place: Place, name: str, exercise: str = "") -> None:
        super().__init__(place, f"container {name}", exercise)
        self.name = name

    def _about(self) -> Mapping[str, Any]:
        """Give what the engine says of it.

        Raises:
            CheckFailed: there is none of this name.
        """
        found = self.inspect("containers", self.name)
        if found is None:
            listed = self.ask("/containers/json", all=1) or []
            others = ", ".join(sorted(str(each["Names"][0]).lstrip("/") for each in listed if each.get("Names"))[:8])
            self.judge(
                "exists",
                False,
                f"There is no container called {self.name}. I looked at all containers: {others or 'there is none'}.",
                (
                    "Did the cell that starts it run, and without an error?",
                    f"A container gets its name from --name. Is it {self.name} there, letter by letter?",
                    f"%docker_run -d --name {self.name} IMAGE",
                ),
            )
        return found or {}

    def exists(self) -> ContainerCheck:
        """There is a container of this name, running or not."""
        about = self._about()
        return self.judge("exists", True, f"its state: {about['State']['Status']}")

    def is_removed(self) -> ContainerCheck:
        """There is no container of this name any more."""
        found = self.inspect("containers", self.name)
        state = found["State"]["Status"] if found else ""
        return self.judge(
            "is removed",
            found is None,
            f"There is still a container called {self.name}; it is {state}." if found else "the engine knows none of this name",
            (
                "A container that has stopped is still there: what does %docker ps -a show?",
                f"Only docker rm takes it away{', and it has to be stopped first' if state == 'running' else ''}.",
                f"%docker rm -f {self.name}",
            ),
        )

    def is_running(self) -> ContainerCheck:
        """Its program runs."""
        state = self._about()["State"]
        status = str(state["Status"])
        return self.judge("is running", status == "running", fate(self.name, state), hints_to_run(self.name, state))

    def is_stopped(self) -> ContainerCheck:
        """It is there, and its program has ended."""
        state = self._about()["State"]
        return self.judge(
            "is stopped",
            state["Status"] == "exited",
            fate(self.name, state),
            (
                "Stopped is neither removed nor paused.",
                f"%docker stop ends its program: {self.name} stays.",
                f"%docker stop {self.name}",
            ),
        )

    def exited(self, code: int = 0) -> ContainerCheck:
        """Its program has ended with this exit code."""
        state = self._about()["State"]
        holds = state["Status"] == "exited" and state["ExitCode"] == code
        hints = ("What does its log say? %docker logs " + self.name, f"The exit code wanted is {code}: {meaning(code)}.")
        return self.judge(f"exited with {code}", holds, fate(self.name, state), hints)

    def is_healthy(self) -> ContainerCheck:
        """Its health check passes."""
        health = (self._about()["State"].get("Health") or {}).get("Status", "")
        saw = f"its health: {health}" if health else "it has no health check"
        return self.judge(
            "is healthy",
            health == "healthy",
            saw,
            (
                "What does %docker ps say beside “Up”?",
                "starting: wait a little. unhealthy: what did the check print? %docker inspect shows it."
                if health
                else "A health check is a HEALTHCHECK in the Dockerfile, or --health-cmd of docker run.",
                f"%docker inspect --format '{{{{json .State.Health}}}}' {self.name}",
            ),
        )

    def publishes(self, port: str) -> ContainerCheck:
        """A port of this machine leads to a port of the container.

        Parameters:
            port: "8080->80": this machine's port, then the container's; "80" for any port of this machine.

        Raises:
            ValueError: that is no port.
        """
        wanted, about = Published.read(port), self._about()
        found = read_published(about)
        holds = any(wanted.fits(each) for each in found)
        exposed = wanted.inside in ((about.get("Config") or {}).get("ExposedPorts") or {})
        said = ", ".join(map(str, found)) or "no port"
        turned = any(each.host == wanted.container and str(each.container) == str(wanted.host) for each in found)
        pointer = (
            "The order is HOST:CONTAINER: this machine's port comes first."
            if turned
            else "EXPOSE only says which port the program listens on; it publishes nothing."
            if exposed and not found
            else f"-p {wanted.host or 'HOST'}:{wanted.container} publishes it, when the container is made."
        )
        answer = f"%docker rm -f {self.name}, then %docker_run with -p {wanted.host or wanted.container}:{wanted.container}"
        return self.judge(
            f"publishes {wanted}", holds, f"It publishes {said}.", (f"What does %docker_ports {self.name} draw?", pointer, answer)
        )

    def answers(self, url: str, contains: str = "", *, status: int = 200, within: float = 10.0) -> ContainerCheck:
        """A web address answers.

        Parameters:
            url: from this machine; `contains`: text that the answer holds; `status`: of the answer.
            within: seconds that it may take until it does.
        """
        deadline = time.monotonic() + within
        while True:
            code, text, error = _fetch(url)
            holds = code == status and contains in text
            if holds or time.monotonic() > deadline or not self._runs():
                break
            time.sleep(BETWEEN)
        saw = f"{url} answered {code}" if code else f"{url} did not answer ({error})"
        if code and contains and contains not in text:
            saw += f", and its text begins: {text[:80]!r}"
        state = self._about()["State"]
        if not holds and state["Status"] != "running":
            saw = f"{fate(self.name, state)} {saw}."
        wanted = f"answers at {url}" + (f" with “{contains}”" if contains else "")
        return self.judge(wanted, holds, saw, self._hints_to_answer(code, error))

    def _runs(self) -> bool:
        found = self.inspect("containers", self.name)
        return found is not None and found["State"]["Status"] in ("running", "restarting")

    def _hints_to_answer(self, code: int, error: str) -> tuple[str, ...]:
        state = self._about()["State"]
        if state["Status"] != "running":
            return hints_to_run(self.name, state)
        if code:
            return ("Something answers, but not what is wanted. What does its log say?", f"%docker logs {self.name}")
        return (
            f"It runs. Does its port lead out? %docker_ports {self.name}",
            "A program that listens on 127.0.0.1 inside its container cannot be reached from outside: let it listen on 0.0.0.0.",
            f"%docker logs {self.name} shows what it listens on; -p HOST:CONTAINER must name that port.",
        )

    def is_on(self, network: str) -> ContainerCheck:
        """It is connected to a network."""
        found = (self._about().get("NetworkSettings") or {}).get("Networks") or {}
        return self.judge(
            f"is on network {network}",
            network in found,
            f"It is on {', '.join(sorted(found)) or 'none'}.",
            (
                "Which networks does it have? %docker_networks " + self.name,
                "--network names one when a container is made; docker network connect adds one later.",
                f"%docker network connect {network} {self.name}",
            ),
        )

    def is_known_as(self, alias: str, network: str) -> ContainerCheck:
        """On a network, it has this name beside its own."""
        found = ((self._about().get("NetworkSettings") or {}).get("Networks") or {}).get(network) or {}
        names = [str(each) for each in found.get("Aliases") or () if not str(self._about()["Id"]).startswith(str(each))]
        hints = ("--name is a container's own name. Which flag gives one more?", "--network-alias NAME, beside --network.")
        return self.judge(
            f"is known as {alias} on {network}", alias in names, f"Further names: {', '.join(names) or 'none'}.", hints
        )

    def was_restarted(self, times: int, *, within: float = 10.0) -> ContainerCheck:
        """The engine has started it again so many times, because its program failed, and has given up.

        Parameters:
            within: seconds that it may take until it gives up.
        """
        about, deadline = self._about(), time.monotonic() + within
        policy = (about.get("HostConfig") or {}).get("RestartPolicy") or {}
        while policy.get("Name") == "on-failure" and about["State"]["Status"] != "exited" and time.monotonic() < deadline:
            time.sleep(BETWEEN)
            about = self._about()
        saw = (
            f"{about.get('RestartCount', 0)} times; its policy: {policy.get('Name') or 'no'}:{policy.get('MaximumRetryCount', 0)}."
        )
        hints = ("How often may the engine try, and who told it so?", f"--restart on-failure:{times}, when the container is made.")
        return self.judge(f"was started again {times} times", about.get("RestartCount") == times, saw, hints)

    def mounts(self, source: str, destination: str) -> ContainerCheck:
        """A volume or folder is mounted into it.

        Parameters:
            source: the volume's name, or the folder; `destination`: the path in the container.
        """
        found = {
            (str(each.get("Name") or each.get("Source")), str(each["Destination"])) for each in self._about().get("Mounts") or ()
        }
        listed = ", ".join(f"{name} at {place}" for name, place in sorted(found)) or "nothing"
        return self.judge(
            f"mounts {source} at {destination}",
            (source, destination) in found,
            f"Mounted: {listed}.",
            (
                f"What does %docker_volumes {self.name} draw?",
                "-v SOURCE:DESTINATION: a name without a slash is a volume, a path is a folder of this machine.",
                f"%docker_run -v {source}:{destination} …",
            ),
        )

    def logs_contain(self, text: str) -> ContainerCheck:
        """Its output holds a text."""
        self._about()
        raw = self.place.engine.api.logs(self.name, stdout=True, stderr=True, tail=2000)
        log = raw.decode("utf-8", "replace")
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "")
        return self.judge(
            f"printed “{text}”",
            text in log,
            f"Its last line: {last[:120]!r}" if last else "It printed nothing.",
            (f"%docker logs {self.name} shows all of it.",),
        )


def _fetch(url: str) -> tuple[int, str, str]:
    """Give an answer's status and text, or why there is none."""
    if not re.match(r"https?://", url):
        raise ValueError(f"{url!r} is no web address: http://localhost:8080")
    # No proxy: what is asked for is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=3) as answer:
            return answer.status, answer.read(MOST_READ).decode("utf-8", "replace"), ""
    except urllib.error.HTTPError as error:
        return error.code, error.read(MOST_READ).decode("utf-8", "replace"), ""
    except (OSError, ValueError) as error:
        return 0, "", str(getattr(error, "reason", error))
