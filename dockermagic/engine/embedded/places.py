"""Where the embedded engine keeps things.

1. What belongs to a run (sockets, lock, log) is in a folder of the user's alone, short enough for the names of sockets. It is
   the same for every process of the user on the machine, so it depends on no variable that one of them may lack.
2. What outlives it (the disk) is in the user's data folder, apart for each machine, since a home may be shared by several; where
   that is full or cannot be written to, in the first place of those named after it that has room.
3. A disk with images, which all who begin here begin with, belongs to the installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

RUN, DATA = "DOCKERMAGIC_ENGINE_RUN", "DOCKERMAGIC_ENGINE_DATA"
"""Variables that name other folders."""
PREPARED = "DOCKERMAGIC_ENGINE_DISK"
"""The variable that names another prepared disk."""
NAME = "dockermagic-engine"
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108  # what is made there is for its owner alone, and checked to be so
ROOM = 1 << 30
"""Bytes that should be free where the disk is."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders, and what is in them; `prepared` is a disk with images on it, to begin with."""

    run: Path
    data: Path
    prepared: Path | None = None

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.run / "lock"

    @property
    def control(self) -> Path:
        """Where the supervisor is asked."""
        return self.run / "control.sock"

    @property
    def socket(self) -> Path:
        """Where the engine listens."""
        return self.run / "docker.sock"

    @property
    def exchange(self) -> Path:
        """What host and guest tell each other."""
        return self.run / "guest"

    @property
    def log(self) -> Path:
        """What the supervisor and the engine wrote."""
        return self.run / "engine.log"

    @property
    def engine_log(self) -> Path:
        """What dockerd wrote, in the guest."""
        return self.exchange / "dockerd.log"

    @property
    def base(self) -> Path:
        """The disk as it was at first, where none was prepared; nothing is ever written to it."""
        return self.data / "base.img"

    @property
    def layer(self) -> Path:
        """What was written since."""
        return self.data / "layer.cow"


def prepared_disk(environ: Mapping[str, str], prefix: Path) -> Path:
    """Give where a prepared disk is, or would be.

    Parameters:
        prefix: of the Python installation.
    """
    named = environ.get(PREPARED, "")
    return Path(named) if named else prefix / "share/dockermagic/engine.img"


@dataclass(frozen=True, slots=True)
class Room:
    """A folder where the disk may be: whether it can be written to, and how many bytes are free there."""

    path: Path
    writable: bool
    free: int


def run_folders(environ: Mapping[str, str], uid: int) -> tuple[Path, ...]:
    """Give where the folder of the run may be, best first."""
    named = environ.get(RUN, "")
    if named:
        return (Path(named),)
    return tuple(Path(top) / f"{NAME}-{uid}" for top in SHARED)


def data_folders(environ: Mapping[str, str], home: Path, uid: int, machine: str) -> tuple[Path, ...]:
    """Give where the disk may be, best first."""
    named = environ.get(DATA, "")
    if named:
        return (Path(named),)
    above = Path(environ.get("XDG_DATA_HOME", "") or home / ".local/share")
    safe = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in machine) or "here"
    return (above / "dockermagic" / f"engine-{safe}", *(Path(top) / f"{NAME}-{uid}-data" for top in SHARED[:2]))


def roomiest(rooms: Iterable[Room]) -> Room | None:
    """Choose where the disk is to be: the first with room, else the one with most; None when none can be written to."""
    best: Room | None = None
    for room in rooms:
        if room.writable and room.free >= ROOM:
            return room
        if room.writable and (best is None or room.free > best.free):
            best = room
    return best
