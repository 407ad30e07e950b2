"""Which containers are on which network, with addresses and the names that are known there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dockermagic.containers.lenses.names import DEFAULT_NETWORKS, names_of
from dockermagic.containers.lenses.table import LensRow, LensTable, html, text
from dockermagic.containers.parts import Seen
from dockermagic.views.shown import ShownOnce
from dockermagic.views.units import plural

__all__ = ["Member", "Network", "Networks", "arrange"]


@dataclass(frozen=True, slots=True)
class Member:
    """A container on a network: its address there, and the names that the network's DNS gives it."""

    container: str
    state: str
    address: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """A network: its driver, its range of addresses ("172.18.0.0/16"), whether it has no way out, and who is on it."""

    name: str
    driver: str = ""
    subnet: str = ""
    internal: bool = False
    members: tuple[Member, ...] = ()

    def table(self) -> LensTable:
        """Decide the picture."""
        about = ", ".join(part for part in (self.driver, self.subnet, "no way out (internal)" if self.internal else "") if part)
        notes: tuple[str, ...] = ()
        if self.name in DEFAULT_NETWORKS:
            notes = ("The default bridge has no DNS: containers on it reach each other by address only. Make a network for names.",)
        elif not self.members:
            notes = ("Nobody is on it.",)
        title = f"{self.name} ({about}): {plural(len(self.members), 'container')}" if about else self.name
        return LensTable(title, ("container", "address", "names here"), tuple(map(self._row, self.members)), notes)

    def _row(self, member: Member) -> LensRow:
        running = member.state in ("running", "paused")
        named = ", ".join(member.names) or "no names"
        if not running:
            told = f"{member.container} does not run: it has no address now, and its names are not known."
            return LensRow("waiting", member.state, (member.container, "no address", named), told)
        told = "Others on this network reach it by these names." if member.names else "Others reach it by its address only."
        return LensRow("running", member.state, (member.container, member.address or "no address", named), told)


@dataclass(frozen=True, slots=True)
class Networks(ShownOnce):
    """What `read_networks` found: it draws itself."""

    found: tuple[Network, ...]
    apart: tuple[str, ...] = ()

    def tables(self) -> tuple[LensTable, ...]:
        """Decide the picture."""
        apart = (LensTable("On no network of the engine", (), (), self.apart),) if self.apart else ()
        return (*(each.table() for each in self.found), *apart) or (LensTable("No network is here.", (), ()),)

    def __repr__(self) -> str:
        return text(self.tables(), 100)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it."""
        return {"text/html": html(self.tables(), "Networks", inline=True), "text/plain": repr(self)}


def arrange(networks: Sequence[Network], containers: Sequence[Seen], *, only_used: bool) -> Networks:
    """Put containers into the networks that they are on.

    Parameters:
        only_used: leave networks out that none of these containers is on.
    """
    found = []
    known = {network.name for network in networks}
    for network in networks:
        # Podman lists its default network by Docker's name for it, and inspects containers on it by its own.
        called = {network.name} | ({"podman"} - known if network.name == "bridge" else set())
        members = tuple(
            Member(seen.name, seen.state, place.address, names_of(seen, place))
            for seen in containers
            for place in seen.networks
            if place.network in called and network.name not in ("host", "none")
        )
        if members or not only_used:
            found.append(Network(network.name, network.driver, network.subnet, network.internal, members))
    return Networks(tuple(found), tuple(filter(None, map(_apart, containers))))


def _apart(seen: Seen) -> str:
    mode = seen.network_mode
    if mode == "host":
        return f"{seen.name} uses the host's own network (--network host): its ports are the host's, and -p does nothing."
    if mode == "none":
        return f"{seen.name} has no network (--network none)."
    if mode.startswith("container:"):
        return f"{seen.name} shares the network of another container ({mode[10:22]}): the two are localhost to each other."
    return ""
