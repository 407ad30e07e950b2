"""Published ports, as checks write them and as the engine tells them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Published", "read_published"]

_WRITTEN = re.compile(r"(?:(?P<host>\d{1,5})\s*(?:->|:|→)\s*)?(?P<container>\d{1,5})(?:/(?P<kind>tcp|udp|sctp))?")


@dataclass(frozen=True, slots=True)
class Published:
    """A port of a container and the port of this machine that leads there; `host` is None for any."""

    host: int | None
    container: int
    kind: str = "tcp"

    @classmethod
    def read(cls, text: str) -> Published:
        """Read "8080->80", "8080:80/udp" or "80".

        Raises:
            ValueError: it is none of these.
        """
        found = _WRITTEN.fullmatch(str(text).strip())
        if found is None or not 0 < int(found["container"]) < 65536 or not 0 < int(found["host"] or 1) < 65536:
            raise ValueError(f"{text!r} is no published port: write 8080->80, or 80 for any port of this machine")
        return cls(int(found["host"]) if found["host"] else None, int(found["container"]), found["kind"] or "tcp")

    @property
    def inside(self) -> str:
        """The container's side, as the API writes it."""
        return f"{self.container}/{self.kind}"

    def fits(self, other: Published) -> bool:
        """Say whether another one is what this one asks for."""
        return self.inside == other.inside and self.host in (None, other.host)

    def __str__(self) -> str:
        kind = "" if self.kind == "tcp" else f"/{self.kind}"
        return f"{self.host}->{self.container}{kind}" if self.host else f"{self.container}{kind}"


def read_published(about: Mapping[str, Any]) -> list[Published]:
    """Give the published ports of a container, each once.

    Parameters:
        about: `GET /containers/{id}/json`. A container that does not run publishes nothing; then what it would publish.
    """
    running = (about.get("NetworkSettings") or {}).get("Ports") or {}
    planned = (about.get("HostConfig") or {}).get("PortBindings") or {}
    found = []
    for inside, bindings in (running if any(running.values()) else planned).items():
        port, _, kind = str(inside).partition("/")
        for binding in bindings or ():
            host = str(binding.get("HostPort") or "")
            found.append(Published(int(host) if host.isdigit() and host != "0" else None, int(port), kind or "tcp"))
    return list(dict.fromkeys(found))
