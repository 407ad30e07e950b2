"""Which ports of the host are to lead to the guest: what the engine says is published, and how that differs from before. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GUEST, GUESTS_LOOPBACK = "10.0.2.15", "10.0.2.16"
"""As in `slirp`, which runs by itself."""
HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True, order=True)
class Forward:
    """A port of the host that leads to one of the guest; `guest` is one of its two addresses."""

    port: int
    protocol: str = "tcp"
    host: str = HERE
    guest: str = GUEST

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.protocol}"


def published(containers: Any) -> frozenset[Forward]:
    """Read from the list of running containers (GET /containers/json) what they publish.

    Whatever address was asked for, the host's is its loopback: a learner's machine is not opened to its network.
    """
    found = set()
    for container in containers if isinstance(containers, list) else ():
        for port in container.get("Ports") or ():
            number, protocol, address = port.get("PublicPort"), str(port.get("Type", "tcp")), str(port.get("IP", ""))
            if number and protocol in ("tcp", "udp"):
                loopback = _is_loopback(address)
                host = address if loopback and ":" not in address else HERE
                found.add(Forward(int(number), protocol, host, GUESTS_LOOPBACK if loopback else GUEST))
    # A port that is published both ways is reached the open way.
    return frozenset(each for each in found if each.guest == GUEST or Forward(each.port, each.protocol, each.host) not in found)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def difference(before: Iterable[Forward], after: Iterable[Forward]) -> tuple[list[Forward], list[Forward]]:
    """Give what is to be closed, and what is to be opened, in order."""
    old, new = set(before), set(after)
    return sorted(old - new), sorted(new - old)
