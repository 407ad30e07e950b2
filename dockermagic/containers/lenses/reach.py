"""Whether a name with a port leads to anybody, seen from inside a container: postgres:5432 does, localhost:5432 does not. Pure.

1. Who listens is read inside the container that the name leads to; for localhost that is the one that asks.
2. Somebody who listens on 127.0.0.1 only is reached by nobody else.
3. Where nobody listens, a neighbour on the same network that has this port is what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockermagic.containers.lenses.names import Resolution, has_dns, names_of
from dockermagic.containers.lenses.sockets import Listener
from dockermagic.containers.lenses.table import LensRow
from dockermagic.containers.parts import Seen

__all__ = ["owners", "reach", "split_port"]


def split_port(text: str) -> tuple[str, int]:
    """Divide "postgres:5432" into a name and a port; 0 where none is named."""
    found = re.fullmatch(r"([^:]+):(\d{1,5})", text.strip())
    return (found[1], int(found[2])) if found is not None and 0 < int(found[2]) < 65536 else (text, 0)


def owners(addresses: Sequence[str], containers: Sequence[Seen]) -> list[Seen]:
    """Give the containers that have one of these addresses."""
    wanted = set(addresses)
    return [seen for seen in containers if any(place.address in wanted for place in seen.networks)]


def reach(
    told: Resolution, port: int, asker: Seen, target: Seen, listeners: Sequence[Listener] | None, others: Sequence[Seen]
) -> LensRow:
    """Say whether anybody is reached.

    Parameters:
        target: the container that the name leads to, `asker` itself for localhost; `listeners` is who listens in it, None where
            nobody could look.
        others: the containers that the engine has.
    """
    address = f"{told.addresses[0] if told.addresses else told.name}:{port}"
    here = [each for each in listeners or () if each.port == port and each.protocol == "tcp"]
    open_ = [each for each in here if target is asker or not each.loopback]
    if listeners is None:
        return LensRow("waiting", "not seen", (asker.name, address, "?"), f"Nobody could look who listens in {target.name}.")
    if open_:
        process = open_[0].process
        chain = (asker.name, address, f"{process or 'a program'} in {target.name}")
        return LensRow("succeeded", "reached", chain, f"{process or 'A program'} listens there, in {target.name}.")
    if here:
        said = f"{here[0].process or 'A program'} in {target.name} listens on 127.0.0.1 only: nobody but itself reaches it."
        return LensRow("failed", "loopback only", (asker.name, address, "nobody"), said, "Let it listen on 0.0.0.0.")
    ports = ", ".join(sorted({str(each.port) for each in listeners if each.protocol == "tcp"}, key=int)) or "none"
    which = f"localhost is {target.name} itself, and nothing" if target is asker else "Nothing"
    said = f"{which} in {target.name} listens on port {port} (ports with somebody listening: {ports})."
    meant = _meant(port, asker, others)
    return LensRow(
        "failed", "nobody listens", (asker.name, address, "nobody"), said, meant and f"What has this port is {meant}:{port}"
    )


def _meant(port: int, asker: Seen, others: Sequence[Seen]) -> str:
    """Give the name of a neighbour that has a port, as the one who asks may type it."""
    own = {place.network for place in asker.networks if has_dns(place)}
    for seen in others:
        if seen.name == asker.name or not any(each.port == port for each in seen.ports):
            continue
        for place in seen.networks:
            if place.network in own:
                return min(names_of(seen, place), key=len, default=seen.name)
    return ""
