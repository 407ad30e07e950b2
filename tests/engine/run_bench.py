"""What the tests of runs share: a view that only looks, and one call for a whole run."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from dockermagic.containers.model import Container, Containers
from dockermagic.containers.outcome import Outcome
from dockermagic.containers.request import RunRequest, read_run
from dockermagic.containers.run import run
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.errors import ContainerFailed, RunCancelled


class Looking:
    """A view that keeps what it is shown, and interrupts once when something is to be seen.

    Parameters:
        interrupt_at: says whether this is the moment for an interrupt.
    """

    def __init__(self, interrupt_at: Callable[[Containers], bool] | None = None) -> None:
        self.models: list[Containers] = []
        self.painted = 0
        self.closed = False
        self._interrupt_at = interrupt_at

    def update(self, model: Containers) -> None:
        self.painted += 1
        self.models = [*self.models[-1:], model]
        if self._interrupt_at is not None and self._interrupt_at(model):
            self._interrupt_at = None
            signal.raise_signal(signal.SIGINT)

    def tick(self) -> None:
        """Do nothing."""

    def close(self, model: Containers) -> None:
        assert not self.closed
        self.closed = True
        self.models.append(model)


def printed(text: str) -> Callable[[Containers], bool]:
    """Say whether a text has been printed."""
    return lambda model: any(text in each.output.text() for each in model)


def request_of(line: str, folder: Path | None = None) -> RunRequest:
    request = read_run(line, folder or Path("/"), {})
    assert request is not None
    return request


class Runs:
    """Runs lines on one engine."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self.engine, self.watch = engine, watch
        self.view = Looking()

    def __call__(
        self, line: str, *, stdin: bytes = b"", view: Looking | None = None, sink: Callable[[int, str], None] | None = None
    ) -> Outcome:
        self.view = view or Looking()
        try:
            return run(self.engine, request_of(line), self.watch, self.view, labels=(("dm-test", "run"),), stdin=stdin, sink=sink)
        finally:
            assert self.view.closed

    def fails(self, line: str, **more: bytes) -> ContainerFailed:
        """Run a line that must fail."""
        with pytest.raises(ContainerFailed) as failed:
            self(line, **more)  # type: ignore[arg-type]
        return failed.value

    def interrupted(self, line: str, at: str) -> tuple[RunCancelled, Container]:
        """Run a line and interrupt it when it has printed something."""
        with pytest.raises(RunCancelled) as cancelled:
            self(line, view=Looking(printed(at)))
        container = cancelled.value.container.container
        assert container is not None
        return cancelled.value, container

    def left(self) -> list[str]:
        """Give the IDs of the containers that runs have left behind."""
        return [each["Id"] for each in self.engine.api.containers(all=True, filters={"label": "dm-test=run"})]

    def clear(self) -> None:
        for id in self.left():
            self.engine.api.remove_container(id, force=True, v=True)
