"""Say whether this machine is ready for the course: an engine, room on the disk, the images, and the ports."""

from __future__ import annotations

import argparse
import shutil
import socket
from collections.abc import Iterator

from dockermagic import session
from dockermagic.console.room import missing, wanted
from dockermagic.errors import EngineError
from dockermagic.views.units import plural

__all__ = ["PORTS", "run"]

PORTS = (3000, 8123, 8124, 8125, 8126, 8127, 8128)
"""What the lessons publish on this machine."""
ROOM = 2_000_000_000
"""Bytes that the course takes at most: images, layers and volumes."""


def run(asked: argparse.Namespace) -> int:
    """Tell it; 1 when something has to be done first."""
    good = True
    for fine, line in _findings(wanted(asked.image)):
        print(f"{'✓' if fine else '✗'} {line}")  # noqa: T201
        good = good and fine
    print("This machine is ready." if good else "Mend what has a ✗, then run this again.")  # noqa: T201
    return 0 if good else 1


def _findings(images: tuple[str, ...]) -> Iterator[tuple[bool, str]]:
    free = shutil.disk_usage(session.notebook_folder()).free
    yield free > ROOM, f"disk: {free / 1e9:.1f} GB free here; the course takes up to {ROOM / 1e9:.0f} GB"
    for port in PORTS:
        if not _is_free(port):
            yield False, f"port {port} is taken: end what listens there (%docker ps shows containers that do)"
    try:
        engine = session.CURRENT.engine
        about = engine.about
        yield True, f"engine: {about.title}, {plural(about.cpus, 'CPU')}, {about.memory / 1e9:.1f} GB of memory"
        lacking = missing(engine, images)
    except EngineError as error:
        yield False, f"engine: {error.message} {error.hint}"
        return
    for name in images:
        yield name not in lacking, f"image {name}: {'not here yet; dockermagic prefetch gets it' if name in lacking else 'here'}"


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
