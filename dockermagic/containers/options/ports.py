"""Ports: what -p publishes and what --expose announces.

1. A long form, `published=8080,target=80,protocol=udp`, is first written as 8080:80/udp; other names in it say nothing.
2. [[HOST-ADDRESS:]HOST-PORT:]PORT[/PROTOCOL]; an IPv6 address stands in square brackets.
3. A range of ports in the container needs a range of the same length on the host, or none.
4. A range on the host for one port in the container: the engine takes one that is free.

Source: docker/go-connections, nat.go and parse.go; docker/cli, cli/command/container/opts.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dockermagic.containers.options.addresses import is_address
from dockermagic.containers.options.numbers import read_unsigned

PROTOCOLS = ("tcp", "udp", "sctp")


@dataclass(frozen=True, slots=True)
class Binding:
    """A port that is published.

    Parameters:
        port: in the container, with its protocol: "80/tcp".
        host_ip: the host's address; empty for all of them.
        host_port: a port, a range that the engine chooses from, or empty for any free port.
    """

    port: str
    host_ip: str
    host_port: str


def read_publish(text: str) -> list[Binding]:
    """Read the value of -p.

    Raises:
        ValueError: says what to write.
    """
    address, host, port = _parts(_standard(text) if "=" in text else text)
    protocol, port = _protocol(port)
    if address.startswith("["):
        if not address.endswith("]"):
            raise ValueError(f"“{address}”: the square bracket is not closed.")
        address = address[1:-1]
    elif ":" in address and is_address(address):
        raise ValueError(f"An IPv6 address stands in square brackets: [{address}]:HOST:CONTAINER.")
    if address and not is_address(address):
        local = " localhost is 127.0.0.1." if address == "localhost" else ""
        raise ValueError(f"“{address}” is no address; it reads HOST:CONTAINER, or ADDRESS:HOST:CONTAINER.{local}")
    if not port:
        raise ValueError("The port in the container is missing; it reads HOST:CONTAINER.")
    first, last = _range(port, "port in the container")
    low, high = _range(host, "port on the host") if host else (0, 0)
    if host and last - first != high - low and last != first:
        raise ValueError(f"The ranges {host} and {port} differ in length; a range leads to one of the same length.")
    if protocol.lower() not in PROTOCOLS:
        raise ValueError(f"“{protocol}” is no protocol; there are tcp, udp and sctp.")
    if first == last:
        return [Binding(f"{first}/{protocol.lower()}", address, _one_of(host, low, high))]
    return [
        Binding(f"{first + step}/{protocol.lower()}", address, str(low + step) if host else "") for step in range(last - first + 1)
    ]


def _one_of(host: str, low: int, high: int) -> str:
    if not host:
        return ""
    return str(low) if low == high else f"{low}-{high}"


def _standard(text: str) -> str:
    given = {"protocol": "tcp"}
    for field in text.split(","):
        name, equals, value = field.partition("=")
        if not equals or not name:
            raise ValueError(f"“{field}” is no name=value; it reads published=8080,target=80.")
        given[name] = value
    return f"{given.get('published', '')}:{given.get('target', '')}/{given['protocol']}"


def _parts(text: str) -> tuple[str, str, str]:
    """Split at the last two colons: an IPv6 address may hold more of them."""
    parts = text.split(":")
    if len(parts) == 1:
        return "", "", text
    return ":".join(parts[:-2]), parts[-2], parts[-1]


def _protocol(text: str) -> tuple[str, str]:
    port, _, protocol = text.partition("/")
    return (protocol.split("/")[0] or "tcp", port) if port else ("", "")


def _range(text: str, what: str) -> tuple[int, int]:
    try:
        ends = [read_unsigned(each, 65535) for each in text.split("-")[:2]]
    except ValueError:
        raise ValueError(f"“{text}” is no {what}; ports go from 1 to 65535, ranges read 8000-8010.") from None
    if ends[-1] < ends[0]:
        raise ValueError(f"“{text}” runs backwards; write {ends[1]}-{ends[0]}.")
    return ends[0], ends[-1]


def read_expose(text: str) -> list[str]:
    """Read the value of --expose, and give ports with their protocol: "80/tcp".

    Raises:
        ValueError: says what to write.
    """
    if ":" in text:
        raise ValueError(f"“{text}” holds a colon; --expose takes the container's port alone, -p publishes it on the host.")
    protocol, port = _protocol(text)
    if not port:
        raise ValueError("The port is missing.")
    first, last = _range(port, "port")
    return [f"{each}/{protocol}" for each in range(first, last + 1)]


def publishing(publish: Iterable[str], expose: Iterable[str]) -> tuple[dict[str, dict[str, str]], dict[str, list[dict[str, str]]]]:
    """Give ExposedPorts and PortBindings of a container."""
    exposed: dict[str, dict[str, str]] = {}
    bound: dict[str, list[dict[str, str]]] = {}
    for text in publish:
        for each in read_publish(text):
            exposed[each.port] = {}
            bound.setdefault(each.port, []).append({"HostIp": each.host_ip, "HostPort": each.host_port})
    for text in expose:
        exposed.update((port, {}) for port in read_expose(text))
    return exposed, bound


def taken_twice(bound: dict[str, list[dict[str, str]]]) -> str:
    """Say which port of the host is asked for twice, by two ports of the container; empty when none is."""
    owner: dict[tuple[str, str, str], str] = {}
    for port, bindings in bound.items():
        protocol = port.partition("/")[2]
        for each in bindings:
            place = (each["HostIp"], each["HostPort"], protocol)
            if each["HostPort"].strip("0").isdigit() and owner.setdefault(place, port) != port:
                return f"port {each['HostPort']} of the host is to lead to {owner[place]} and to {port}"
    return ""
