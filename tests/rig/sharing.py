"""Base images on an engine that several test runs use at once: the last one out removes what any of them put there."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.rig import images
from tests.rig.engines import Engine
from tests.rig.places import CACHE


@contextmanager
def base_images(engine: Engine) -> Iterator[None]:
    """Have the base images on an engine for a while.

    Every run adds what it put there to a note, and holds a shared lock until it is done. A run that can have that lock for itself
    is the last one, and removes what the note names; that also covers what a run left that was killed.

    Raises:
        RigError: an image can neither be pulled nor made here.
    """
    name = hashlib.sha256(engine.url.encode()).hexdigest()[:16]
    note, turn, use = (CACHE / "shared" / f"{name}.{kind}" for kind in ("json", "turn", "use"))
    note.parent.mkdir(parents=True, exist_ok=True)
    with turn.open("w") as one_at_a_time, use.open("w") as together:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        fcntl.flock(together, fcntl.LOCK_SH)
        known = set(json.loads(note.read_text())) if note.exists() else set()
        note.write_text(json.dumps(sorted(known.union(images.provide(engine)))))
        fcntl.flock(one_at_a_time, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            if _alone(together.fileno()):
                images.remove(engine, json.loads(note.read_text()))
                note.unlink()


def also(engine: Engine, names: tuple[str, ...]) -> None:
    """Have further images on an engine whose base images are there; they are removed together with these.

    Raises:
        RigError: as `base_images`.
    """
    name = hashlib.sha256(engine.url.encode()).hexdigest()[:16]
    note, turn = (CACHE / "shared" / f"{name}.{kind}" for kind in ("json", "turn"))
    with turn.open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        note.write_text(json.dumps(sorted({*json.loads(note.read_text()), *images.provide(engine, names)})))


def _alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
