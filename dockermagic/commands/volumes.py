"""`%docker volume …` and `%docker network …`.

Each follows the docker CLI's command of the same name (docker/cli cli/command/volume and network).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockermagic.commands.call import FILTER, FORMAT, NO_TRUNC, QUIET, Call, Told, Verb
from dockermagic.commands.fields.volumes import NETWORKS, VOLUMES, network_row, volume_row
from dockermagic.commands.hints import for_container, for_network
from dockermagic.commands.listing import Listing, listed
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS", "pairs"]


def pairs(values: Iterable[str]) -> dict[str, str]:
    """Read values such as "a=1"; one without "=" has an empty value."""
    return {name: value for name, _, value in (text.partition("=") for text in values)}


def _volume_ls(call: Call) -> Listing:
    found: list[dict[str, Any]] = call.ask("GET", "/volumes", filters=call.filters()).get("Volumes") or []
    found.sort(key=lambda each: str(each["Name"]))
    return listed(VOLUMES, [volume_row(each) for each in found], found, call.parsed.text("format"), call.on("quiet"))


def _volume_create(call: Call) -> Told:
    parsed = call.parsed
    if call.names and parsed.text("name"):
        raise UsageError("The volume is named twice: with --name and at the end of the line.", "Leave --name out.")
    body = {
        "Name": call.names[0] if call.names else parsed.text("name"),
        "Driver": parsed.text("driver"),
        "DriverOpts": pairs(parsed.list("opt")),
        "Labels": {**dict(call.labels), **pairs(parsed.list("label"))},
    }
    answer = call.ask("POST", "/volumes/create", body=body)
    return Told(f"{answer['Name']}\n", answer)


def _network_ls(call: Call) -> Listing:
    found: list[dict[str, Any]] = call.ask("GET", "/networks", filters=call.filters())
    found.sort(key=lambda each: str(each["Name"]))
    rows = [network_row(each, whole=call.on("no-trunc")) for each in found]
    return listed(NETWORKS, rows, found, call.parsed.text("format"), call.on("quiet"))


def _network_create(call: Call) -> Told:
    parsed = call.parsed
    body = {
        "Name": call.names[0],
        "CheckDuplicate": True,
        "Driver": parsed.text("driver"),
        "Internal": parsed.on("internal"),
        "Attachable": parsed.on("attachable"),
        "EnableIPv6": parsed.on("ipv6"),
        "Options": pairs(parsed.list("opt")),
        "Labels": {**dict(call.labels), **pairs(parsed.list("label"))},
        "IPAM": {"Driver": parsed.text("ipam-driver"), "Options": pairs(parsed.list("ipam-opt")), "Config": _ipam(call)},
    }
    try:
        answer = call.ask("POST", "/networks/create", body=body)
    except EngineError as error:
        taken = "already exists" in error.message
        raise EngineError(error.message, "%docker network ls shows it." if taken else error.hint, status=error.status) from error
    return Told(f"{answer['Id']}\n", answer)


def _ipam(call: Call) -> list[dict[str, Any]]:
    """Put subnets, ranges, gateways and reserved addresses together, in the order they were given."""
    parsed = call.parsed
    subnets, ranges, gateways = (parsed.list(name) for name in ("subnet", "ip-range", "gateway"))
    if (ranges or gateways) and not subnets:
        raise UsageError(
            "--ip-range and --gateway belong to a --subnet.", "For example: --subnet 172.28.0.0/16 --gateway 172.28.0.1"
        )
    found: list[dict[str, Any]] = [{"Subnet": subnet} for subnet in subnets]
    for place, entry in enumerate(found):
        if place < len(ranges):
            entry["IPRange"] = ranges[place]
        if place < len(gateways):
            entry["Gateway"] = gateways[place]
    if parsed.list("aux-address") and found:
        found[0]["AuxiliaryAddresses"] = pairs(parsed.list("aux-address"))
    return found


def _connect(call: Call) -> None:
    network, container = call.names
    parsed = call.parsed
    addresses = {key: parsed.text(flag) for flag, key in (("ip", "IPv4Address"), ("ip6", "IPv6Address")) if parsed.text(flag)}
    if parsed.list("link-local-ip"):
        addresses |= {"LinkLocalIPs": list(parsed.list("link-local-ip"))}  # type: ignore[dict-item]  # the API's object holds both
    body = {
        "Container": container,
        "EndpointConfig": {
            "IPAMConfig": addresses,
            "Links": list(parsed.list("link")),
            "Aliases": list(parsed.list("alias")),
            "DriverOpts": pairs(parsed.list("driver-opt")),
        },
    }
    _joined(call, f"/networks/{named(network)}/connect", body)


def _disconnect(call: Call) -> None:
    network, container = call.names
    _joined(call, f"/networks/{named(network)}/disconnect", {"Container": container, "Force": call.on("force")})


def _joined(call: Call, path: str, body: Any) -> None:
    network, container = call.names
    try:
        call.ask("POST", path, body=body)
    except EngineError as error:
        hint = for_container(call, error, container) if "container" in error.message else for_network(call, error, network)
        raise EngineError(error.message, hint, status=error.status) from error


_LABEL = Flag("label", kind="list", metavar="KEY=VALUE", help="A label.")

VERBS = (
    Verb(
        ("volume ls", "volume list"),
        Command("%docker volume ls", "[OPTIONS]", "List volumes.", (FILTER, FORMAT, QUIET), most=0),
        _volume_ls,
    ),
    Verb(
        ("volume create",),
        Command(
            "%docker volume create",
            "[OPTIONS] [VOLUME]",
            "Make a volume: a folder of the engine's that outlives containers.",
            (
                Flag("driver", "d", metavar="NAME", default="local", help="Who keeps it."),
                _LABEL,
                Flag("name", metavar="NAME", help="Its name.", hidden=True),
                Flag("opt", "o", "list", metavar="KEY=VALUE", help="An option of its driver."),
            ),
            most=1,
            examples=(Example("%docker volume create data", "and then: %docker_run -v data:/data IMAGE"),),
        ),
        _volume_create,
        makes=True,
    ),
    Verb(
        ("network ls", "network list"),
        Command("%docker network ls", "[OPTIONS]", "List networks.", (FILTER, FORMAT, NO_TRUNC, QUIET), most=0),
        _network_ls,
    ),
    Verb(
        ("network create",),
        Command(
            "%docker network create",
            "[OPTIONS] NETWORK",
            "Make a network. Containers on it reach each other by name.",
            (
                Flag("attachable", kind="bool", help="Containers may join it by hand (overlay networks)."),
                Flag("aux-address", kind="list", metavar="NAME=ADDRESS", help="An address that is kept free."),
                Flag("driver", "d", metavar="NAME", default="bridge", help="What makes it."),
                Flag("gateway", kind="list", metavar="ADDRESS", help="The gateway of a subnet."),
                Flag("internal", kind="bool", help="No way out of it."),
                Flag("ip-range", kind="list", metavar="CIDR", help="Give addresses from this part of a subnet only."),
                Flag("ipam-driver", metavar="NAME", default="default", help="Who gives the addresses."),
                Flag("ipam-opt", kind="list", metavar="KEY=VALUE", help="An option of that driver."),
                Flag("ipv6", kind="bool", help="With IPv6 addresses."),
                _LABEL,
                Flag("opt", "o", "list", metavar="KEY=VALUE", help="An option of the network's driver."),
                Flag("subnet", kind="list", metavar="CIDR", example="172.28.0.0/16", help="Its addresses."),
            ),
            least=1,
            most=1,
            examples=(Example("%docker network create booking", "and then: %docker_run --network booking IMAGE"),),
        ),
        _network_create,
        makes=True,
    ),
    Verb(
        ("network connect",),
        Command(
            "%docker network connect",
            "[OPTIONS] NETWORK CONTAINER",
            "Put a container on one more network.",
            (
                Flag("alias", kind="list", metavar="NAME", help="One more name for it there."),
                Flag("driver-opt", kind="list", metavar="KEY=VALUE", help="An option for the network's driver."),
                Flag("ip", metavar="ADDRESS", help="Its IPv4 address there."),
                Flag("ip6", metavar="ADDRESS", help="Its IPv6 address there."),
                Flag("link", kind="list", metavar="CONTAINER:NAME", help="Another container under another name."),
                Flag("link-local-ip", kind="list", metavar="ADDRESS", help="A link-local address."),
            ),
            least=2,
            most=2,
        ),
        _connect,
    ),
    Verb(
        ("network disconnect",),
        Command(
            "%docker network disconnect",
            "[OPTIONS] NETWORK CONTAINER",
            "Take a container off a network.",
            (Flag("force", "f", "bool", help="Also when the container is gone."),),
            least=2,
            most=2,
        ),
        _disconnect,
    ),
)
