"""What a learner holds of a project: `LiveStack`, kept up to date by the engine's events."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockermagic.compose import events as ev
from dockermagic.compose.fold import apply
from dockermagic.compose.listening import Ear
from dockermagic.compose.live_service import LiveService
from dockermagic.compose.masks import Masks
from dockermagic.compose.model import Stack, service_of, started_at
from dockermagic.compose.probing import Probing
from dockermagic.compose.tries import failed_try
from dockermagic.containers import events as life
from dockermagic.containers.opened import carry_out
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    import os

    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine

__all__ = ["LiveStack"]

_ACTIONS = ("start", "stop", "restart", "pause", "unpause", "kill", "rm")


class LiveStack:
    """A project: `.services`, `.ready_after`, `.save()`; it is as the engine says now, or said last.

    Parameters:
        stack: what is known of it so far.
        labels: what the probe's container carries.
    """

    def __init__(self, engine: Engine, watch: Watch, stack: Stack, labels: Mapping[str, str]) -> None:
        self.engine, self.watch, self.labels = engine, watch, labels
        self.masks = Masks()
        self._stack = stack
        self._lock = threading.RLock()
        self._tell: list[Callable[[Stack], object]] = []
        self._ears: dict[str, tuple[float, Ear]] = {}
        self._resting = False
        self._probing = Probing(engine, labels, lambda: self._stack, self._accepted, self._not_probed)
        method = weakref.WeakMethod(self.take)

        def tell(event: life.Event) -> None:
            alive = method()
            if alive is not None:
                alive(event)

        self._subscription = watch.subscribe(tell, None)
        weakref.finalize(self, self._subscription.close)

    @property
    def model(self) -> Stack:
        """All that is known of it, frozen: how it is at this moment."""
        return self._stack

    @property
    def services(self) -> dict[str, LiveService]:
        """Its services by name."""
        return {service.name: LiveService(self, service.name) for service in self._stack.project.services}

    @property
    def ready_after(self) -> dict[str, float | None]:
        """Seconds from each service's start until it was ready: healthy, or its port took a connection; None if it was not."""
        return {service.name: self._stack.ready_after(service.name) for service in self._stack.project.services}

    def learn(self) -> None:
        """Ask about the project's containers that are there already.

        Raises:
            EngineError: the engine does not answer.
        """
        name = self._stack.project.name
        from docker.errors import DockerException

        try:
            found = self.engine.api.containers(all=True, filters={"label": f"com.docker.compose.project={name}"}) if name else []
        except (DockerException, OSError) as error:
            raise EngineError(f"The engine does not answer: {reason(error)}.") from error
        for each in found:
            self.watch.inspect(str(each["Id"]))

    def take(self, event: ev.Event) -> None:
        """Take a fact; from any thread."""
        if isinstance(event, life.Inspected) and self.masks.secrets:
            event = replace(event, seen=self.masks.seen(event.seen))
        with self._lock:
            before = self._stack
            self._stack = apply(before, event)
            if self._stack is before:
                return
            if isinstance(event, life.Inspected | life.Started):
                self._listen(event.id)
            if isinstance(event, life.Started) and not self._resting:
                self._probing.started()
            for tell in list(self._tell):
                tell(self._stack)

    def follow(self, tell: Callable[[Stack], object]) -> None:
        """Call `tell` with the stack now and whenever it changes, from other threads."""
        with self._lock:
            self._tell.append(tell)
            tell(self._stack)

    def probe_ports(self) -> None:
        """Have ports asked whether they take connections, from the first calm moment on: see `calm`."""
        self._probing.want()

    def calm(self, *, ended: bool = False) -> None:
        """Begin to ask ports if Compose waits or is through.

        Parameters:
            ended: Compose has ended.
        """
        if not self._resting:
            self._probing.calm(ended=ended)

    def _listen(self, id: str) -> None:
        """Listen to a container from its start on."""
        found = self._stack.containers.find(id)
        if found is None or self._resting:
            return
        self._probing.moved()
        started = started_at(found)
        known = self._ears.get(id)
        if found.state != "running" and known is None and found.seen.started is None:
            return
        if started is None or started < self._stack.began - 1:
            return
        # The event and the answer to a question tell the same start a little apart; one that crashes is started anew.
        if known is not None and abs(known[0] - started) < (2.0 if known[1].listening else 0.1):
            return
        since = started - 0.5
        if known is not None:
            known[1].stop()
            since = max(since, known[1].last + 1e-6)
        ear = Ear(self.engine, id, tty=found.seen.tty, since=since, tell=self._heard(id))
        self._ears[id] = started, ear

    def _heard(self, id: str) -> Callable[[float, int, str], None]:
        method = weakref.WeakMethod(self._line)

        def tell(time: float, stream: int, text: str) -> None:
            alive = method()
            if alive is not None:
                alive(id, time, stream, text)

        return tell

    def _line(self, id: str, time: float, stream: int, text: str) -> None:
        found = self._stack.containers.find(id)
        described = self._stack.project.service(service_of(found)) if found is not None else None
        text = self.masks.text(text)
        self.take(life.OutputArrived(time, id, stream, f"{text}\n"))
        if text.strip():
            self.take(ev.LineSeen(time, id, text[:400]))
        if described is not None:
            needed = [self._stack.project.service(each.service) for each in described.depends]
            service = failed_try(text, [each for each in needed if each is not None])
            if service:
                self.take(ev.AttemptFailed(time, id, service, text[:400]))

    def _accepted(self, time: float, name: str, port: int, waited: bool) -> None:
        found = self._stack.containers.find(name)
        if found is not None:
            self.take(ev.PortAccepts(time, found.id, port, waited))

    def _not_probed(self, why: str) -> None:
        self.take(ev.Noted(self.watch.now(), why))

    def end_probe(self, patience: float = 0.8) -> None:
        """Ask no more ports: a network with our container on it could not be removed.

        Parameters:
            patience: seconds to wait for a container of ours that is just being made.
        """
        self._probing.end(patience)

    def act(self, do: str) -> None:
        """Do what a button asks for: "stop <id>".

        Raises:
            EngineError: the engine refuses, in its own words, or does not answer.
        """
        verb, _, id = do.partition(" ")
        found = self._stack.containers.find(id)
        if found is None or verb not in _ACTIONS:
            raise EngineError(f"Nothing is known of “{do[:80]}”.")
        command = f"docker {verb} {found.name or found.short_id}"
        self.watch.tell(life.CommandGiven(self.watch.now(), found.id, verb, command))  # type: ignore[arg-type]  # one of _ACTIONS
        carry_out(self.engine, verb, found.id)

    def rest(self) -> None:
        """Give way to a newer stack of the same project: what the engine says is still taken, nothing is asked any more."""
        self._resting = True
        with self._lock:
            ears, self._ears = list(self._ears.values()), {}
        for _, ear in ears:
            ear.stop()
        self.end_probe()
        for _, ear in ears:
            ear.close()

    def close(self) -> None:
        """Take no more events."""
        self._subscription.close()
        with self._lock:
            self._tell.clear()
        self.rest()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write what is known of it to a JSON file, from which `load` makes the same picture."""
        from dockermagic.compose import record

        return record.save(self._stack, Path(path))

    def __repr__(self) -> str:
        states = ", ".join(f"{name} {each.state}" for name, each in self.services.items())
        return f"<Stack {self._stack.project.name}: {states or 'no services'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it as it is now; the cell that has just drawn it gets one line."""
        from dockermagic.compose.picture import StackDrawer
        from dockermagic.views import shown

        return {"text/plain": repr(self)} if shown.take(self) else dict(StackDrawer().bundle(self._stack))
