"""The process that keeps an embedded engine: starts it, serves who uses it, notices its end, and ends with its last user.

    python -m dockermagic.engine.embedded.supervisor SETTINGS      (JSON; see `settings`)

1. One a user and machine: it holds the lock of the run's folder as long as it lives.
2. The ways of the ladder are tried in order; the first on which a real container starts stays.
3. An engine that ends unasked is started again, with the same disk; not more than `MOST_CRASHES` times in `CRASH_SPAN` seconds.
4. When the last user has gone, it waits for `Settings.linger` seconds for the next one (a kernel that restarts, a page that is
   loaded anew), and then shuts the engine down; unless it is to be kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import signal
import sys
import time
from dataclasses import replace
from typing import Any

from dockermagic.engine.embedded import ladder, machine
from dockermagic.engine.embedded.control import Door
from dockermagic.engine.embedded.ports import Forward, difference
from dockermagic.engine.embedded.running import Running, open_rung
from dockermagic.engine.embedded.settings import Settings, read_settings
from dockermagic.engine.embedded.state import Conflict, Refusal, State
from dockermagic.errors import DockerMagicError, EngineError

MOST_CRASHES, CRASH_SPAN = 5, 120.0
STARTS_WITHIN = 90.0
"""Seconds that an engine may take to answer, on a machine that is slow and busy."""
STOPS_WITHIN = 20.0


class Supervisor:
    """Keeps one engine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = settings.places()
        self._told: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._state = State(
            pid=os.getpid(), began=time.time(), keep=settings.keep, folders=settings.folders, data=settings.data, disk=settings.disk
        )
        self._running: Running | None = None
        self._open: frozenset[Forward] = frozenset()
        self._crashes: list[float] = []
        self._left: float | None = time.monotonic() + settings.linger
        self._door = Door(self._places.control, lambda word: self._told.put((word, "")))

    def run(self) -> None:
        """Keep the engine until nobody needs it any more."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._told.put(("stop", "")))
        try:
            if self._climb():
                self._keep()
        finally:
            self._end()

    def _say(self, **changes: Any) -> None:
        self._state = replace(self._state, users=self._door.users, **changes)
        self._door.told(self._state)

    def _climb(self) -> bool:
        """Take the first way that works; says whether there was one."""
        facts = machine.look()
        memory = self._settings.memory or ladder.guest_memory(facts.memory)
        self._say(memory=memory)
        for rung in ladder.rungs(facts):
            why = rung.refusal or (
                f"only {self._settings.only} was asked for" if self._settings.only not in ("", rung.name) else ""
            )
            if not why:
                try:
                    self._start(rung.name, memory)
                except DockerMagicError as error:
                    why = error.message.rstrip(".")
                    self._drop()
                except StopAsked:
                    return False
                else:
                    return True
            self._say(refusals=(*self._state.refusals, Refusal(rung.name, why)))
        self._say(phase="failed", step="", said="No engine can be started here.")
        time.sleep(0.2)  # who waits reads it before the door closes
        return False

    def _start(self, rung: ladder.RungName, memory: int) -> None:
        """Start an engine this way, and try a container on it."""
        self._say(phase="starting", rung=rung, step="kernel", apart=False)
        self._running = open_rung(rung, self._settings, memory, self._tell)
        self._running.start()
        self._await_ready()
        self._say(url=f"unix://{self._places.socket}", step="container")
        self._running.prove()
        self._say(phase="ready", step="", ready=time.time())

    def _tell(self, what: str, more: Any) -> None:
        self._told.put((what, more))

    def _await_ready(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                what, more = self._told.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise EngineError(f"it did not answer within {STARTS_WITHIN:.0f} s") from None
            if what == "ready":
                return
            if what == "failed":
                raise EngineError(f"the guest has no {more}" if more else "it failed")
            if what == "ended":
                raise EngineError(f"{more} ended while it started; see `%docker_engine logs`")
            if what == "stop":
                raise StopAsked
            self._note(what, more)

    def _note(self, what: str, more: Any) -> None:
        """Take note of what changes nothing else."""
        if what in ("network", "disk", "dockerd"):
            self._say(step=what)
        elif what == "confined":
            self._say(confined=more == "yes")
        elif what == "apart":
            self._say(apart=more == "yes")
        elif what == "log":
            sys.stdout.write(f"{more}\n")
            sys.stdout.flush()
        elif what == "keep":
            self._say(keep=True)
        elif what == "reset":
            self._say(said=more)
        elif what == "ports":
            self._follow(more)
        elif what in ("came", "went"):
            self._say()
            self._left = None if self._door.users else time.monotonic() + self._settings.linger

    def _keep(self) -> None:
        """Carry on until the last user has gone, or an order to stop comes."""
        while True:
            if self._left is not None and not self._state.keep and time.monotonic() > self._left:
                return
            try:
                what, more = self._told.get(timeout=None if self._left is None else max(0.01, self._left - time.monotonic()))
            except queue.Empty:
                continue
            if what == "stop":
                return
            if what == "ended" and more == "network" and self._running is not None:
                self._renew_network()
            elif what == "ended":
                if not self._again(str(more)):
                    return
            else:
                self._note(what, more)

    def _renew_network(self) -> None:
        """Start the network's program again, beside the guest that runs on."""
        if self._running is not None:
            self._running.renew_network()
            before, self._open = self._open, frozenset()
            self._follow(before)

    def _again(self, what: str) -> bool:
        """Start an engine that ended unasked again; says whether that went well."""
        now = time.monotonic()
        self._crashes = [each for each in self._crashes if now - each < CRASH_SPAN] + [now]
        self._drop()
        rung = self._state.rung
        said = f"The engine ended unexpectedly ({what}); it is started again, with its images and volumes."
        self._say(phase="starting", began=time.time(), crashes=self._state.crashes + 1, said=said, ports=())
        if len(self._crashes) > MOST_CRASHES:
            self._say(
                phase="failed", said=f"The engine ended {len(self._crashes)} times in {CRASH_SPAN:.0f} s; it is not started again."
            )
            return False
        try:
            self._start(rung, self._state.memory)  # type: ignore[arg-type]  # it was one of them
        except DockerMagicError as error:
            self._say(phase="failed", said=f"The engine ended unexpectedly and cannot be started again: {error.message}")
            return False
        except StopAsked:
            return False
        return True

    def _follow(self, ports: frozenset[Forward]) -> None:
        """Open and close ports of the host, as the engine publishes them."""
        if self._running is None:
            return
        closed, opened = difference(self._open, ports)
        conflicts = [each for each in self._state.conflicts if Forward(each.port, each.protocol, each.host) in ports]
        for port in closed:
            self._running.forward(port, close=True)
        refused = set()
        for port in opened:
            why = self._running.forward(port)
            if why:
                refused.add(port)
                conflicts.append(Conflict(port.host, port.port, port.protocol, why))
        self._open = ports - refused
        self._say(ports=tuple(str(each) for each in sorted(self._open)), conflicts=tuple(dict.fromkeys(conflicts)))

    def _drop(self) -> None:
        if self._running is not None:
            self._running.stop(STOPS_WITHIN)
        self._running, self._open = None, frozenset()
        with contextlib.suppress(queue.Empty):  # what the one that ended still said is not about the next one
            while True:
                what, more = self._told.get_nowait()
                if what == "stop":
                    self._told.put((what, more))
                    return

    def _end(self) -> None:
        if self._state.phase != "failed":
            self._say(phase="stopping", step="")
        if self._running is not None:
            self._running.stop(STOPS_WITHIN)
        if self._state.phase != "failed":
            self._say(phase="stopped", url="", ports=())
        self._places.control.unlink(missing_ok=True)
        self._door.close()


class StopAsked(Exception):
    """Somebody asked to stop while it started."""


def main() -> None:
    """Take the lock, and keep an engine."""
    settings = read_settings(sys.argv[1])
    places = settings.places()
    # Never closed: the lock is let go of with the process, so whoever gets it knows that this one is gone.
    lock = os.open(places.lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return  # another one keeps an engine already
    Supervisor(settings).run()


if __name__ == "__main__":
    main()
