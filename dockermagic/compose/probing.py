"""When ports are asked whether they take connections.

1. For the first time when Compose waits or is through: making one more container would hold its own up.
2. Again when a container is started anew after that: it was restarted, or it crashed and its policy brought it back. Then only the
   ports of running containers are asked that have taken no connection since the last start.
3. Never twice within `PAUSE` seconds: a container that crashes all the time would have one after the other made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dockermagic.compose.model import Stack
from dockermagic.compose.probe import Probe, Target
from dockermagic.compose.tries import ports_of

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["PAUSE", "STILL", "Probing"]

STILL = 0.25
"""Seconds without a new or started container, after which Compose is taken to wait for something."""
PAUSE = 5.0
"""Seconds from one question after a restart to the next."""


class Probing:
    """Asks the ports of a stack.

    Parameters:
        labels: what the probe's container carries.
        stack: gives the stack as it is.
        accepted: takes the time, the container's name, the port, and whether it was refused before, once a port was taken.
        failed: takes a sentence if nothing can be asked.
    """

    def __init__(
        self,
        engine: Engine,
        labels: Mapping[str, str],
        stack: Callable[[], Stack],
        accepted: Callable[[float, str, int, bool], None],
        failed: Callable[[str], None],
    ) -> None:
        self._engine, self._labels, self._stack, self._accepted, self._failed = engine, labels, stack, accepted, failed
        self._lock = threading.Lock()
        self._moved = time.monotonic()
        self._wanted = self._begun = False
        self._probe: Probe | None = None
        self._timer: threading.Timer | None = None
        self._last = 0.0

    def want(self) -> None:
        """Ask from the first calm moment on."""
        self._wanted = True

    def moved(self) -> None:
        """Take note that a container was made or started: it is not calm."""
        self._moved = time.monotonic()

    def calm(self, *, ended: bool = False) -> None:
        """Begin to ask if Compose waits or is through.

        Parameters:
            ended: Compose has ended.
        """
        still = ended or time.monotonic() - self._moved > STILL
        if self._wanted and still and any(each.state == "running" for each in self._stack().containers):
            self._wanted, self._begun = False, True
            self._begin(self._targets(self._stack()))

    def started(self) -> None:
        """Ask again, soon, because a container was started."""
        with self._lock:
            if not self._begun or self._stack().ended is None or self._timer is not None:
                return
            self._timer = threading.Timer(max(STILL, self._last + PAUSE - time.monotonic()), self._again)
            self._timer.daemon = True
            self._timer.start()

    def _again(self) -> None:
        with self._lock:
            if self._timer is None:
                return  # it was ended meanwhile
            self._timer, self._last = None, time.monotonic()
        stack = self._stack()
        running = {each.name for each in stack.containers if each.state == "running"}
        self._begin([target for target in self._targets(stack) if target.container in running])

    def _begin(self, targets: list[Target]) -> None:
        if not targets:
            return
        made = Probe(self._engine, targets, self._labels, self._accepted, self._failed)
        with self._lock:
            before, self._probe = self._probe, made if self._begun else None
        for probe in (before, None if self._begun else made):
            if probe is not None:
                probe.close()

    @staticmethod
    def _targets(stack: Stack) -> list[Target]:
        """Give the ports that have taken no connection since their container's last start."""
        names = {each.key: each.name for each in stack.project.networks}
        known = {(each.id, each.port) for each in stack.marks if each.kind == "accepts"}
        found = []
        for service in stack.project.services:
            network = next((names[each.network] for each in service.networks if each.network in names), "")
            for number in range(1, min(service.replicas, 5) + 1):
                name = service.container_name or f"{stack.project.name}-{service.name}-{number}"
                container = stack.containers.find(name)
                ports = [port for port in ports_of(service) if container is None or (container.id, port) not in known]
                found += [Target(name, port, network) for port in ports if network]
        return found

    def end(self, patience: float = 0.8) -> None:
        """Ask no more: a network with our container on it could not be removed.

        Parameters:
            patience: seconds to wait for a container of ours that is just being made.
        """
        with self._lock:
            self._wanted = self._begun = False
            probe, self._probe = self._probe, None
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if probe is not None:
            probe.close(patience)
