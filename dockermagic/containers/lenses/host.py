"""The host's side of ports: a live probe from here, and who has a port that is taken."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dockermagic.containers.lenses.sockets import read_listeners

if TYPE_CHECKING:
    from dockermagic.containers.lenses.ports import Probe
    from dockermagic.engine import Engine

__all__ = ["holder", "host_of", "probe"]

_WITHIN = 1.0
_HANGS_UP_WITHIN = 0.3
"""Seconds in which Docker's proxy closes a connection that leads to nobody."""


def host_of(engine: Engine) -> str:
    """Give the host where an engine's published ports are, as seen from here."""
    return urlsplit(engine.address.url).hostname or "127.0.0.1"


def probe(host: str, port: int) -> Probe:
    """Connect to a port of the host, say nothing, and see what happens."""
    try:
        with socket.create_connection((host, port), timeout=_WITHIN) as connection:
            connection.settimeout(_HANGS_UP_WITHIN)
            try:
                return "answers" if connection.recv(1) else "hangs up"
            except TimeoutError:
                return "answers"  # it waits to be spoken to
            except OSError:
                return "hangs up"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "no answer"


def holder(port: int) -> str:
    """Give the process of this machine that listens on a port; empty where that cannot be known."""
    printed = ["== tcp", *_lines("/proc/net/tcp"), "== tcp6", *_lines("/proc/net/tcp6"), "== comm"]
    folders = ["== fd"]
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        printed += [f"{process.name} {line}" for line in _lines(process / "comm")]
        folders += [f"{process}/fd:", *_links(process / "fd")]
    listeners = read_listeners("\n".join([*printed, *folders, "== end"])) or ()
    for each in listeners:
        if each.port == port and each.protocol == "tcp":
            return f"{each.process} (process {each.pid})" if each.process else "another program"
    return ""


def _lines(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return []


def _links(folder: Path) -> list[str]:
    found = []
    try:
        for each in os.listdir(folder):
            # What listing the folder itself had open is closed by now.
            with contextlib.suppress(OSError):
                found.append(os.readlink(folder / each))
    except OSError:
        return found
    return found
