"""What this notebook has at hand: its engine, its name, its folder."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from dockermagic import __version__
from dockermagic.errors import DockerMagicError
from dockermagic.labels import KERNEL, NOTEBOOK, PLACE, VERSION

if TYPE_CHECKING:
    from dockermagic.containers.events import CommandGiven, Verb
    from dockermagic.containers.watch import Kind, Watch
    from dockermagic.engine import Engine, Search

KERNEL_RUN = uuid4().hex
"""This run of the kernel."""


REMEMBERED = 1000
"""Commands that are kept, to label what they brought about."""


class Closable(Protocol):
    """Something that goes on until it is closed."""

    def close(self) -> None:
        """End it."""


class Session:
    """One kernel's (or program's) use of Docker.

    The engine is looked for when it is first needed, and again when it went away, became another one, or another one was asked for.

    Parameters:
        engine: use this one, and look for none.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        self._only = engine
        self._found: Search | None = None
        self._last: Engine | None = None
        self._asked_for: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._looking = False
        self._held: weakref.WeakSet[Closable] = weakref.WeakSet()
        self.given: deque[CommandGiven] = deque(maxlen=REMEMBERED)

    @property
    def engine(self) -> Engine:
        """The engine.

        Raises:
            EngineNotFound: there is none.
        """
        from dockermagic.engine import not_found

        if self._only is not None:
            return self._only
        found = self.found()
        if found.engine is None:
            raise not_found(found)
        return found.engine

    def found(self, *, again: bool = False, start: bool = True) -> Search:
        """Give the outcome of the search for an engine.

        Parameters:
            again: look once more, whatever was found before.
            start: whether a private engine may be started.

        Raises:
            EngineNotFound: a docker context was asked for that does not exist.
        """
        from dockermagic.engine import asked_for, search

        with self._lock:
            wanted, before = asked_for(), self._found
            engine = before.engine if before is not None else None
            if before is not None and engine is not None and not again and wanted == self._asked_for and engine.unchanged():
                return before
            if engine is not None:
                engine.close()
            self._found, self._asked_for = None, wanted
            outcome = search(folders=(notebook_folder(),), start=start)
            if outcome.engine is not None and self._last is not None and self._last.is_back_as(outcome.engine):
                # It was away, and is back: what is open holds on to it.
                outcome = replace(outcome, engine=self._last)
            self._found, self._last = outcome, outcome.engine or self._last
            return outcome

    @property
    def watch(self) -> Watch:
        """What watches the engine; begun when it is first needed.

        Raises:
            EngineNotFound: there is no engine.
        """
        from dockermagic.containers.watch import Watch

        engine = self.engine
        with self._lock:
            if self._watch is None or self._watch.engine is not engine:
                if self._watch is not None:
                    _end(self._watch, "another engine is used now")
                self._watch = Watch(engine)
            return self._watch

    def names(self, kind: Kind) -> Sequence[str]:
        """Give the names that the engine has, out of memory; none as long as nobody has looked, which then begins."""
        if self._watch is not None:
            return self._watch.names(kind)
        if not self._looking:
            self._looking = True
            threading.Thread(target=self._look, name="dockermagic names", daemon=True).start()
        return ()

    def _look(self) -> None:
        with contextlib.suppress(DockerMagicError):  # without an engine there are no names, and none is started for them
            if self._only is not None or self.found(start=False).engine is not None:
                _ = self.watch
        self._looking = False

    def told(self, verb: Verb, name: str, command: str, grace: float | None = None) -> None:
        """Take note that a command is given to a container, so that pictures can say who did it.

        Parameters:
            name: the container's name or ID.
            grace: seconds that a stop was told to wait.

        Raises:
            EngineError: there is no engine, or it does not answer.
        """
        from dockermagic.containers.events import CommandGiven

        now = self.watch.now()
        found = self.watch.inspect(name)
        if found is not None:
            self.remember(CommandGiven(now, found[0], verb, command, grace))

    def remember(self, given: CommandGiven) -> None:
        """Keep a command, for pictures that are open and for those to come."""
        self.given.append(given)
        self.watch.tell(given)

    def note_project(self, labels: Mapping[str, str], name: str, *, nameless: Sequence[str] = (), gone: bool = False) -> None:
        """Keep in mind that a Compose project was made from here, for `%docker_reset`, or that it is gone.

        Parameters:
            labels: what is put on all that is made from here.
            nameless: volumes without a name that its containers leave behind.
        """
        from dockermagic import leftovers

        if gone:
            leftovers.forget_projects([name])
            return
        leftovers.note(labels)
        leftovers.note_project(labels, name)
        if nameless:
            leftovers.note_volumes(labels.get(NOTEBOOK, ""), nameless)

    def hold(self, opened: Closable) -> None:
        """Close this as well when the session is closed; what nobody else holds is forgotten."""
        self._held.add(opened)

    def close(self) -> None:
        """Let go of the engine, and end what watches it and what was opened on it."""
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            _end(watch, "dockermagic was unloaded")
        for opened in list(self._held):
            opened.close()


