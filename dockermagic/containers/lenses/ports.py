"""Where each port leads: host, container, and the process that listens; or why it leads nowhere. Pure.

A port of a container is one of:

1. open: published, and somebody listens on an address that is reached from outside.
2. loopback only: published, but the program listens on 127.0.0.1, which is the container itself.
3. nobody listens: published, and no program listens on it.
4. only exposed: EXPOSE or --expose names it; that is a note for people, and publishes nothing.
5. not published: somebody listens, and neither -p nor EXPOSE names it.
6. taken: the host's port belongs to somebody else, so the container cannot start.
7. stopped: the container does not run; its ports are bound while it does.
8. not known: nobody could look inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from dockermagic.containers.lenses.sockets import Listener
from dockermagic.containers.lenses.table import LensRow, LensTable, html, text
from dockermagic.containers.parts import Port, Seen
from dockermagic.views.shown import ShownOnce

__all__ = ["Found", "PortKind", "Ports", "Probe", "judge"]

PortKind = Literal["open", "loopback only", "nobody listens", "only exposed", "not published", "taken", "stopped", "not known"]
Probe = Literal["", "answers", "refused", "hangs up", "no answer"]
"""What a connection to the host's port met; empty if none was tried."""

_TAKEN = re.compile(
    r"Bind for (?P<ip>\S+):(?P<port>\d+) failed: port is already allocated"
    r"|(?P<ip2>[\d.\[\]:]*):(?P<port2>\d+)(?::\S+)?: (?:bind: )?address already in use"
)
_ROLES = {
    "open": "succeeded",
    "loopback only": "failed",
    "nobody listens": "failed",
    "only exposed": "warning",
    "not published": "note",
    "taken": "failed",
    "stopped": "waiting",
    "not known": "note",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A port and where it leads. `taken_by` is who has the host's port; `others` are ports that somebody does listen on.

    `reach` is the path below which a browser finds published ports; empty where they are at localhost.
    """

    container: str
    port: Port
    kind: PortKind
    listener: Listener | None = None
    taken_by: str = ""
    probe: Probe = ""
    others: tuple[int, ...] = ()
    reach: str = ""

    def row(self) -> LensRow:
        """Decide the row."""
        port, name = self.port, self.container
        host = f"{_shown(port.host_ip)}:{port.host_port or '?'}" if port.published else "not on the host"
        who = "nobody"
        if self.listener is not None:
            who = f"{self.listener.process or 'a process'} on {_any(self.listener.address)}:{self.listener.port}"
        elif self.kind in ("not known", "stopped", "taken"):
            who = "?" if self.kind == "not known" else "–"
        told, hint = self._words()
        if self.probe:
            told = f"{told} {_PROBED[self.probe]}"
        return LensRow(_ROLES[self.kind], self.kind, (host, f"{name} {port.port}/{port.protocol}", who), told, hint)

    def _words(self) -> tuple[str, str]:
        port = self.port
        publish = f"docker run -p {port.port}:{port.port} …"
        match self.kind:
            case "open":
                only = (
                    " Only this machine reaches it, since it is published at 127.0.0.1." if port.host_ip.startswith("127.") else ""
                )
                through = self.reach if port.protocol == "tcp" else ""
                hub = f" At {through}{port.host_port}/ a browser finds it in this hub." if through else ""
                return f"Published: the host's port {port.host_port} leads to port {port.port} in the container.{only}{hub}", ""
            case "loopback only":
                told = (
                    "Published, but the program listens on 127.0.0.1, which is the container itself: nothing from outside arrives."
                )
                return told, "Let it listen on 0.0.0.0."
            case "nobody listens":
                other = ", ".join(map(str, self.others[:4]))
                told = f"Published, but no program in the container listens on {port.port}."
                hint = f"Somebody listens on {other}: -p {port.host_port or port.port}:{self.others[0]}?" if self.others else ""
                return told, hint
            case "only exposed":
                inside = (
                    " Other containers on its network reach it." if self.listener is not None else " Nobody listens on it either."
                )
                return f"EXPOSE is a note for people: it publishes nothing.{inside}", publish
            case "not published":
                return "A program listens, and only containers on the same network reach it.", publish
            case "taken":
                by = f" by {self.taken_by}" if self.taken_by else ""
                return (
                    f"Port {port.host_port} of the host is taken{by}, so the container cannot start.",
                    "Choose another: -p HOST:CONTAINER",
                )
            case "stopped":
                return "The container does not run; its ports are bound while it does.", ""
        return "Nobody could look inside: the image has no shell, and no other image here has one to look with.", ""


_PROBED = {
    "answers": "A connection from here was accepted.",
    "refused": "A connection from here was refused.",
    "hangs up": "A connection from here was accepted by Docker and closed at once: there is nobody behind it.",
    "no answer": "A connection from here got no answer.",
}


@dataclass(frozen=True, slots=True)
class Ports(ShownOnce):
    """What `read_ports` found: it draws itself."""

    found: tuple[Found, ...]
    without: tuple[str, ...] = ()

    def tables(self) -> tuple[LensTable, ...]:
        """Decide the picture."""
        notes = tuple(f"{name} has no ports: nothing is published, exposed, or listened on." for name in self.without)
        rows = tuple(each.row() for each in self.found)
        return (LensTable("Ports: host → container → process", ("host", "container", "process"), rows, notes),)

    def __repr__(self) -> str:
        return text(self.tables(), 100)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it."""
        return {"text/html": html(self.tables(), "Ports", inline=True), "text/plain": repr(self)}


def judge(seen: Seen, listeners: tuple[Listener, ...] | None, owners: dict[int, str]) -> tuple[Found, ...]:
    """Say where each port of a container leads.

    Parameters:
        listeners: who listens inside; None if nobody could look.
        owners: who has which of the host's ports, as far as that is known.
    """
    name = seen.name
    taken = _TAKEN.search(seen.error) if seen.state == "created" else None
    taken_port = int(taken["port"] or taken["port2"]) if taken is not None else 0
    known = listeners or ()
    named = {(port.port, port.protocol) for port in seen.ports}
    others = tuple(dict.fromkeys(each.port for each in known if (each.port, each.protocol) not in named and not each.loopback))
    found = []
    for port in _once(seen.ports):
        matching = [each for each in known if (each.port, each.protocol) == (port.port, port.protocol)]
        listener = next((each for each in matching if not each.loopback), matching[0] if matching else None)
        kind = _kind(seen, port, listener, listeners is not None, taken_port)
        if seen.state == "created" and port.host_port in owners:
            kind = "taken"  # Podman keeps no record of why a start failed
        found.append(Found(name, port, kind, listener, owners.get(port.host_port, "") if kind == "taken" else "", "", others))
    beside = [each for each in known if (each.port, each.protocol) not in named and not each.loopback]
    return (*found, *(Found(name, Port(each.port, each.protocol), "not published", each) for each in beside))


def _once(ports: tuple[Port, ...]) -> list[Port]:
    """Give each port once: bound to every address of IPv4 and of IPv6 is bound to every address."""
    everywhere = {(port.port, port.protocol, port.host_port) for port in ports if port.host_ip == "0.0.0.0"}  # noqa: S104 - Docker's word
    return [port for port in ports if port.host_ip != "::" or (port.port, port.protocol, port.host_port) not in everywhere]


def _kind(seen: Seen, port: Port, listener: Listener | None, looked: bool, taken_port: int) -> PortKind:
    if taken_port and port.host_port == taken_port:
        return "taken"
    if seen.state not in ("running", "paused"):
        return "stopped"
    if not port.published:
        return "only exposed"
    if not looked:
        return "not known"
    if listener is None:
        return "nobody listens"
    return "loopback only" if listener.loopback else "open"


def _shown(address: str) -> str:
    return "host" if address in ("0.0.0.0", "::", "") else f"[{address}]" if ":" in address else address  # noqa: S104 - Docker's word


def _any(address: str) -> str:
    return f"[{address}]" if ":" in address else address
