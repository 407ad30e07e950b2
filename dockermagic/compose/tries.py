"""Lines of a log that say “I did not reach the service that I need”: `failed_try`. Pure.

A line counts if it has the words of a refused, impossible or timed-out connection. Which service was meant is told by a name or a
port of it in the line; where a container depends on one service only, that one was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockermagic.compose.project import Service

__all__ = ["failed_try", "ports_of"]

_WORDS = re.compile(
    r"(?i)ECONNREFUSED|connection refused|could not connect|cannot connect|can't connect|failed to connect|connect(?:ion)? failed"
    r"|ENOTFOUND|EAI_AGAIN|getaddrinfo|name or service not known|could not translate host name|no such host|bad address"
    r"|temporary failure in name resolution|ETIMEDOUT|ECONNRESET|no route to host|the database system is starting up"
    r"|connection (?:timed out|reset)"
)


def failed_try(line: str, needed: Sequence[Service]) -> str:
    """Give the service that a line says was not reached; empty if it says nothing of the kind.

    Parameters:
        needed: the services that the one which printed the line depends on.
    """
    if not needed or not _WORDS.search(line):
        return ""
    for service in needed:
        names = (service.name, service.container_name, *(alias for joined in service.networks for alias in joined.aliases))
        if any(name and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line) for name in names):
            return service.name
    for service in needed:
        if any(re.search(rf"(?<!\d){port}(?!\d)", line) for port in ports_of(service)):
            return service.name
    return needed[0].name if len(needed) == 1 else ""


def ports_of(service: Service) -> tuple[int, ...]:
    """Give the TCP ports that a service's description names."""
    found = [port.target for port in service.ports if port.protocol == "tcp"]
    found += [int(port.removesuffix("/tcp")) for port in service.exposed if re.fullmatch(r"\d+/tcp", port)]
    return tuple(dict.fromkeys(port for port in found if 0 < port < 65536))
