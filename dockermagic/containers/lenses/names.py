"""What a name means inside a container, and why it may mean nothing. Pure.

1. "localhost" and 127.x are the container itself, whatever runs beside it.
2. A container that does not run asks nothing; one without a network finds nobody; one with the host's network asks what the host
   asks.
3. The engine's DNS knows the names and aliases of the running containers on the same network, on every network but the default
   bridge.
4. A name that belongs to a stopped container, or to one on another network, is therefore unknown.
5. Any other name is asked of the host's DNS.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dockermagic.containers.lenses.table import LensRow, LensTable, html, text
from dockermagic.containers.parts import Attachment, Seen
from dockermagic.views.shown import ShownOnce

__all__ = ["DEFAULT_NETWORKS", "Resolution", "explain", "names_of"]

DEFAULT_NETWORKS = {"bridge", "podman"}
"""The default networks of Docker and Podman, which have no DNS of the containers' names."""

_ID = re.compile(r"[0-9a-f]{12}")

Kind = Literal["found", "itself", "outside", "default bridge", "other network", "stopped", "not running", "no network", "unknown"]
_ROLES = {"found": "succeeded", "itself": "warning", "outside": "note"}


@dataclass(frozen=True, slots=True)
class Resolution(ShownOnce):
    """What a name means inside a container: `addresses` as it was answered there (`asked`), else as it must be.

    `more` tells where a port that was named with it leads.
    """

    container: str
    name: str
    kind: Kind
    addresses: tuple[str, ...]
    told: str
    hint: str = ""
    asked: bool = False
    more: tuple[LensRow, ...] = ()

    def tables(self) -> tuple[LensTable, ...]:
        """Decide the picture."""
        answer = ", ".join(self.addresses) or "no address"
        how = (
            ("Asked inside the container.",)
            if self.asked
            else ()
            if self.kind == "itself"
            else ("Not asked inside: the image has no program for it, or it does not run.",)
        )
        row = LensRow(_ROLES.get(self.kind, "failed"), self.kind, (self.container, self.name, answer), self.told, self.hint)
        return (
            LensTable(
                f"What “{self.name}” means inside {self.container}", ("container", "name", "address"), (row, *self.more), how
            ),
        )

    def __repr__(self) -> str:
        return text(self.tables(), 100)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it."""
        return {"text/html": html(self.tables(), "A name inside a container", inline=True), "text/plain": repr(self)}


def has_dns(network: Attachment) -> bool:
    """Say whether containers find each other by name there."""
    return network.network not in DEFAULT_NETWORKS | {"host", "none"}


def names_of(seen: Seen, network: Attachment) -> tuple[str, ...]:
    """Give the names under which a container is found on a network; none on the default bridge."""
    if not has_dns(network):
        return ()
    # Its short id is an alias too, which nobody types.
    return tuple(dict.fromkeys((seen.name, *(alias for alias in network.aliases if not _ID.fullmatch(alias)))))


def explain(name: str, asker: Seen, others: Sequence[Seen]) -> Resolution:
    """Say what a name means inside a container.

    Parameters:
        others: the containers that the engine has, the asker may be among them.
    """

    def result(kind: Kind, told: str, hint: str = "", addresses: tuple[str, ...] = ()) -> Resolution:
        return Resolution(asker.name, name, kind, addresses, told, hint)

    wanted = name.strip().rstrip(".").lower()
    if wanted == "localhost" or wanted.startswith("127."):
        told = "Inside a container, localhost is the container itself: not the host, and no other container."
        return result("itself", told, "To reach another container, use its name on a shared network.", ("127.0.0.1",))
    if asker.state not in ("running", "paused"):
        return result("not running", f"{asker.name} does not run, so nothing in it can ask.", f"docker start {asker.name}")
    if asker.network_mode == "none":
        return result(
            "no network", f"{asker.name} has no network (--network none).", f"docker network connect NETWORK {asker.name}"
        )
    if asker.network_mode == "host":
        return result("outside", f"{asker.name} uses the host's network, so it asks the host's DNS, which knows no containers.")
    target = next((each for each in others if wanted in _all_names(each)), None)
    if target is None:
        return _stranger(name, wanted, asker, others)
    return _between(name, asker, target)


def _all_names(seen: Seen) -> set[str]:
    return {each.lower() for each in (seen.name, seen.hostname, *(alias for net in seen.networks for alias in net.aliases)) if each}


def _stranger(name: str, wanted: str, asker: Seen, others: Sequence[Seen]) -> Resolution:
    if "." in wanted or ":" in wanted:
        return Resolution(asker.name, name, "outside", (), "A name of the outside world: the engine asks the host's DNS for it.")
    near = difflib.get_close_matches(wanted, [each.name for each in others], 1)
    hint = f"Did you mean {near[0]}?" if near else "%docker ps -a lists the containers."
    return Resolution(asker.name, name, "unknown", (), f"No container here has the name “{name}”, and no alias of one is it.", hint)


def _between(name: str, asker: Seen, target: Seen) -> Resolution:
    """Say whether one container finds the other."""
    own = {network.network: network for network in asker.networks}
    shared = [network for network in target.networks if network.network in own]
    named = [network for network in shared if has_dns(network)]

    def result(kind: Kind, told: str, hint: str = "", addresses: tuple[str, ...] = ()) -> Resolution:
        return Resolution(asker.name, name, kind, addresses, told, hint)

    if target.state not in ("running", "paused"):
        told = f"{target.name} does not run ({target.state}): it has no address, and the engine's DNS forgets its name meanwhile."
        return result("stopped", told, f"docker start {target.name}")
    if named:
        where = ", ".join(network.network for network in named)
        addresses = tuple(network.address for network in named if network.address)
        return result("found", f"Both are on {where}, whose DNS knows the name.", "", addresses)
    if shared:
        told = "Both are on the default bridge, which carries packets between them and knows no names."
        return result("default bridge", told, f"docker network create app; docker network connect app {asker.name}; "
                      f"docker network connect app {target.name}")  # fmt: skip
    theirs = ", ".join(network.network for network in target.networks) or "no network"
    mine = ", ".join(own) or "no network"
    told = f"{target.name} is on {theirs}; {asker.name} is on {mine}. They share none, so they do not exist for each other."
    usable = next((network.network for network in target.networks if has_dns(network)), "")
    if usable:
        return result("other network", told, f"docker network connect {usable} {asker.name}")
    usable = next((network.network for network in asker.networks if has_dns(network)), "NETWORK")
    return result("other network", told, f"docker network connect {usable} {target.name}")
