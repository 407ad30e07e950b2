"""How an embedded engine is to be, told to its supervisor as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dockermagic.engine.embedded.places import Places

LINGER = 60.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How an engine is to be.

    `memory` is in MB, 0 for what suits the machine; `disk` in GB; `folders` are those that bind mounts reach; `linger` is how
    many seconds it waits for another user after the last one; `only` names the one way of the ladder to take; `prepared` is a disk
    to begin with, "" for none; `prepare` says that what is written goes to the base itself, which others begin with later.
    """

    run: str
    data: str
    memory: int = 0
    disk: int = 4
    keep: bool = False
    folders: tuple[str, ...] = ()
    linger: float = LINGER
    only: str = ""
    prepared: str = ""
    prepare: bool = False

    def places(self) -> Places:
        """Give its folders."""
        return Places(Path(self.run), Path(self.data), Path(self.prepared) if self.prepared else None)

    def text(self) -> str:
        """Give them as JSON."""
        return json.dumps(asdict(self))


def read_settings(text: str) -> Settings:
    """Read them.

    Raises:
        ValueError, TypeError, KeyError: they are not what `Settings.text` gave.
    """
    told = json.loads(text)
    return Settings(**{**told, "folders": tuple(told["folders"])})
