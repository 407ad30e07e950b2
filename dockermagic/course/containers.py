"""Checks of a container: its life, its doors and mounts, and whether it answers."""

from __future__ import annotations

import time

from dockermagic.course.addresses import fetch
from dockermagic.course.fates import fate, hints_to_run
from dockermagic.course.lives import BETWEEN, LifeCheck
from dockermagic.course.ports import Published, read_published

__all__ = ["ContainerCheck"]


class ContainerCheck(LifeCheck):
    """Claims about a container.

    Parameters:
        name: its name or ID.
    """

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
            code, text, error = fetch(url)
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

    def is_of(self, image: str) -> ContainerCheck:
        """It was made of an image of this name; one that ends with "@" fits each digest of it."""
        name = str((self._about().get("Config") or {}).get("Image", ""))
        return self.judge(
            f"is of {image}",
            name == image or (image.endswith("@") and name.startswith(image)),
            f"It is of {name}.",
            (
                "Which image does its command line name? It stands before the program.",
                "NAME:TAG is a label that moves; NAME@sha256:… is the content.",
                f"%docker rm -f {self.name}, then %docker_run with {image}{'sha256:…' if image.endswith('@') else ''}",
            ),
        )

    def runs_as(self, user: str) -> ContainerCheck:
        """Its program runs as this user: a name or a number, as --user or the image's USER says."""
        found = str((self._about().get("Config") or {}).get("User") or "")
        return self.judge(
            f"runs as {user}",
            (found.partition(":")[0] or "root") == user,
            f"Its user: {found or 'root, since nothing else is said'}.",
            (
                "Who says which user a program runs as?",
                "USER in the Dockerfile says it for all containers of an image, --user for one.",
                f"%docker rm -f {self.name}, then %docker_run with --user {user}",
            ),
        )
