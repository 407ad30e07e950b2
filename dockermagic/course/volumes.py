"""Checks of volumes."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from dockermagic.course.subject import Place, Subject
from dockermagic.course.survival import Survival, read_survival
from dockermagic.engine.answers import filters_text
from dockermagic.views.units import plural

__all__ = ["VolumeCheck"]

PROJECT = "com.docker.compose.project"
VOLUME = "com.docker.compose.volume"
LONG = 60
"""Seconds by which a volume is surely older than its first container."""


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
        """It is there, and containers that used it are gone; a Compose project's volume has seen a time without containers.

        Parameters:
            what: the word for what it survived, "down" or "rm".
        """
        about = self._about()
        if about is None:
            lost = ("Volumes go with down -v, and with docker volume rm.", "%compose down, without -v, keeps them.")
            return self.judge(f"survived {what}", False, "There is no volume of this name.", lost)
        volume, project = str(about["Name"]), str((about.get("Labels") or {}).get(PROJECT, ""))
        users = self.ask("/containers/json", all=1, filters=filters_text({"volume": [volume]})) or []
        seen = self._survival(volume, project)
        gone = seen.users - {str(each["Id"]) for each in users}
        made, oldest = _seconds(about.get("CreatedAt")), min((float(each["Created"]) for each in users), default=None)
        # The engine remembers its last events only; a volume older than its containers has seen others, or none.
        old = oldest is not None and oldest > made + LONG and not (what == "down" and project)
        outlived = bool(gone) and (seen.alone or not project or what != "down")
        saw = (
            f"{plural(len(gone), 'container')} that used it {'are' if len(gone) != 1 else 'is'} gone, and it is there"
            if outlived
            else "it is much older than the containers that use it"
            if old
            else f"It is there. There has been no {what} since it was made."
            if gone
            else "It is there, and no container that used it was removed."
        )
        hints = (
            f"Has there been a {what} since a container used it?",
            "down -v takes the volume along: what is there now is another one, and empty."
            if what == "down"
            else "docker rm removes a container; one that runs needs -f.",
            "%compose down, then %compose up -d" if what == "down" else "%docker rm -f CONTAINER",
        )
        return self.judge(f"survived {what}", outlived or old, saw, hints)

    def _survival(self, volume: str, project: str) -> Survival:
        """Read what happened to it and to its project, as far back as the engine remembers."""
        from docker.errors import DockerException
        from requests import RequestException

        api = self.place.engine.api
        filters = {"type": ["volume", "container"], "event": ["create", "mount", "destroy"]}
        try:
            events = list(api.events(since=1, until=time.time(), filters=filters, decode=True))  # type: ignore[call-overload]  # fractions count
        except (DockerException, RequestException, OSError):
            return Survival()
        return read_survival(events, volume, project)


def _seconds(written: Any) -> float:
    try:
        return datetime.datetime.fromisoformat(str(written)).timestamp()
    except ValueError:
        return 0.0
