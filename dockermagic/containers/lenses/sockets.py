"""What listens inside a container, read from its /proc: the script that reads, and the reading of what it prints. Pure.

/proc/net/tcp and its likes name addresses and inodes; /proc/PID/fd says which process holds which inode. The script needs a shell
and no other program but `ls`; without `ls` processes have no names.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

__all__ = ["MARK", "SCRIPT", "Listener", "read_listeners"]

MARK = ": dockermagic looks"
"""Begins every script that a lens runs in a container, so that its exec is not taken for somebody's."""

SCRIPT = (
    f'{MARK}; for f in tcp tcp6 udp udp6; do echo "== $f"; '
    '[ -r /proc/net/$f ] && while read -r l; do echo "$l"; done < /proc/net/$f; done; '
    'echo "== comm"; for p in /proc/[0-9]*; do { read -r c < $p/comm; } 2>/dev/null && echo "${p#/proc/} $c"; done; '
    'echo "== fd"; ls -l /proc/[0-9]*/fd/ 2>/dev/null; echo "== end"'
)
_LISTENS = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
_FOLDER = re.compile(r"/proc/(\d+)/fd/?:")
_SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who listens: `address` "0.0.0.0" and "::" mean every address; `process` is its name, empty when not known."""

    port: int
    protocol: str
    address: str
    process: str = ""
    pid: int = 0

    @property
    def loopback(self) -> bool:
        """Whether only the container itself reaches it."""
        return ipaddress.ip_address(self.address).is_loopback


def read_listeners(printed: str) -> tuple[Listener, ...] | None:
    """Read what the script printed; None if it did not run to its end."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in printed.splitlines():
        if line.startswith("== "):
            current = parts.setdefault(line[3:].strip(), [])
        else:
            current.append(line)
    if "end" not in parts or "tcp" not in parts:
        return None
    names = dict(line.split(" ", 1) for line in parts.get("comm", []) if " " in line)
    holders = _holders(parts.get("fd", []))
    found: dict[tuple[int, str, str], Listener] = {}
    for kind, state in _LISTENS.items():
        for line in parts.get(kind, []):
            listener = _listener(line, kind.removesuffix("6"), state, holders, names)
            if listener is not None:
                found.setdefault((listener.port, listener.protocol, listener.address), listener)
    return tuple(sorted(found.values(), key=lambda each: (each.port, each.protocol, each.address)))


def _holders(lines: list[str]) -> dict[str, str]:
    """Give the process that holds each socket's inode: the one with the lowest number, which is the parent."""
    found: dict[str, str] = {}
    pid = ""
    for line in lines:
        folder = _FOLDER.match(line)
        if folder is not None:
            pid = folder[1]
        socket = _SOCKET.search(line)
        if socket is not None and pid and (socket[1] not in found or int(pid) < int(found[socket[1]])):
            found[socket[1]] = pid
    return found


def _listener(line: str, protocol: str, state: str, holders: dict[str, str], names: dict[str, str]) -> Listener | None:
    fields = line.split()
    if len(fields) < 10 or fields[3] != state:
        return None
    address, _, port = fields[1].rpartition(":")
    try:
        where, number = _address(address), int(port, 16)
    except ValueError:
        return None
    # Docker's own DNS listens in every container, for the container alone.
    if where == "127.0.0.11" or not 0 < number < 65536:
        return None
    pid = holders.get(fields[9], "0")
    return Listener(number, protocol, where, names.get(pid, ""), int(pid))


def _address(text: str) -> str:
    """Read an address as the kernel prints it: words of four bytes, each in the machine's order."""
    data = bytes.fromhex(text)
    if len(data) not in (4, 16):
        raise ValueError(text)
    turned = b"".join(data[place : place + 4][::-1] for place in range(0, len(data), 4))
    address = ipaddress.ip_address(turned)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
