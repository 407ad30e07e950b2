"""The ways to start an engine, best first, and which of them this machine refuses.

1. root on Linux with dockerd and its parts installed: a private dockerd, with data and sockets of its own. Beside another engine
   it has a network of its own, too, whose ports nobody else reaches: then 3 is better, where it can be.
2. The parts of rootless Docker installed, and user namespaces allowed, with numbers of users and a network: rootless dockerd.
3. The package `dockermagic-engine`: dockerd in a User-mode Linux kernel that confines its processes with seccomp.
4. The same with ptrace, where seccomp does not do.
A way that is not refused is tried; the first on which a real container starts is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

RungName = Literal["private dockerd", "rootless dockerd", "User-mode Linux", "User-mode Linux (ptrace)"]
LEAST_MEMORY = 600 << 20
"""Bytes that a container must be allowed for a guest of 256 MB and what is around it."""
PRIVATE_PARTS = ("dockerd", "iptables", "ip", "unshare")
ROOTLESS_PARTS = ("dockerd", "iptables", "dockerd-rootless.sh", "rootlesskit", "newuidmap", "newgidmap")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the machine is: looked up by `machine`.

    `programs` are those found; what begins with `refused_` says why something is not allowed, and is empty when it is;
    `refused_ids` are numbers of users for a user namespace, `refused_tun` is the device of its network;
    `memory` is what may be used, in bytes; `wheel` is the folder of the package's parts, "" when there is none.
    """

    system: str = "linux"
    arch: str = "x86_64"
    uid: int = 1000
    programs: frozenset[str] = frozenset()
    wheel: str = ""
    refused_namespaces: str = ""
    refused_ids: str = ""
    refused_tun: str = ""
    refused_mounts: str = ""
    refused_ptrace: str = ""
    memory: int = 2 << 30
    other_engine: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """A way to start an engine; `refusal` says why it cannot be, and is empty when it is worth trying."""

    name: RungName
    refusal: str = ""


def rungs(facts: Facts) -> tuple[Rung, ...]:
    """Give every way, best first, with what speaks against it."""
    return (
        Rung("private dockerd", _private(facts)),
        Rung("rootless dockerd", _rootless(facts)),
        Rung("User-mode Linux", _guest(facts)),
        Rung("User-mode Linux (ptrace)", _guest(facts) or facts.refused_ptrace),
    )


def _private(facts: Facts) -> str:
    if facts.system != "linux":
        return "this is not Linux"
    if facts.uid != 0:
        return "you are not root"
    missing = _missing(PRIVATE_PARTS, facts)
    if missing:
        return missing
    if facts.other_engine and not _guest(facts):
        return "another engine is here, and a second one needs a network apart, which leads nowhere"
    return facts.refused_mounts


def _rootless(facts: Facts) -> str:
    if facts.system != "linux":
        return "this is not Linux"
    if facts.uid == 0:
        return "it is for users other than root"
    return _missing(ROOTLESS_PARTS, facts) or facts.refused_namespaces or facts.refused_ids or facts.refused_tun


def _missing(parts: Iterable[str], facts: Facts) -> str:
    names = [name for name in parts if name not in facts.programs]
    return f"not installed: {', '.join(names)}" if names else ""


def _guest(facts: Facts) -> str:
    if facts.system != "linux" or facts.arch not in ("x86_64", "amd64"):
        return f"the package dockermagic-engine is for Linux on x86_64; this is {facts.system} on {facts.arch}"
    if not facts.wheel:
        return 'the package dockermagic-engine is not installed (pip install "dockermagic[engine]")'
    if facts.memory < LEAST_MEMORY:
        return f"only {facts.memory >> 20} MB of memory may be used, and {LEAST_MEMORY >> 20} MB are needed"
    return ""


def guest_memory(allowed: int) -> int:
    """Choose the guest's memory, in MB, by how many bytes this process and its kin may use.

    A quarter, since the notebook's kernel needs its own; never less than dockerd and a build need.
    """
    return max(256, min(1024, (allowed >> 20) // 4 // 64 * 64))
