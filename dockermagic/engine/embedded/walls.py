"""What an engine in a guest cannot do as one of this machine would: reach any folder, take any port. Told before it is asked for.

1. A bind mount's source is a folder that is shared with the guest, or is below one; links are followed here, as the guest has none.
2. What is the guest's own stays as it is: its devices, and the socket of its engine.
3. A port of this machine that another program has cannot be published. One that the guest holds is the engine's own matter.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dockermagic.engine.embedded.ports import published
from dockermagic.engine.embedded.state import State
from dockermagic.errors import EngineError

GUESTS_OWN = ("/dev", "/proc", "/sys")
SOCKET = "/run/docker.sock"
SOCKETS = (SOCKET, "/var/run/docker.sock")


class Walls:
    """The walls around one engine.

    Parameters:
        state: gives the engine's state as it was told last.
    """

    def __init__(self, state: Callable[[], State]) -> None:
        self._state = state

    def checked(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give the body of POST /containers/create with its bind mounts as the guest knows them.

        Raises:
            EngineError: a folder is not shared.
        """
        host = dict(body.get("HostConfig") or {})
        if host.get("Binds"):
            host["Binds"] = [self._bind(str(each)) for each in host["Binds"]]
        if host.get("Mounts"):
            host["Mounts"] = [
                {**each, "Source": self.inside(str(each.get("Source", "")))} if each.get("Type") == "bind" else each
                for each in host["Mounts"]
            ]
        return {**body, "HostConfig": host}

    def _bind(self, text: str) -> str:
        source, colon, rest = text.partition(":")
        return f"{self.inside(source, make=True)}{colon}{rest}" if source.startswith("/") else text

    def inside(self, source: str, *, make: bool = False) -> str:
        """Give the name that the guest has for a file of this machine.

        Parameters:
            make: make a folder there if there is nothing, as dockerd would: in the guest it may not give it to root, and fails.

        Raises:
            EngineError: it is not shared.
        """
        state = self._state()
        found = os.path.realpath(source)
        if source in SOCKETS or f"unix://{source}" == state.url:
            return SOCKET
        if any(Path(found).is_relative_to(each) for each in (*state.folders, *GUESTS_OWN)):
            if make:
                with contextlib.suppress(OSError):  # dockerd says what is wrong with it
                    os.makedirs(found, exist_ok=True)
            return found
        raise EngineError(*not_shared(source, state.folders))

    def check_ports(self, bindings: Mapping[str, Iterable[Mapping[str, str]] | None]) -> None:
        """Say which port of this machine somebody else has.

        Parameters:
            bindings: as in POST /containers/create: {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}.

        Raises:
            EngineError: one is taken.
        """
        ports = [
            {"PublicPort": int(each["HostPort"]), "Type": name.partition("/")[2] or "tcp", "IP": each.get("HostIp", "")}
            for name, each_of in bindings.items()
            for each in each_of or ()
            if each.get("HostPort", "").isdigit() and each["HostPort"] != "0"
        ]
        for wanted in sorted(published([{"Ports": ports}])):
            if str(wanted) not in self._state().ports and taken(wanted.host, wanted.port, udp=wanted.protocol == "udp"):
                raise EngineError(
                    f"Port {wanted.port} of this machine is taken already, by a program that is no container.",
                    f"Take another one: -p {wanted.port + 1}:…",
                )

    def conflicts(self, ports: Iterable[int]) -> list[str]:
        """Say which of these published ports could not be opened on this machine."""
        wanted = set(ports)
        return [
            f"Port {each.port} is not open on this machine: {each.why}." for each in self._state().conflicts if each.port in wanted
        ]


def not_shared(source: str, folders: Iterable[str] = ()) -> tuple[str, str]:
    """Give what is told, and what to try, when a folder is not shared with the guest."""
    shared = ", ".join(folders)
    why = f"only {shared} is shared with it" if shared else "no folder is shared with it"
    return (
        f"The private engine does not reach {source}: {why}.",
        f"Put it in there, or share more: %docker_engine stop, then %docker_engine start --share {source}",
    )


def taken(host: str, port: int, *, udp: bool = False) -> bool:
    """Whether another program has a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as trying:
        if not udp:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
