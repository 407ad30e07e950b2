"""Containers that tests make on any engine, and take away again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from docker.errors import APIError, NotFound

from dockermagic.engine import Engine
from tests.rig.leftovers import TAG

IMAGE = "busybox:latest"
HEEDS = ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"]
SLEEPS = ["sleep", "1000"]


class Makes:
    """Makes containers, networks and volumes whose names say whose they are."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.made: list[str] = []
        self.networks: list[str] = []
        self.volumes: list[str] = []

    def name(self, what: str) -> str:
        """Give a name of this run's own."""
        return f"{TAG}-{what}"

    def create(self, command: list[str], name: str = "", **more: Any) -> str:
        """Create a container and give its id."""
        host = self.engine.api.create_host_config(**more.pop("host", {}))
        full = self.name(name or f"c{len(self.made)}")
        id = str(self.engine.api.create_container(more.pop("image", IMAGE), command, name=full, host_config=host, **more)["Id"])
        self.made.append(id)
        return id

    def run(self, command: list[str], name: str = "", **more: Any) -> str:
        """Create and start a container, and give its id."""
        id = self.create(command, name, **more)
        self.engine.api.start(id)
        return id

    def network(self, name: str) -> str:
        """Create a network and give its name."""
        full = self.name(name)
        self.engine.api.create_network(full)
        self.networks.append(full)
        return full

    def volume(self, name: str) -> str:
        """Create a volume and give its name."""
        full = self.name(name)
        self.engine.api.create_volume(full)
        self.volumes.append(full)
        return full


@contextlib.contextmanager
def making(engine: Engine) -> Iterator[Makes]:
    """Give a maker; what it made is removed."""
    makes = Makes(engine)
    try:
        yield makes
    finally:
        for id in makes.made:
            with contextlib.suppress(NotFound, APIError):
                engine.api.remove_container(id, force=True, v=True)
        for network in makes.networks:
            with contextlib.suppress(NotFound, APIError):
                engine.api.remove_network(network)
        for volume in makes.volumes:
            with contextlib.suppress(NotFound, APIError):
                engine.api.remove_volume(volume, force=True)
