"""Reading where containers keep their files: `read_mounts(engine, names)`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dockermagic.containers.lenses.asking import asked, told_in_words
from dockermagic.containers.lenses.mounts import Change, Mounts, storage

if TYPE_CHECKING:
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
        found.append(storage(seen, changes, int(size) if size is not None else None))
    return Mounts(tuple(found))
