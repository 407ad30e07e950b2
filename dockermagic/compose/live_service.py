"""What a learner holds of one service: `stack.services["api"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockermagic.containers.handle import LiveContainer
from dockermagic.containers.logs import read_logs
from dockermagic.containers.model import Container
from dockermagic.containers.parts import Port
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.compose.handle import LiveStack
    from dockermagic.containers.lenses.mounts import Mounts
    from dockermagic.containers.lenses.names import Resolution

__all__ = ["LiveService"]


class LiveService:
    """One service of a project."""

    def __init__(self, stack: LiveStack, name: str) -> None:
        self._stack, self.name = stack, name

    @property
    def _first(self) -> Container | None:
        return next(iter(self._stack.model.replicas(self.name)), None)

    @property
    def containers(self) -> tuple[LiveContainer, ...]:
        """Its containers, by number."""
        live = self._stack
        return tuple(
            LiveContainer(live.engine, live.watch, live.model.containers, each.id) for each in live.model.replicas(self.name)
        )

    @property
    def state(self) -> str:
        """Docker's word for the state of its first container; "absent" if it has none."""
        return self._first.state if self._first is not None else "absent"

    @property
    def health(self) -> str:
        """What the health check of its first container says: "none", "starting", "healthy", "unhealthy"."""
        return self._first.health if self._first is not None else "none"

    @property
    def exit_code(self) -> int | None:
        """The exit code of its first container."""
        return self._first.exit_code if self._first is not None else None

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports of all its containers."""
        return tuple(port for each in self._stack.model.replicas(self.name) for port in each.seen.ports)

    @property
    def ready_after(self) -> float | None:
        """Seconds from its start until it was ready."""
        return self._stack.model.ready_after(self.name)

    def logs(self, *, tail: int | None = None) -> str:
        """Give what its containers have printed, one after the other.

        Raises:
            EngineError: the engine does not answer.
        """
        try:
            found = self._stack.model.replicas(self.name)
            return "".join(read_logs(self._stack.engine, each.id, tty=each.seen.tty, tail=tail) for each in found)
        except OSError as error:
            raise EngineError(f"The engine does not answer: {reason(error)}.") from error

    def resolve(self, name: str) -> Resolution:
        """Find out what a name means inside its first container, and with a port ("postgres:5432") who listens there.

        Raises:
            EngineError: it has no container, or the engine does not answer.
        """
        from dockermagic.containers.lenses.read_networks import resolve

        return resolve(self._stack.engine, self._named().id, name)

    @property
    def mounts(self) -> Mounts:
        """Where its containers keep their files: what mounts hide of the image, and what survives.

        Raises:
            EngineError: it has no container, or the engine does not answer.
        """
        from dockermagic.containers.lenses.read_mounts import read_mounts

        self._named()
        return read_mounts(self._stack.engine, [each.id for each in self._stack.model.replicas(self.name)])

    def _named(self) -> Container:
        if self._first is None:
            raise EngineError(f"The service {self.name} has no container.", f"%compose up -d {self.name}")
        return self._first

    def __repr__(self) -> str:
        health = f", {self.health}" if self.health != "none" else ""
        return f"<Service {self.name}: {self.state}{health}>"
