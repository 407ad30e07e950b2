"""Networks: --network in both forms, and the flags that say more about the first one.

1. NAME, or name=NAME,alias=A,ip=…,ip6=…,mac-address=…,link-local-ip=…,driver-opt=KEY=VALUE,gw-priority=N; the long form is read in
   small letters.
2. --network-alias, --link, --ip, --ip6, --mac-address and --link-local-ip belong to the first network, and must not be said twice.
3. Networks of the user's own and the built-in ones (bridge, host, none, default, container:NAME) cannot be mixed.
4. One network about which nothing more is said is named in NetworkMode alone.

Source: docker/cli, opts/network.go and cli/command/container/opts.go (parseNetworkOpts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dockermagic.containers.options.addresses import check_mac
from dockermagic.containers.options.fields import split_fields
from dockermagic.containers.options.numbers import read_integer

_LONG = re.compile(r"\w=\w", re.ASCII)
BUILT_IN = ("default", "bridge", "host", "none")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One network that a container is to be in, and as whom."""

    target: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ip: str = ""
    ip6: str = ""
    mac: str = ""
    link_local: tuple[str, ...] = ()
    driver_options: dict[str, str] = field(default_factory=dict)
    priority: int = 0


def user_defined(target: str) -> bool:
    """Say whether a network is one that somebody made."""
    return target not in BUILT_IN and not target.startswith("container:")


def read_network(text: str) -> Endpoint:
    """Read the value of --network.

    Raises:
        ValueError: says what to write.
    """
    if not _LONG.search(text):
        return Endpoint(text)
    found = Endpoint("")
    for each in split_fields(text):
        key, equals, value = (part.strip() for part in each.lower().partition("="))
        if not equals or not key:
            raise ValueError(f"“{each}” is no key=value; it reads name=NETWORK,alias=NAME.")
        found = _with(found, key, value)
    if not found.target:
        raise ValueError("It does not say which network; add name=NETWORK.")
    return found


def _with(found: Endpoint, key: str, value: str) -> Endpoint:
    match key:
        case "name":
            return replace(found, target=value)
        case "alias":
            return replace(found, aliases=(*found.aliases, value))
        case "ip":
            return replace(found, ip=value)
        case "ip6":
            return replace(found, ip6=value)
        case "mac-address":
            return replace(found, mac=value)
        case "link-local-ip":
            return replace(found, link_local=(*found.link_local, value))
        case "driver-opt":
            name, equals, option = (part.strip() for part in value.partition("="))
            if not equals or not value.partition("=")[0]:
                raise ValueError(f"driver-opt={value}: it reads driver-opt=KEY=VALUE.")
            return replace(found, driver_options={**found.driver_options, name: option})
        case "gw-priority":
            return replace(found, priority=read_integer(value))
    raise ValueError(f"“{key}” is no key of --network; there are name, alias, ip, ip6, mac-address, driver-opt and gw-priority.")


def endpoints(networks: Sequence[Endpoint], more: Endpoint) -> dict[str, dict[str, Any]]:
    """Give EndpointsConfig.

    Parameters:
        networks: those of --network, in order.
        more: what the flags of their own say about the first one; its target counts for nothing.

    Raises:
        ValueError: they contradict each other.
    """
    every = list(networks) or [Endpoint("default")]
    every[0] = _joined(every[0], more)
    found: dict[str, dict[str, Any]] = {}
    for each in every:
        settings = _settings(each)
        if each.target in found:
            raise ValueError(f"The network “{each.target}” is named twice.")
        if len(networks) == 1 and settings == _settings(Endpoint("x")):
            continue
        found[each.target] = settings
    if len({user_defined(each.target) for each in every}) > 1:
        raise ValueError("A network of your own and a built-in one (bridge, host, none) cannot go together.")
    return found


def _joined(first: Endpoint, more: Endpoint) -> Endpoint:
    """Add to the first network what stands in flags of its own."""
    for flag, name in (
        ("--network-alias", "aliases"),
        ("--ip", "ip"),
        ("--ip6", "ip6"),
        ("--mac-address", "mac"),
        ("--link-local-ip", "link_local"),
    ):
        if not getattr(more, name):
            continue
        if getattr(first, name):
            raise ValueError(f"{flag} and the same in --network cannot go together; leave one of them out.")
        first = replace(first, **{name: getattr(more, name)})
    # In the built-in network a link is an older thing, which stands in HostConfig.Links alone.
    return replace(first, links=more.links) if more.links and user_defined(first.target) else first


def _settings(each: Endpoint) -> dict[str, Any]:
    if not each.target.strip():
        raise ValueError("The name of the network is empty.")
    if each.aliases and not user_defined(each.target):
        raise ValueError(f"An alias needs a network of your own, “{each.target}” is a built-in one: %docker network create NAME")
    if each.mac:
        check_mac(each.mac)
    addresses = {"IPv4Address": each.ip, "IPv6Address": each.ip6, "LinkLocalIPs": list(each.link_local)}
    given = {key: value for key, value in addresses.items() if value}
    return {
        "IPAMConfig": given or None,
        "Links": list(each.links) or None,
        "Aliases": list(each.aliases) or None,
        "MacAddress": each.mac,
        "DriverOpts": each.driver_options or None,
        "GwPriority": each.priority,
        **_UNSET,
    }


_UNSET: dict[str, Any] = {
    **dict.fromkeys(("NetworkID", "EndpointID", "Gateway", "IPAddress", "IPv6Gateway", "GlobalIPv6Address"), ""),
    "IPPrefixLen": 0,
    "GlobalIPv6PrefixLen": 0,
    "DNSNames": None,
}
"""What the engine fills in; the command line sends it empty."""