def start_engine(folder: Path) -> None:
    """Have a private engine started in the background, unless another engine was asked for; what fails is told when it is needed.

    Parameters:
        folder: that bind mounts are to reach.
    """
    from dockermagic.engine import asked_for
    from dockermagic.engine.contexts import DEFAULT
    from dockermagic.engine.embedded import need

    def start() -> None:
        with contextlib.suppress(DockerMagicError):
            need.begin((folder,))

    if not os.environ.get("DOCKER_HOST") and asked_for()[-2] == DEFAULT:
        threading.Thread(target=start, name="dockermagic engine start", daemon=True).start()


def _end(watch: Watch, why: str) -> None:
    """End a watch; pictures that are still open say so, since nobody tells them any more."""
    from dockermagic.containers.events import EngineLost

    watch.tell(EngineLost(watch.now(), why))
    watch.close()


def notebook_path(shell: Any = None) -> Path | None:
    """Give the notebook's path, where the front end tells it (Jupyter Server, VS Code); None in a terminal or a program."""
    named = os.environ.get("JPY_SESSION_NAME", "")
    if shell is not None:
        named = str(shell.user_ns.get("__vsc_ipynb_file__", "")) or named
    path = Path(named) if named else None
    return path if path is not None and path.suffix == ".ipynb" else None


def notebook_folder(shell: Any = None) -> Path:
    """Give the folder that the notebook lies in; the working directory when it is not known."""
    path = notebook_path(shell)
    if path is not None and path.is_absolute() and path.parent.is_dir():
        return path.parent
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed: whoever needs it says so, with its name
        return Path(os.environ.get("PWD", "/"))


def labels(shell: Any = None) -> tuple[tuple[str, str], ...]:
    """Give the labels of images that are made from here: whose they are, and by which version."""
    path = notebook_path(shell)
    name = (
        path.stem if path is not None else Path(sys.argv[0]).stem if shell is None and sys.argv[0] else notebook_folder(shell).name
    )
    return (NOTEBOOK, name or "python"), (VERSION, __version__)


def own_labels(shell: Any = None) -> tuple[tuple[str, str], ...]:
    """Give the labels of containers, networks and volumes that are made from here.

    They are those of images, which run of the kernel, and which notebook of that name, where that is known.
    """
    return *labels(shell), (KERNEL, KERNEL_RUN), *_place(shell)


def _place(shell: Any) -> tuple[tuple[str, str], ...]:
    path = notebook_path(shell)
    if path is None:
        return ()
    told = "\n".join((os.environ.get("JUPYTERHUB_USER", ""), str(Path.home()), os.path.abspath(path)))
    return ((PLACE, sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:12]),)


def left_here(shell: Any = None) -> str:
    """Say in a sentence what earlier runs of this notebook's kernel have left on the engine; nothing when there is nothing."""
    from dockermagic import leftovers

    return leftovers.offer(dict(own_labels(shell)), CURRENT)


CURRENT = Session()
"""The session of this process."""
