"""An engine that runs, whichever way: what the supervisor does with it."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Protocol

from dockermagic.engine.address import Address
from dockermagic.engine.embedded import disk, machine
from dockermagic.engine.embedded.follow import Follower, ask, stop_containers
from dockermagic.engine.embedded.guest import Guest, Tell
from dockermagic.engine.embedded.guest_command import GuestSettings
from dockermagic.engine.embedded.ladder import RungName
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.ports import Forward
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

    def __init__(self, parts: Path, places: Places, settings: GuestSettings, tell: Tell) -> None:
        self._parts, self._places, self._settings, self._tell = parts, places, settings, tell
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
        grow = disk.provide(self._parts / "disk.z", self._places, self._settings.disk)
        self._guest.start(platform.node() or "dockermagic", grow=grow)

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
    """Run a container on the engine at a socket.

    Raises:
        EngineError: it could not.
    """
    from dockermagic.engine.engine import Engine
    from dockermagic.engine.proof import prove as run_container

    engine = Engine(Address(f"unix://{socket}"), "embedded engine")
    try:
        run_container(engine)
    finally:
        engine.close()


def open_rung(rung: RungName, places: Places, folders: tuple[str, ...], memory: int, size: int, tell: Tell) -> Running:
    """Give the engine that a way of the ladder leads to, not started yet.

    Parameters:
        memory: of a guest, in MB.
        size: of its disk, in GB.

    Raises:
        EngineError: a part of it is gone.
    """
    if rung in ("private dockerd", "rootless dockerd"):
        from dockermagic.engine.embedded.native import Native

        return Native(rung, places, tell)
    parts = machine.parts()
    if parts is None:
        raise EngineError("The package dockermagic-engine is not installed.", 'pip install "dockermagic[engine]"')
    return InGuest(parts, places, GuestSettings(memory, size, folders, ptrace=rung.endswith("(ptrace)")), tell)
