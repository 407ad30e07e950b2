"""Reading who is on which network, and asking for a name inside a container: `read_networks`, `resolve`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dockermagic.containers.lenses.asking import asked, told_in_words
from dockermagic.containers.lenses.looking import look, run_inside
from dockermagic.containers.lenses.names import Resolution, explain
from dockermagic.containers.lenses.networks import Network, Networks, arrange
from dockermagic.containers.lenses.reach import owners, reach, split_port
from dockermagic.containers.lenses.sockets import MARK, SCRIPT, read_listeners

if TYPE_CHECKING:
    from dockermagic.containers.parts import Seen
    from dockermagic.engine import Engine

__all__ = ["read_networks", "resolve"]

_ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.:])")
_SERVERS = {"127.0.0.11"}
"""Where Docker's own DNS answers in every container."""


def read_networks(engine: Engine, names: Iterable[str] = ()) -> Networks:
    """Find out which containers are on which network.

    Parameters:
        names: networks, or containers whose networks are meant; none of them for all that the engine has.

    Raises:
        EngineError: there is nothing of that name, or the engine does not answer.
    """
    api: Any = engine.api
    with told_in_words():
        networks = [_network(each) for each in api.networks()]
    wanted = set(names)
    named = [network for network in networks if network.name in wanted]
    strangers = wanted - {network.name for network in named}
    if not strangers:
        return arrange(named or networks, [seen for _, seen in asked(engine)], only_used=False)
    own = [seen for _, seen in asked(engine, sorted(strangers))]
    used = {place.network for seen in own for place in seen.networks} | {network.name for network in named}
    used |= {"bridge"} if "podman" in used else set()
    everybody = [seen for _, seen in asked(engine)]
    shown = arrange([network for network in networks if network.name in used], everybody, only_used=True)
    return replace(shown, apart=arrange((), own, only_used=True).apart)


def _network(answer: dict[str, Any]) -> Network:
    ranges = (answer.get("IPAM") or {}).get("Config") or []
    subnets = ", ".join(str(each.get("Subnet", "")) for each in ranges if each.get("Subnet"))
    return Network(str(answer.get("Name", "")), str(answer.get("Driver", "")), subnets, answer.get("Internal") is True)


def resolve(engine: Engine, container: str, name: str) -> Resolution:
    """Find out what a name means inside a container, and why it may mean nothing.

    Parameters:
        name: also with a port, as in "postgres:5432": then it is told who listens there.

    Raises:
        EngineError: there is no such container, or the engine does not answer.
    """
    host, port = split_port(name)
    ((id, asker),) = asked(engine, [container])
    everybody = asked(engine)
    told = _resolved(engine, id, asker, host, [seen for _, seen in everybody])
    if told.kind not in ("itself", "found") or asker.state != "running":
        return told
    met = [(id, asker)] if told.kind == "itself" else [each for each in everybody if owners(told.addresses, [each[1]])]
    if told.kind == "found" and met:
        dns = "Docker's DNS (127.0.0.11 inside every container)" if engine.about.product != "Podman" else "The engine's DNS"
        told = replace(told, told=f"{told.told} {dns} gives the address of {' and '.join(seen.name for _, seen in met)}.")
    if not port:
        return told
    rows = []
    for other, seen in met:
        with told_in_words():
            printed = look(engine, other, SCRIPT)
        listeners = read_listeners(printed) if printed is not None else None
        rows.append(reach(told, port, asker, asker if other == id else seen, listeners, [each for _, each in everybody]))
    return replace(told, more=tuple(rows))


def _resolved(engine: Engine, id: str, asker: Seen, name: str, others: list[Seen]) -> Resolution:
    told = explain(name, asker, others)
    if asker.state != "running" or told.kind == "itself":
        return told
    with told_in_words():
        # Names that could be options or more than one word are handed over as an argument, never as part of the script.
        script = f'{MARK}; getent hosts -- "$1" || nslookup "$1" || ping -c 1 -W 1 "$1"'
        code, printed = run_inside(engine, id, ["sh", "-c", script, "sh", name])
    if code == 127 or ("not found" in printed.split("\n", maxsplit=1)[0] and not _ADDRESS.search(printed)):
        return told
    found = tuple(
        dict.fromkeys(each for each in _ADDRESS.findall(printed) if each not in _servers(printed) and each != "127.0.0.1")
    )
    if code != 0:
        return _unanswered(told)
    return replace(told, asked=True, addresses=found or told.addresses)


def _unanswered(told: Resolution) -> Resolution:
    """Say that a name was asked for inside, and no address came."""
    asked = replace(told, asked=True, addresses=())
    if told.kind == "found":
        return replace(
            asked, kind="unknown", told=f"{told.told} Yet no address was answered.", hint="Does this engine have a DNS for it?"
        )
    if told.kind == "outside":
        return replace(asked, told=f"{told.told} No address was answered.", hint="Is there a way out, and a DNS server at its end?")
    return asked


def _servers(printed: str) -> set[str]:
    """Give the addresses of the DNS servers that nslookup prints beside its answer."""
    found = set(_SERVERS)
    of_server = False
    for line in printed.splitlines():
        if line.lower().startswith("server:") or (of_server and line.lower().startswith("address")):
            found.update(_ADDRESS.findall(line.replace(":53", "")))
        of_server = line.lower().startswith("server:")
    return found
