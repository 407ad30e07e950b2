"""Where a container's files live, and what `docker rm` does to them: the writable layer against mounts. Pure.

1. What the program writes goes into the writable layer, unless a mount lies over the folder. `docker rm` destroys the layer.
2. A named volume and a bind survive: they belong to the engine and to the host.
3. An anonymous volume survives `docker rm` without a name to find it by; `docker rm -v` and `--rm` destroy it.
4. A tmpfs is memory: gone when the container stops.
5. A mount hides what the image has in its folder. A volume that is new and empty is filled with it first; a bind is not.
6. So a volume below a bind brings the image's folder back: the double-volume trick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dockermagic.containers.lenses.covered import Covered, tricks
from dockermagic.containers.lenses.table import LensRow, LensTable, html, text
from dockermagic.containers.parts import Mount, Seen
from dockermagic.views.shown import ShownOnce
from dockermagic.views.units import bytes_text, plural

__all__ = ["Change", "Mounts", "Storage", "storage"]

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A path in the writable layer that differs from the image: "A" added, "C" changed, "D" deleted (`docker diff`)."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Storage:
    """One container's files: its mounts, what its writable layer holds, and the layer's bytes (None where not told)."""

    container: str
    state: str
    auto_remove: bool
    mounts: tuple[Mount, ...]
    written: tuple[Change, ...]
    size: int | None = None
    covered: tuple[Covered, ...] = ()

    def table(self) -> LensTable:
        """Decide the picture."""
        return LensTable(
            f"Where {self.container} keeps its files",
            ("folder in the container", "where it really is", "docker rm"),
            (self._layer(), *(self._mount(mount) for mount in self.mounts)),
            tuple(self._tricks()),
        )

    def _layer(self) -> LensRow:
        if not self.written:
            return LensRow(
                "waiting", "writable layer", ("everything else", "writable layer", "destroyed"), "Nothing was written to it so far."
            )
        some = ", ".join(f"{change.kind} {change.path}" for change in self.written[:_SHOWN])
        more = f" and {plural(len(self.written) - _SHOWN, 'more path')}" if len(self.written) > _SHOWN else ""
        size = f" ({bytes_text(self.size)})" if self.size is not None else ""
        told = f"{plural(len(self.written), 'path')} here{size} will be gone: {some}{more}."
        return LensRow("failed", "writable layer", ("everything else", "writable layer", "destroyed"), told)

    def _mount(self, mount: Mount) -> LensRow:
        only = " Read-only." if mount.read_only else ""
        match mount.type:
            case "volume" if mount.anonymous:
                fate = "destroyed, by --rm" if self.auto_remove else "survives without a name"
                told = "An anonymous volume. docker rm keeps it, with nothing to find it by; docker rm -v and --rm destroy it."
                return LensRow("warning", "anonymous volume", (mount.destination, f"volume {mount.name[:12]}…", fate), told + only)
            case "volume":
                told = "A named volume: the next container that mounts it finds everything again."
                return LensRow("succeeded", "named volume", (mount.destination, f"volume {mount.name}", "survives"), told + only)
            case "tmpfs":
                told = "Memory: gone as soon as the container stops."
                return LensRow("failed", "tmpfs", (mount.destination, "memory", "gone before"), told + only)
        told = "A folder of the host: both sides see every change at once."
        return LensRow("succeeded", mount.type, (mount.destination, mount.source, "survives"), told + only)

    def _tricks(self) -> list[str]:
        notes = []
        for outer in self.mounts:
            inner = [
                each
                for each in self.mounts
                if each is not outer and each.destination.startswith(outer.destination.rstrip("/") + "/")
            ]
            if outer.type == "bind" and not inner:
                notes.append(f"The bind hides whatever the image has in {outer.destination}.")
        return notes + tricks(self.mounts, self.covered)


@dataclass(frozen=True, slots=True)
class Mounts(ShownOnce):
    """What `read_mounts` found: it draws itself."""

    found: tuple[Storage, ...]

    def tables(self) -> tuple[LensTable, ...]:
        """Decide the picture."""
        return tuple(each.table() for each in self.found) or (LensTable("No container is here.", (), ()),)

    def __repr__(self) -> str:
        return text(self.tables(), 100)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it."""
        return {"text/html": html(self.tables(), "Volumes and the writable layer", inline=True), "text/plain": repr(self)}


def storage(seen: Seen, changes: tuple[Change, ...], size: int | None) -> Storage:
    """Say where a container's files live.

    Parameters:
        changes: as `docker diff` gives them: also the folders above what changed, and the places of mounts.
        size: bytes of the writable layer.
    """
    places = {mount.destination.rstrip("/") for mount in seen.mounts}
    above = {path[: path.rfind("/")] or "/" for path in (change.path for change in changes)}
    kept = []
    for change in changes:
        over = change.path in places or any(change.path.startswith(place + "/") for place in places)
        folder = change.kind != "D" and (
            change.path in above or any(place.startswith(change.path.rstrip("/") + "/") for place in places)
        )
        if not over and not folder:
            kept.append(change)
    return Storage(
        seen.name, seen.state, seen.auto_remove, tuple(sorted(seen.mounts, key=lambda m: m.destination)), tuple(kept), size
    )
