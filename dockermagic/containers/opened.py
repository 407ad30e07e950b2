"""What a view of containers shows, kept up to date: `open_lifecycle` for anything that the engine has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from dockermagic.containers import events as ev
from dockermagic.containers.fold import apply
from dockermagic.containers.logs import Tail
from dockermagic.containers.model import Containers
from dockermagic.containers.watch import Watch
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["Lifecycle", "carry_out", "open_lifecycle"]

_ACTIONS = ("start", "stop", "restart", "pause", "unpause", "kill", "rm", "logs")
_OUTPUT_EVERY = 0.1
_GONE_KEPT = 8
"""Removed containers that a view of everything still shows."""


class Lifecycle:
    """The containers of one view, kept up to date by the engine's watch.

    Parameters:
        ids: the containers; None for all that the engine has, and those to come.
        own: the watch is this view's alone, and ends with it.
        known: what is known of them so far.
    """

    def __init__(
        self, engine: Engine, watch: Watch, ids: Iterable[str] | None, *, own: bool = False, known: Containers | None = None
    ) -> None:
        self.engine, self.watch, self._own = engine, watch, own
        self._lock = threading.RLock()
        self._tell: list[Callable[[Containers], object]] = []
        self._tails: dict[str, Tail] = {}
        self._containers = known if known is not None else Containers(engine=engine.about.title)
        self._drawn_at = 0.0
        self._all = ids is None
        wanted = None if ids is None else list(ids)
        self._subscription = watch.subscribe(self._take, wanted)

    @property
    def containers(self) -> Containers:
        """The containers as they are now."""
        return self._containers

    def follow(self, tell: Callable[[Containers], object]) -> None:
        """Call `tell` with the containers now and whenever they change, from other threads."""
        with self._lock:
            self._tell.append(tell)
            tell(self._containers)

    def learn(self, ids: Iterable[str]) -> None:
        """Ask about containers, and what the engine remembers of their lives.

        Raises:
            EngineError: the engine does not answer.
            OSError: the connection broke.
        """
        found = [asked for asked in map(self.watch.inspect, ids) if asked is not None]
        since = min((seen.created for _, seen in found if seen.created is not None), default=self.watch.now())
        # The engine's memory is short; what it has forgotten, inspect lets suppose.
        for event in self.watch.past([id for id, _ in found], since - 2):
            self._take(event)

    def take(self, event: ev.Event) -> None:
        """Take a fact that the watch does not tell any more: a command that was given before this view was opened."""
        self._take(event)

    def _take(self, event: ev.Event) -> None:
        with self._lock:
            before = self._containers
            self._containers = self._pruned(apply(before, event))
            if self._containers is not before:
                self._say()

    def _pruned(self, containers: Containers) -> Containers:
        """Let go of the oldest removed ones, where everything is shown."""
        gone = [each.id for each in containers if each.state == "removed"] if self._all else []
        drop = set(gone[:-_GONE_KEPT])
        return replace(containers, items=tuple(each for each in containers if each.id not in drop)) if drop else containers

    def _say(self) -> None:
        for tell in list(self._tell):
            tell(self._containers)

    def show_output(self, id: str) -> None:
        """Show what a container prints, from its newest lines on."""
        found = self._containers.find(id)
        with self._lock:
            known = self._tails.get(id)
            if found is None or (known is not None and not known.ended):
                return
            name = found.name or found.short_id
            self._tails[id] = Tail(self.engine, id, name, tty=found.seen.tty, changed=lambda: self._printed(id))

    def _printed(self, id: str) -> None:
        """Take a container's newer output, not more often than it can be drawn."""
        with self._lock:  # whoever has just made it holds the lock until it is noted
            tail = self._tails.get(id)
        if tail is None:
            return
        wait = self._drawn_at + _OUTPUT_EVERY - time.monotonic()
        if wait > 0:
            time.sleep(wait)  # in the tail's own thread: meanwhile the engine keeps the rest
        with self._lock:
            self._drawn_at = time.monotonic()
            self._containers = self._containers.changed(id, output=tail.log())
            self._say()

    def act(self, do: str) -> None:
        """Do what a button asks for: "stop <id>".

        Raises:
            EngineError: the engine refuses, in its own words, or does not answer.
        """
        verb, _, id = do.partition(" ")
        found = self._containers.find(id)
        if found is None or verb not in _ACTIONS:
            raise EngineError(f"Nothing is known of “{do[:80]}”.")
        if verb == "logs":
            self.show_output(found.id)
            return
        command = f"docker {verb} {found.name or found.short_id}"
        self.watch.tell(ev.CommandGiven(self.watch.now(), found.id, cast(ev.Verb, verb), command))
        carry_out(self.engine, verb, found.id)
        if verb == "start" and found.id in self._tails:
            self.show_output(found.id)

    def close(self) -> None:
        """Take no more events; the watch, if it is this view's own, ends as well."""
        self._subscription.close()
        with self._lock:
            self._tell.clear()
            tails = list(self._tails.values())
        for tail in tails:
            tail.close()
        if self._own:
            self.watch.close()


def carry_out(engine: Engine, verb: str, id: str) -> None:
    """Give a container one of the commands that have a button.

    Raises:
        EngineError: the engine refuses, in its own words, or does not answer.

    Source: `POST /containers/{id}/{verb}`, `DELETE /containers/{id}`.
    """
    # A stop takes as long as its grace period, which nobody knows here; the engine answers when it is over.
    exchange = engine.exchange(None)
    try:
        path = engine.path(f"/containers/{id}") if verb == "rm" else engine.path(f"/containers/{id}/{verb}")
        exchange.send("DELETE" if verb == "rm" else "POST", path)
        for _ in exchange:
            pass
    except OSError as error:
        raise EngineError(f"The engine does not answer: {reason(error)}.") from error
    finally:
        exchange.close()


def open_lifecycle(engine: Engine, names: Iterable[str] = (), *, watch: Watch | None = None) -> Lifecycle:
    """Open the lifecycle of containers, also of those that were made elsewhere.

    Parameters:
        names: names or ids; none of them for all that the engine has.
        watch: the engine's watch; one of its own when not given.

    Raises:
        EngineError: there is no container of that name, or the engine does not answer.
    """
    wanted = list(names)
    own = watch is None
    watch = watch if watch is not None else Watch(engine)
    try:
        ids = [_found(watch, name) for name in wanted]
        opened = Lifecycle(engine, watch, ids if wanted else None, own=own)
        opened.learn(ids or [str(each["Id"]) for each in engine.api.containers(all=True)])
    except OSError as error:
        raise EngineError(f"The engine does not answer: {reason(error)}.") from error
    except BaseException:
        if own:
            watch.close()
        raise
    if len(opened.containers) == 1:
        opened.show_output(opened.containers.items[0].id)
    return opened


def _found(watch: Watch, name: str) -> str:
    found = watch.inspect(name)
    if found is None:
        raise EngineError(f"There is no container “{name}”.", "%docker ps -a lists all of them.")
    return found[0]
