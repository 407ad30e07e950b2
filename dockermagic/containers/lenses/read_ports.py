"""Reading where ports lead: `read_ports(engine, names)`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from dockermagic.containers.lenses.asking import asked, told_in_words
from dockermagic.containers.lenses.host import holder, host_of, probe
from dockermagic.containers.lenses.looking import look
from dockermagic.containers.lenses.ports import Found, Ports, judge
from dockermagic.containers.lenses.sockets import SCRIPT, read_listeners
from dockermagic.engine.reach import find_reach

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["read_ports"]


def read_ports(engine: Engine, names: Iterable[str] = (), *, probing: bool = True) -> Ports:
    """Find out where the ports of containers lead: host, container, process.

    Parameters:
        names: names or ids; none of them for all that the engine has.
        probing: connect to each published port from here.

    Raises:
        EngineError: there is no container of that name, or the engine does not answer.
    """
    containers = asked(engine, names)
    everybody = containers if not names else asked(engine)
    owners = {
        port.host_port: f"the container {seen.name}"
        for _, seen in everybody
        for port in seen.ports
        if port.host_port and seen.state in ("running", "paused")
    }
    found: list[Found] = []
    without: list[str] = []
    for id, seen in containers:
        listeners = None
        if seen.state == "running":
            with told_in_words():
                printed = look(engine, id, SCRIPT)
            listeners = read_listeners(printed) if printed is not None else None
        judged = judge(seen, listeners, owners)
        found += [_seen_from_host(engine, each, probing) for each in judged]
        without += [] if judged else [seen.name]
    return Ports(tuple(found), tuple(without))


def _seen_from_host(engine: Engine, found: Found, probing: bool) -> Found:
    """Add what is seen from this machine, where the engine's host is this one or can be reached by name."""
    local = engine.address.url.startswith("unix://")
    if found.kind == "taken" and not found.taken_by and local:
        return replace(found, taken_by=holder(found.port.host_port))
    tried = found.kind in ("open", "loopback only", "nobody listens") and found.port.protocol == "tcp" and found.port.host_port
    if not (probing and tried) or engine.address.url.startswith("ssh://"):
        return found
    host = found.port.host_ip if found.port.host_ip not in ("", "0.0.0.0", "::") else host_of(engine)  # noqa: S104 - Docker's word
    met = probe(host, found.port.host_port)
    # An engine in a network namespace of its own (a private one, rootless) is not reached from here; that says nothing of the port.
    seen = found if met == "refused" and found.kind == "open" else replace(found, probe=met)
    return replace(seen, reach=find_reach(engine.address.url, os.environ))
