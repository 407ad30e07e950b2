"""Which addresses a guest gives to its networks, so that none of them hides one that its host reaches: pure.

1. Docker's own choice (172.17.0.0/16 and what follows it) stays where the host has no route in there.
2. Else the first of `BLOCKS` in which the host has none is taken: its first 256 addresses for the network `bridge`, its second half
   for the networks that learners make.
3. When the host has routes in all of them, Docker's own choice stays.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

USUAL = IPv4Network("172.16.0.0/12")
BLOCKS = (IPv4Network("10.214.0.0/15"), IPv4Network("192.168.128.0/17"), IPv4Network("100.126.0.0/15"))


def routes(table: str) -> tuple[IPv4Network, ...]:
    """Read the networks that a host reaches otherwise than by its default route.

    Parameters:
        table: Linux's /proc/net/route (proc_net(5)): a head, and a line a route; addresses in hexadecimal, lowest byte first.
    """
    found = []
    for line in table.splitlines()[1:]:
        words = line.split()
        with contextlib.suppress(ValueError, IndexError):
            network, mask = (int.from_bytes(bytes.fromhex(words[at])[::-1], "big") for at in (1, 7))
            if mask:
                found.append(IPv4Network(f"{IPv4Address(network)}/{IPv4Address(mask)}", strict=False))
    return tuple(found)


def options(known: Sequence[IPv4Network]) -> str:
    """Give dockerd's options for a host with these routes; "" for none."""
    if not any(USUAL.overlaps(each) for each in known):
        return ""
    for block in BLOCKS:
        if not any(block.overlaps(each) for each in known):
            lower, upper = block.subnets()
            return f"--bip={lower[1]}/24 --default-address-pool=base={upper},size=24"
    return ""
