"""An engine that runs, whichever way: what the supervisor does with it."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Protocol

from dockermagic.engine.embedded import disk, machine
from dockermagic.engine.embedded.follow import Follower, ask, stop_containers
from dockermagic.engine.embedded.guest import Guest, Tell
from dockermagic.engine.embedded.guest_command import GuestSettings
from dockermagic.engine.embedded.ladder import RungName
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.ports import Forward
from dockermagic.engine.embedded.settings import Settings
from dockermagic.engine.proof import EXIT_CODE, LABELS, packed
from dockermagic.errors import EngineError

CONTAINERS_STOP_WITHIN = 2
"""Seconds that containers have to end by themselves when the engine is shut down."""


class Running(Protocol):
    """An engine."""

    def start(self) -> None:
        """Start it; "ready" is told when it answers."""

    def prove(self) -> None:
        """Run a container on it."""

    def forward(self, port: Forward, *, close: bool = False) -> str:
        """Open a port of the host, or close it; says why it cannot be had."""

    def renew_network(self) -> None:
        """Start anew what carries its network."""

    def stop(self, patience: float) -> bool:
        """Shut it down; says whether it ended by itself."""


class InGuest:
    """An engine in a User-mode Linux guest."""

    def __init__(self, parts: Path, places: Places, settings: GuestSettings, tell: Tell, *, prepare: bool = False) -> None:
        self._parts, self._places, self._settings, self._tell, self._prepare = parts, places, settings, tell, prepare
        self._guest = Guest(parts, places, settings, self._heard)
        self._follower: Follower | None = None

    def _heard(self, what: str, more: str) -> None:
        if what == "ready":
            # The guest saw dockerd's socket; what counts is that the engine answers here.
            try:
                ask(self._places.socket, "/_ping")
            except OSError as error:
                self._tell("failed", f"engine that answers: {error}")
                return
        self._tell(what, more)

    def start(self) -> None:
        """Start the guest."""
        provided = disk.provide(self._parts / "disk.z", self._places, self._settings.disk, prepare=self._prepare)
        if provided.lost:
            self._tell("reset", provided.lost)
        self._guest.start(platform.node() or "dockermagic", provided)

    def prove(self) -> None:
        """Run a container, and follow what is published from then on."""
        prove(self._places.socket)
        self._follower = Follower(self._places.socket, lambda ports: self._tell("ports", ports))

    def forward(self, port: Forward, *, close: bool = False) -> str:
        """Open a port of the host, or close it; says why it cannot be had."""
        return self._guest.forward(port, close=close)

    def renew_network(self) -> None:
        """Start the network's program anew."""
        self._guest.start_network()
        self._follower = Follower(self._places.socket, lambda ports: self._tell("ports", ports))

    def stop(self, patience: float) -> bool:
        """Shut the guest down."""
        if self._follower is not None:
            self._follower.close()
            if self._guest.alive:
                stop_containers(self._places.socket, CONTAINERS_STOP_WITHIN)
        return self._guest.stop(patience)


def prove(socket: Path) -> None:
    """Run a container on the engine at a socket, and remove it; without docker-py, whose 12 MB the supervisor would keep.

    Raises:
        EngineError: it could not.
    """
    try:
        arch = str(ask(socket, "/version")["Arch"])
        told = ask(socket, "/images/create?fromSrc=-&changes=CMD+%5B%22%2Fproof%22%5D", method="POST", body=packed(arch))
        image = json.loads(str(told).strip().splitlines()[-1])["status"] if isinstance(told, str) else told["status"]
        body = {"Image": image, "Cmd": ["/proof"], "HostConfig": {"NetworkMode": "none"}, "Labels": LABELS}
        container = ask(socket, "/containers/create", method="POST", body=body)["Id"]
        try:
            ask(socket, f"/containers/{container}/start", method="POST")
            code = ask(socket, f"/containers/{container}/wait", timeout=60, method="POST")["StatusCode"]
        finally:
            ask(socket, f"/containers/{container}?force=1", method="DELETE")
            ask(socket, f"/images/{image}?force=1", method="DELETE")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(f"it answers, but a container does not start on it: {error}") from error
    if code != EXIT_CODE:
        raise EngineError(f"it answers, but a container on it ended with {code} where {EXIT_CODE} was due")


def open_rung(rung: RungName, settings: Settings, memory: int, tell: Tell) -> Running:
    """Give the engine that a way of the ladder leads to, not started yet.

    Parameters:
        memory: of a guest, in MB.

    Raises:
        EngineError: a part of it is gone.
    """
    if rung in ("private dockerd", "rootless dockerd"):
        from dockermagic.engine.embedded.native import Native

        return Native(rung, settings.places(), tell)
    parts = machine.parts()
    if parts is None:
        raise EngineError("The package dockermagic-engine is not installed.", 'pip install "dockermagic[engine]"')
    guest = GuestSettings(memory, settings.disk, settings.folders, ptrace=rung.endswith("(ptrace)"))
    return InGuest(parts, settings.places(), guest, tell, prepare=settings.prepare)
