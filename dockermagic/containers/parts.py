"""What a container consists of, as frozen values: ports, mounts, networks, health, policy; and all of it as inspect tells it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Literal

__all__ = ["Attachment", "Health", "Mount", "Port", "Probe", "RestartPolicy", "Seen", "State"]

_SHELLS = {"sh", "bash", "ash", "dash", "zsh", "ksh"}

State = Literal["created", "running", "paused", "restarting", "exited", "removing", "dead", "removed"]
"""Docker's own words for the state of a container, and "removed" for one that is gone. People call an exited one stopped."""

Health = Literal["none", "starting", "healthy", "unhealthy"]
MountType = Literal["bind", "volume", "tmpfs", "npipe", "cluster", "image"]


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a container: `port` inside and its protocol.

    `published`: the host has a port that leads to it, `host_port` at `host_ip` ("0.0.0.0", "::", "127.0.0.1"); `host_port` is 0
    while the engine has not chosen one yet. `exposed`: EXPOSE or --expose names it.
    """

    port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: int = 0
    exposed: bool = False
    published: bool = False


@dataclass(frozen=True, slots=True)
class Mount:
    """Something that lies over a folder or file of the image.

    `name` is the volume's; `source` the path on the engine's machine; `destination` the path in the container. `anonymous`: a
    volume that nobody gave a name.
    """

    type: MountType
    destination: str
    source: str = ""
    name: str = ""
    read_only: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A container's place in a network; `aliases` are the names that the network's DNS gives it."""

    network: str
    network_id: str = ""
    address: str = ""
    address6: str = ""
    gateway: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of a health check: times in seconds since the epoch, exit code (0 is well), and what it printed."""

    started: float
    finished: float
    exit_code: int
    output: str = ""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """What the engine does when the program ends: `name` is "no", "always", "unless-stopped" or "on-failure"."""

    name: str = "no"
    most: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What `docker inspect` tells of a container at one moment.

    `argv` is what process 1 was started as; `entrypoint` and `cmd` are where it comes from. `program` is what process 1 was seen to
    be once it ran (a shell may hand over to the program that it starts), empty if nobody looked. `created`,
    `started`, `finished` are seconds since the epoch, None if it never was. `stop_timeout` is seconds, None for the engine's own
    (10). `memory` is the limit in bytes, 0 for none.
    """

    name: str = ""
    image: str = ""
    image_id: str = ""
    state: State = "created"
    exit_code: int | None = None
    error: str = ""
    out_of_memory: bool = False
    pid: int = 0
    created: float | None = None
    started: float | None = None
    finished: float | None = None
    argv: tuple[str, ...] = ()
    program: str = ""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    tty: bool = False
    open_stdin: bool = False
    init: bool = False
    auto_remove: bool = False
    stop_signal: str = ""
    stop_timeout: int | None = None
    memory: int = 0
    hostname: str = ""
    network_mode: str = ""
    restart_policy: RestartPolicy = RestartPolicy()
    restarts: int = 0
    health: Health = "none"
    probes: tuple[Probe, ...] = ()
    health_test: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    networks: tuple[Attachment, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def shell_form(self) -> bool:
        """Whether process 1 was started as a shell that runs a command line."""
        return bool(self.argv) and is_shell(self.argv[0]) and "-c" in self.argv[1:3]

    @property
    def handed_over(self) -> bool:
        """Whether that shell was seen to have become the program: some do, when that is all that is left to do."""
        return self.shell_form and bool(self.program) and not is_shell(self.program.split(" ")[0])


def is_shell(program: str) -> bool:
    """Say whether a program is a shell, by its name."""
    return posixpath.basename(program) in _SHELLS
