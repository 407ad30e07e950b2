"""A disk with images on it, that the private engines of an installation begin with."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from dockermagic.engine.address import Address
from dockermagic.engine.embedded import client, disk, places
from dockermagic.engine.embedded.need import Line
from dockermagic.engine.embedded.settings import Settings
from dockermagic.engine.engine import Engine
from dockermagic.errors import EngineError, EngineNotFound


def target() -> Path:
    """Give where the prepared disk of this installation is, or would be."""
    return places.prepared_disk(os.environ, Path(sys.prefix))


@contextlib.contextmanager
def preparing(path: Path, size: int, tell: Callable[[str], None]) -> Iterator[Engine]:
    """Start an engine of its own; what was put on it is on the disk when it has ended.

    The disk is there only when it is whole: an error, in here or in what is done meanwhile, leaves an earlier one as it was.

    Parameters:
        path: of the disk.
        size: of the disk, in GB.
        tell: told how the engine starts, in words that make one line.

    Raises:
        EngineNotFound: it cannot be started; says why.
        EngineError: the disk cannot be written, or was not written to its end.
    """
    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            data = stack.enter_context(tempfile.TemporaryDirectory(prefix=".engine-", dir=path.parent))
            run = stack.enter_context(tempfile.TemporaryDirectory(prefix="dm-"))
        except OSError as error:
            raise EngineError(
                f"{path} cannot be written: {error.strerror or error}.", f"Name another place: {places.PREPARED}=FILE"
            ) from error
        with _started(Settings(run, data, disk=size, linger=0, only="User-mode Linux", prepare=True), tell) as engine:
            yield engine
        made = Path(data) / "base.img"
        if not disk.ended_well(made):
            raise EngineError("The engine did not shut its disk down.", "Try once more.")
        made.chmod(0o644)
        made.replace(path)


@contextlib.contextmanager
def _started(settings: Settings, tell: Callable[[str], None]) -> Iterator[Engine]:
    link = client.join(settings.places(), settings.text())
    try:
        line = Line(tell)
        state = link.wait(line.told)
        line.end(state)
        if state.phase != "ready":
            why = "; ".join(f"{each.rung}: {each.why}" for each in state.refusals if not each.why.startswith("only "))
            raise EngineNotFound(f"{state.said} {why}".strip(), client.logs(settings.places(), 5))
        engine = Engine(Address(state.url), "prepare")
        try:
            yield engine
        finally:
            engine.close()
    finally:
        client.stop(settings.places())
        link.close()
