"""Addresses and host names.

Source: docker/cli, opts/opts.go and opts/hosts.go; Go's net.ParseIP and net.ParseMAC.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}(?:\.{_LABEL})*)\.?\s*", re.ASCII)
_PAIR = "[0-9a-fA-F]{2}"
_MAC = re.compile(
    "|".join(
        f"{group}(?:{mark}{group}){{{count - 1}}}"
        for group, mark, counts in ((_PAIR, ":", (6, 8, 20)), (_PAIR, "-", (6, 8, 20)), (_PAIR * 2, r"\.", (3, 4, 10)))
        for count in counts
    )
)


def read_address(text: str) -> str:
    """Read an IP address, and give it in its usual form.

    Raises:
        ValueError: it is none.
    """
    try:
        address = ip_address(text.strip())
    except ValueError:
        raise ValueError(f"“{text}” is no IP address; they look like 10.0.0.5 or 2001:db8::5.") from None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            raise ValueError(f"“{text}”: an address with a zone (%) cannot be used here.")
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
    return str(address)


def is_address(text: str) -> bool:
    """Say whether a text is an IP address, without spaces around it."""
    try:
        read_address(text)
    except ValueError:
        return False
    return text == text.strip()


def read_search(text: str) -> str:
    """Read a domain for --dns-search; a dot stands for none."""
    text = text.strip(" ")
    match = _DOMAIN.fullmatch(text) if len(text) < 300 else None
    if text == ".":
        return text
    if match is None or not re.search("[a-zA-Z]", text) or len(match[1]) >= 255:
        raise ValueError(f"“{text}” is no domain; they look like example.com.")
    return match[1]


def read_host(text: str) -> str:
    """Read the value of --add-host, and give "name:address"."""
    name, mark, address = text.partition("=")
    if not mark:
        name, mark, address = text.partition(":")
    if not mark or not name or ":" in name:
        raise ValueError(f"“{text}” does not read NAME:ADDRESS.")
    if address != "host-gateway":
        address = address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address
        read_address(address)
    return f"{name}:{address}"


def check_mac(text: str) -> None:
    """Refuse what is no MAC address."""
    if not _MAC.fullmatch(text.strip()):
        raise ValueError(f"“{text}” is no MAC address; they look like 92:d0:c6:0a:29:33.")


def check_link(text: str) -> None:
    """Refuse what --link does not take."""
    if not text or text.count(":") > 1:
        raise ValueError(f"“{text}” does not read CONTAINER or CONTAINER:ALIAS.")
