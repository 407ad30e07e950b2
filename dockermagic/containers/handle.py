"""What a learner holds of a container: `LiveContainer`, which is kept up to date."""

from __future__ import annotations

import threading
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockermagic.containers import events as ev
from dockermagic.containers import record
from dockermagic.containers.fold import apply
from dockermagic.containers.logs import read_logs
from dockermagic.containers.model import Container, Containers, Moment
from dockermagic.containers.opened import Lifecycle, open_lifecycle
from dockermagic.containers.parts import Attachment, Mount, Port
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    import os

    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine

__all__ = ["Lifecycle", "LiveContainer", "open_lifecycle"]


class LiveContainer:
    """A container that was made here: `.state` and the rest are as the engine says now, or said last.

    Parameters:
        containers: what is known of it so far; it is the one of this id.
    """

    def __init__(self, engine: Engine, watch: Watch, containers: Containers, id: str) -> None:
        self._engine, self._watch = engine, watch
        self._lock = threading.Lock()
        kept = tuple(each for each in containers if each.id == id) or (Container(id),)
        self._containers = replace(containers, items=kept, pulls=())
        method = weakref.WeakMethod(self._take)

        def tell(event: ev.Event) -> None:
            alive = method()
            if alive is not None:
                alive(event)

        subscription = watch.subscribe(tell, [id])
        weakref.finalize(self, subscription.close)

    def _take(self, event: ev.Event) -> None:
        with self._lock:
            self._containers = apply(self._containers, event)

    @property
    def model(self) -> Container:
        """All that is known of it, frozen: how it is at this moment."""
        return self._containers.items[0]

    @property
    def id(self) -> str:
        """Its whole id."""
        return self.model.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.model.name

    @property
    def image(self) -> str:
        """The image that it was made from, as it was asked for."""
        return self.model.image

    @property
    def state(self) -> str:
        """Docker's word for its state ("running", "exited"), and "removed" when it is gone."""
        return self.model.state

    @property
    def exit_code(self) -> int | None:
        """The exit code of its program; None before it ended."""
        return self.model.exit_code

    @property
    def history(self) -> tuple[Moment, ...]:
        """Its changes of state, with times and causes, oldest first."""
        return self.model.history

    @property
    def health(self) -> str:
        """What its health check says: "none", "starting", "healthy", "unhealthy"."""
        return self.model.health

    @property
    def ports(self) -> tuple[Port, ...]:
        """Its ports, published or only exposed."""
        return self.model.seen.ports

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """What lies over folders of its image."""
        return self.model.seen.mounts

    @property
    def networks(self) -> tuple[Attachment, ...]:
        """The networks that it is on."""
        return self.model.seen.networks

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(self.model.seen.labels)

    def logs(self, *, tail: int | None = None, since: float | None = None, timestamps: bool = False) -> str:
        """Give what it has printed, both streams in the order they came.

        Parameters:
            tail: the last lines only.
            since: seconds since the epoch.
            timestamps: with the time before each line.

        Raises:
            EngineError: the engine does not answer; a container that is removed has no logs but those that were seen here.
        """
        try:
            return read_logs(self._engine, self.id, tty=self.model.seen.tty, tail=tail, since=since, timestamps=timestamps)
        except OSError as error:
            raise EngineError(f"The engine does not answer: {reason(error)}.") from error
        except EngineError:
            if self.state == "removed" and self.model.output:
                return self.model.output.text()
            raise

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write what is known of it to a JSON file, from which `load` makes the same picture."""
        return record.save(self._containers, Path(path))

    def __repr__(self) -> str:
        code = f" with code {self.exit_code}" if self.state == "exited" else ""
        return f"<Container {self.name or self.model.short_id}: {self.state}{code}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw it as it is now; the cell that has just drawn it gets one line."""
        from dockermagic.containers.lifecycle import picture
        from dockermagic.views import shown

        return {"text/plain": repr(self)} if shown.take(self) else picture.bundle(self._containers)
