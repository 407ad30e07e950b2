"""What became of a run, and whether it is a failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dockermagic.containers.exits import explain_exit
from dockermagic.containers.following import Worker
from dockermagic.containers.model import Container, Containers
from dockermagic.containers.pull import broken
from dockermagic.errors import ContainerFailed, DockerMagicError, RunCancelled


class Judged(Protocol):
    """What a request says about exit codes."""

    @property
    def ok_exits(self) -> tuple[int, ...]:
        """Exit codes that count as success besides 0."""

    @property
    def raises(self) -> bool:
        """Whether any other one is an error."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Parameters:
        id: the container's; empty if it was never made.
        containers: what is known of it, as the view last showed it; `container`: it alone.
        exit_code: the program's; None while it runs.
        warnings: of the engine.
    """

    id: str
    containers: Containers
    container: Container | None = None
    exit_code: int | None = None
    warnings: tuple[str, ...] = ()


def judge(outcome: Outcome, worker: Worker, command: str, request: Judged, interrupted: str = "") -> None:
    """Raise what is to be raised at the end of a program.

    Parameters:
        command: the line, for the message.
        interrupted: what an interrupt did; empty when there was none.
    """
    error = worker.error
    if interrupted and (error is None or worker.cancelled.is_set() or outcome.exit_code is not None):
        raise RunCancelled(interrupted, container=outcome)
    if isinstance(error, DockerMagicError):
        if isinstance(error, ContainerFailed):
            error.container = outcome
        raise error
    if isinstance(error, OSError):
        failed = broken(error)
        failed.container = outcome
        raise failed from error
    if error is not None:
        raise error
    if outcome.exit_code and request.raises and outcome.exit_code not in request.ok_exits:
        message, hint = explain_exit(outcome.exit_code, _short(command), outcome.container)
        raise ContainerFailed(message, hint, container=outcome, exit_code=outcome.exit_code)


def _short(command: str) -> str:
    line = " ".join(command.split())
    return line if len(line) <= 80 else f"{line[:78]}…"
