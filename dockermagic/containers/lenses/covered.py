"""What a mount hides of an image, and what a volume below it brings back: read from the image and in the container. Pure.

1. What the image has in the folder is listed in a container of the image without mounts; what is there now in the container itself.
2. Hidden is what only the image has. A name that both have shows the mount's one.
3. A volume below a bind brings its folder back if the container sees there what the image has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dockermagic.containers.parts import Mount
from dockermagic.views.units import plural

__all__ = ["Covered", "doubles", "read_listing", "script", "tricks"]

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Covered:
    """A folder under a mount: the names that the image has there and those that the container sees, None if nobody could look."""

    folder: str
    image: tuple[str, ...] | None = None
    seen: tuple[str, ...] | None = None


def doubles(mounts: Sequence[Mount]) -> list[tuple[Mount, Mount]]:
    """Give every volume that lies below a bind, with that bind."""
    return [
        (outer, inner)
        for outer in mounts
        for inner in mounts
        if outer.type == "bind" and inner.type == "volume" and inner.destination.startswith(outer.destination.rstrip("/") + "/")
    ]


def script(folders: Sequence[str]) -> tuple[str, list[str]]:
    """Give a script that lists folders, and its arguments: a folder's name is never part of a script."""
    return 'for d; do echo "== $d"; ls -A1 -- "$d" 2>/dev/null; done; echo "== end"', list(folders)


def read_listing(printed: str) -> Mapping[str, tuple[str, ...]] | None:
    """Read what the script printed; None if it did not run to its end."""
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in printed.splitlines():
        if line.startswith("== "):
            names = found.setdefault(line[3:], [])
        elif line:
            names.append(line)
    return {folder: tuple(each) for folder, each in found.items()} if "end" in found else None


def tricks(mounts: Sequence[Mount], covered: Sequence[Covered]) -> list[str]:
    """Tell of each volume below a bind what the bind hides, and what the volume brings back."""
    known = {each.folder: each for each in covered}
    notes = []
    for outer, inner in doubles(mounts):
        lines = [f"Two mounts, one trick: {outer.source} lies over {outer.destination}, and a volume over {inner.destination}."]
        above, below = known.get(outer.destination), known.get(inner.destination)
        if above is not None and above.image is not None and above.seen is not None:
            hidden = [name for name in above.image if name not in above.seen]
            place = inner.destination[len(outer.destination.rstrip("/")) + 1 :].partition("/")[0]
            shared = [name for name in above.image if name in above.seen and name != place]
            lines.append(f"The image's own {outer.destination} ({_some(above.image)}) is hidden by the folder of the host.")
            lines += [f"It has names of its own for {_some(shared)}: those are seen."] if shared else []
            lines += [f"Gone from sight: {_some(hidden)}."] if hidden else []
        else:
            lines.append(f"The bind hides whatever the image has in {outer.destination}.")
        if below is not None and below.image and below.seen is not None:
            back = [name for name in below.image if name in below.seen]
            number = plural(len(below.image), "entry", "entries")
            lines.append(f"The volume brings {inner.destination} back: {len(back)} of the image's {number} seen ({_some(back)}).")
        else:
            lines.append("The volume was filled from the image when it was new, so the image's own folder is back.")
        notes.append(" ".join(lines))
    return notes


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "nothing"
