"""What `%docker_engine start`, `stop`, `status`, `logs` and `reset` do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dockermagic.engine.contexts import DEFAULT, current_context
from dockermagic.engine.embedded import client, machine, need
from dockermagic.engine.embedded.sizes import gigabytes, megabytes
from dockermagic.engine.embedded.state import State
from dockermagic.errors import EngineError, UsageError

WORDS = ("start", "stop", "status", "logs", "reset")


def start(memory: str, disk: str, shared: Sequence[str], *, keep: bool) -> None:
    """Choose the private engine; it is started when it is looked for next.

    Parameters:
        memory, disk: as on the command line; "" for what is usual.
        shared: folders that bind mounts are to reach.

    Raises:
        UsageError: a folder is none.
        EngineError: another engine was asked for, or one with other settings runs already.
    """
    context = current_context(os.environ, Path.home())
    if os.environ.get("DOCKER_HOST") or context != DEFAULT:
        named = "DOCKER_HOST" if os.environ.get("DOCKER_HOST") else f"the docker context “{context}”"
        undo = "%env -u DOCKER_HOST" if named == "DOCKER_HOST" else "docker context use default"
        raise EngineError(f"{named} names an engine, and that one is used.", f"To use a private one instead: {undo}")
    for folder in shared:
        if not os.path.isdir(folder):
            raise UsageError(f"--share {folder}: there is no such folder.", "Name one that is there.")
    runs = status()
    folders = tuple(os.path.realpath(folder) for folder in shared)
    if runs is not None and runs.phase != "failed" and runs.guest:  # a dockerd of this machine's own reaches all there is
        wanted = megabytes(memory)
        beyond = [each for each in folders if not any(Path(each).is_relative_to(known) for known in runs.folders)]
        if (wanted and wanted != runs.memory) or (disk and gigabytes(disk) != runs.disk) or beyond:
            raise EngineError(
                "The private engine runs already, with other settings; containers on it would end with it.",
                "To start it anew: %docker_engine stop, and then this line again.",
            )
    need.HERE.memory, need.HERE.disk, need.HERE.folders, need.HERE.keep = megabytes(memory), gigabytes(disk), folders, keep
    need.choose("embedded")
    if runs is not None and keep:
        client.ask(machine.find_places(), "keep")


def status() -> State | None:
    """Give the state of the private engine; None when none runs, or none can."""
    if not machine.possible():
        return None
    try:
        return client.ask(machine.find_places())
    except EngineError:
        return None


def stop() -> str:
    """End the private engine, and say what was done.

    Raises:
        EngineError: it does not end.
    """
    need.leave()
    need.choose("")
    return "ended; images and volumes are kept" if client.stop(machine.find_places()) else "none ran"


def reset() -> str:
    """End the private engine, forget what was on it, and say so.

    Raises:
        EngineError: it does not end, or what was on it cannot be removed.
    """
    need.leave()
    client.reset(machine.find_places())
    return "ended; images, containers and volumes are forgotten"


def logs() -> str:
    """Give what the engine and who keeps it wrote last."""
    return client.logs(machine.find_places()) or "Nothing was written."
