"""When this process uses an embedded engine, and what it told meanwhile.

1. Never while DOCKER_HOST or a docker context names an engine.
2. When it was asked for (`%docker_engine start`, `DockerMagic.engine = "embedded"`), before the engines that this machine has.
3. Else when no other engine was found and the package `dockermagic-engine` is installed, or one runs for this user already.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dockermagic.engine.embedded import client, machine
from dockermagic.engine.embedded.client import Link
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.settings import Settings
from dockermagic.engine.embedded.state import State, said_of_start
from dockermagic.engine.embedded.walls import Walls
from dockermagic.errors import EngineError, EngineNotFound


@dataclass(slots=True)
class Choice:
    """What this process was told about the embedded engine."""

    engine: str = ""
    memory: int = 0
    disk: int = 4
    keep: bool = False
    folders: tuple[str, ...] = ()
    link: Link | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


HERE = Choice()
"""This process's."""


def wanted() -> bool:
    """Whether an embedded engine comes before the engines that this machine has."""
    return HERE.engine == "embedded"


def allowed() -> bool:
    """Whether an embedded engine may be used where no other was found."""
    if HERE.engine or not sys.platform.startswith("linux"):
        return HERE.engine == "embedded"
    return machine.parts() is not None or HERE.link is not None


def runs() -> bool:
    """Whether one is ready already, for this user."""
    try:
        state = client.ask(machine.find_places()) if machine.possible() else None
    except EngineError:
        return False
    return state is not None and state.phase == "ready"


def settings(places: Places, folders: Sequence[Path]) -> Settings:
    """Give how an engine is to be started from here.

    Parameters:
        folders: that bind mounts are to reach, besides those that were named before.
    """
    shared = [*HERE.folders, *(str(folder) for folder in folders), os.environ.get("JUPYTER_SERVER_ROOT", "")]
    reached = tuple(dict.fromkeys(os.path.realpath(each) for each in shared if each and os.path.isdir(each) and each != "/"))
    outer = tuple(each for each in reached if not any(each != other and Path(each).is_relative_to(other) for other in reached))
    prepared = str(places.prepared) if places.prepared is not None else ""
    return Settings(str(places.run), str(places.data), HERE.memory, HERE.disk, HERE.keep, outer, prepared=prepared)


def begin(folders: Sequence[Path]) -> Link:
    """Have the engine started, unless it is there; wait for nothing.

    Raises:
        EngineError: there is no place for it, or its supervisor cannot be started.
    """
    with HERE.lock:
        if HERE.link is None or HERE.link.over:
            places = machine.find_places()
            HERE.link = client.join(places, settings(places, folders).text())
        return HERE.link


def ready(folders: Sequence[Path], tell: Callable[[str], None]) -> State:
    """Have the engine started, and wait until it answers; tell what goes on meanwhile, in words that make one line.

    Raises:
        EngineNotFound: it cannot be started; says why for each way.
    """
    line = Line(tell)
    state = begin(folders).wait(line.told)
    if state.phase == "stopped":  # it was just ending when we came
        state = begin(folders).wait(line.told)
    line.end(state)
    if state.phase != "ready":
        leave()
        why = "; ".join(f"{each.rung}: {each.why}" for each in state.refusals)
        raise EngineNotFound(f"{state.said} {why}".strip(), "See %docker_engine logs")
    return state


def walls(state: State) -> Walls | None:
    """Give the walls around an engine that is ready; None when it is one of this machine."""
    if not state.guest:
        return None
    return Walls(lambda: HERE.link.state if HERE.link is not None else state)


def leave() -> None:
    """Let go of the engine."""
    with HERE.lock:
        link, HERE.link = HERE.link, None
    if link is not None:
        link.close()


class Line:
    """The line that tells of a start as it goes on: "starting a private Docker Engine: kernel, network, disk, dockerd (4.2 s)"."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._told = tell, ""
        self._began = 0.0

    def told(self, state: State) -> None:
        """Tell what a state adds to the line."""
        if state.phase != "starting":
            return
        self._began = self._began or state.began
        text = said_of_start(state)
        if text.startswith(self._told):
            self._tell(text[len(self._told) :])
        elif not self._told.startswith(text):
            self._tell(f"\n{text}")
        else:
            return
        self._told = text

    def end(self, state: State) -> None:
        """End the line, if there is one."""
        if self._told:
            took = f" ({state.ready - self._began:.1f} s)" if state.ready > self._began else ""
            said = f"{state.said}\n" if state.phase == "ready" and state.said else ""
            self._tell(f"{took}\n{said}" if state.phase == "ready" else "\n")


def to_stdout(text: str) -> None:
    """Tell in the output of the cell that waits."""
    sys.stdout.write(text)
    sys.stdout.flush()


def choose(engine: str) -> None:
    """Take a choice of `CHOICES`."""
    HERE.engine = engine
