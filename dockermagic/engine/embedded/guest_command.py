"""The command lines and files of a guest: pure text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dockermagic.engine.embedded.disk import Disk
from dockermagic.engine.embedded.places import Places

READ_BY_KERNEL = ("/usr/lib", "/lib", "/lib64", "/proc/cpuinfo", "/dev/urandom", "/dev/random")
WRITTEN_BY_KERNEL = ("/dev/null", "/dev/ptmx", "/dev/pts")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
MACHINE, GUEST_NAME = "machine", "guest"
"""The folder below the run's where the kernel makes one for its own sockets, and what it calls that."""


@dataclass(frozen=True, slots=True)
class GuestSettings:
    """What a guest is started with: memory in MB, disk in GB, the folders of the host that it may reach."""

    memory: int
    disk: int = 4
    folders: tuple[str, ...] = ()
    ptrace: bool = False


def linux(parts: Path, places: Places, settings: GuestSettings, disk: Disk, frames: int) -> list[str]:
    """Give the kernel's command line.

    Parameters:
        parts: the package's folder.
        frames: the descriptor that carries the network's frames.
    """
    reached = [*settings.folders, str(places.exchange)]
    # Names with a comma or a colon would be taken apart: the run's own names lead to them.
    return [
        str(parts / "linux"),
        f"umid={GUEST_NAME}",
        f"uml_dir={places.run / MACHINE}",
        f"mem={settings.memory}M",
        f"seccomp={'off' if settings.ptrace else 'on'}",
        f"ubd0r={places.run}/root",
        f"ubd1={places.run}/data/{places.layer.name},{places.run}/base" if disk.layered else f"ubd1={places.run}/base",
        "root=/dev/ubda",
        "rootfstype=squashfs",
        "ro",
        "init=/init",
        f"vec0:transport=fd,fd={frames},depth=128",
        "con=null",
        "con0=null,fd:1",
        "quiet",
        *(f"hostfs_only={folder}" for folder in reached),
        f"DM_EXCHANGE={places.exchange}",
    ]


def confined(parts: Path, places: Places, settings: GuestSettings, disk: Disk, command: list[str], cpu: int) -> str:
    """Give the order to `confine.py`: what to run, and which files it may reach."""
    read = [*READ_BY_KERNEL, str(parts), str(disk.base)]
    written = [*WRITTEN_BY_KERNEL, str(places.run / MACHINE), str(places.exchange), str(places.data), *settings.folders]
    return json.dumps({"run": command, "read": read, "write": written, "cpu": cpu})


def guest_settings(environ: Mapping[str, str], name: str, resolver: str, dockerd: str, *, grow: bool) -> str:
    """Give the file that the guest's first process reads: shell variables, and the host's proxies for dockerd.

    Parameters:
        resolver: the host's resolv.conf(5): in which domains names are looked up; which server is asked is the network's concern.
        dockerd: further options of it.
    """
    domains = [line.split()[1:] for line in resolver.splitlines() if line.split()[:1] == ["search"]]
    search = " ".join(domains[-1]) if domains else ""
    told = {"DM_NAME": name, "DM_SEARCH": search, "DM_GROW": "1" if grow else "", "DM_DOCKERD": dockerd}
    lines = [f"{key}={shlex.quote(value)}" for key, value in told.items() if value]
    for key in PROXIES:
        value = environ.get(key, "") or environ.get(key.lower(), "")
        if value:
            lines.append(f"export {key}={shlex.quote(value)}")
    return "".join(f"{line}\n" for line in lines)


def step_of(line: str) -> tuple[str, str]:
    """Read a line of the guest's console: ("dockerd", ""), ("failed", "disk"), ("", "") when it says nothing to us."""
    if not line.startswith("dm: "):
        return "", ""
    word, _, rest = line[4:].strip().partition(" ")
    return word, rest
