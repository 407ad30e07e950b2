"""Waiting for the end of a container's program: POST /containers/{id}/wait.

1. The wait is registered before the start: a program may end before anybody could ask how.
2. Podman keeps the head of its answer to itself until the program has ended, so there it is asked for at the end.
3. A container that removes itself may be gone by then; the engine's events remember how its program ended.

Source: docker/cli, cli/command/container/utils.go (waitExitOrRemoved).
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING

from dockermagic.containers import events as ev
from dockermagic.containers.pull import Hold, nobody
from dockermagic.errors import ContainerFailed, EngineError

if TYPE_CHECKING:
    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine
    from dockermagic.engine.http import Exchange


class Waiting:
    """The wait for a container's end.

    Parameters:
        removed: wait for its removal, too (`--rm`).
    """

    def __init__(self, engine: Engine, id: str, *, removed: bool = False) -> None:
        self._engine, self._id = engine, id
        self._exchange: Exchange | None = None
        if engine.about.product != "Podman":
            self._exchange = self._ask("removed" if removed else "next-exit")

    def _ask(self, condition: str) -> Exchange:
        exchange = self._engine.exchange()
        try:
            exchange.send("POST", self._engine.path(f"/containers/{self._id}/wait?condition={condition}"))
        except BaseException:
            exchange.close()
            raise
        return exchange

    def exit_code(self, watch: Watch, hold: Hold = nobody) -> int:
        """Wait, and give the program's exit code.

        Parameters:
            watch: the engine's; asked only where the engine itself does not know any more.
            hold: is given the connection that waits.

        Raises:
            ContainerFailed: it ended in a way that has no exit code.
        """
        try:
            exchange = self._exchange or self._ask("not-running")
        except EngineError:
            return _remembered(watch, self._id)
        hold(exchange)
        try:
            answer = json.loads(b"".join(exchange))
        except ValueError:
            if (code := self._seen(watch)) is not None:
                return code
            raise ConnectionError("it hung up while the program ran") from None
        finally:
            exchange.close()
        if answer.get("Error"):
            message = str(answer["Error"].get("Message", "Its end is not known"))
            if "removed" in message or "no such container" in message.lower():
                return _remembered(watch, self._id)
            raise ContainerFailed(f"{message}.", "%docker ps -a shows its state.")
        return int(answer.get("StatusCode", 0))

    def _seen(self, watch: Watch) -> int | None:
        """Ask how the program ended; None if it runs, or nobody knows."""
        with contextlib.suppress(EngineError, OSError):
            found = watch.inspect(self._id)
            if found is not None and found[1].state in ("exited", "dead"):
                return found[1].exit_code
        return None

    def close(self) -> None:
        """Wait no longer."""
        if self._exchange is not None:
            self._exchange.close()


def _remembered(watch: Watch, id: str) -> int:
    """Give the exit code of a container that is gone already: the engine's events remember it."""
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:
        ends = [each for each in watch.past(id, watch.now() - 3600) if isinstance(each, ev.Died)]
        if ends:
            return ends[-1].exit_code
        time.sleep(0.1)
    raise ContainerFailed("The container is gone, and its exit code is not known.", "%docker events shows what happened to it.")
