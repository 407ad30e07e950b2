"""Reading where containers keep their files: `read_mounts(engine, names)`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dockermagic.containers.lenses.asking import asked, told_in_words
from dockermagic.containers.lenses.covered import Covered, doubles, read_listing, script
from dockermagic.containers.lenses.looking import run_inside, without_mounts
from dockermagic.containers.lenses.mounts import Change, Mounts, storage
from dockermagic.containers.lenses.sockets import MARK

if TYPE_CHECKING:
    from dockermagic.containers.parts import Seen
    from dockermagic.engine import Engine

__all__ = ["read_mounts"]

_KINDS = {0: "C", 1: "A", 2: "D"}


def read_mounts(engine: Engine, names: Iterable[str] = ()) -> Mounts:
    """Find out where containers keep their files, and what `docker rm` would destroy.

    Parameters:
        names: names or ids; none of them for all that the engine has.

    Raises:
        EngineError: there is no container of that name, or the engine does not answer.

    Source: `GET /containers/{id}/changes`, `GET /containers/json?size=1`.
    """
    api: Any = engine.api
    found = []
    for id, seen in asked(engine, names):
        with told_in_words():
            changes = tuple(Change(str(each["Path"]), _KINDS.get(each["Kind"], "C")) for each in api.diff(id) or ())
            sizes = api.containers(all=True, size=True, filters={"id": id})
        size = sizes[0].get("SizeRw") if sizes else None
        where = storage(seen, changes, int(size) if size is not None else None)
        found.append(replace(where, covered=_covered(engine, id, seen)))
    return Mounts(tuple(found))


def _covered(engine: Engine, id: str, seen: Seen) -> tuple[Covered, ...]:
    """Look what a bind with a volume below it hides, and what the volume brings back."""
    pairs = doubles(seen.mounts)
    if not pairs or seen.state != "running":
        return ()
    folders = list(dict.fromkeys(mount.destination for pair in pairs for mount in pair))
    text, arguments = script(folders)
    with told_in_words():
        _, inside = run_inside(engine, id, ["sh", "-c", f"{MARK}; {text}", "sh", *arguments])
        there, image = (
            read_listing(inside),
            read_listing(without_mounts(engine, seen.image_id or seen.image, text, arguments) or ""),
        )
    return tuple(
        Covered(folder, image.get(folder, ()) if image is not None else None, there.get(folder, ()) if there is not None else None)
        for folder in folders
    )
