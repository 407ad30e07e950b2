"""Programs on terminals: `docker run -it` and `docker exec -it`, handed to whoever draws the terminal.

The cell returns while the terminal lives, so nothing is waited for here: the terminal's end says how the program ended.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dockermagic.containers import events as ev
from dockermagic.containers.create import check_ports, create
from dockermagic.containers.exec_request import ExecRequest
from dockermagic.containers.execs import container_id, exec_exit_code, inspected, make_exec
from dockermagic.containers.exits import explain_exit
from dockermagic.containers.pull import Tell, broken, nobody
from dockermagic.containers.refusals import explained
from dockermagic.containers.request import RunRequest
from dockermagic.containers.streams import Terminal, open_terminal_stream, post
from dockermagic.containers.waiting import Waiting
from dockermagic.errors import ContainerFailed, EngineError

if TYPE_CHECKING:
    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine


class Ending:
    """How a program on a terminal ended; `done` is set when that is known, `exit_code` is None if it never is."""

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self.done = threading.Event()

    def told(self, command: str) -> str:
        """Say how it ended, in a sentence."""
        if self.exit_code is None:
            return "The terminal was closed; the program may run on."
        return explain_exit(self.exit_code, command)[0] if self.exit_code else "The program ended with exit code 0."


def run_terminal(
    engine: Engine,
    request: RunRequest,
    watch: Watch,
    *,
    labels: Iterable[tuple[str, str]] = (),
    size: tuple[int, int] = (80, 24),
    tell: Tell = nobody,
) -> tuple[str, Terminal, Ending]:
    """Make and start a container whose program has a terminal.

    Parameters:
        labels: those of the session.
        size: the terminal's first size, columns and rows.
        tell: is told how an image is fetched.

    Returns:
        The container's ID, the terminal, and how it ends.

    Raises:
        ContainerFailed: it could not be made or started.
    """
    given, ending = watch.now(), Ending()
    check_ports(engine, request)
    made = create(engine, request, labels, tell)
    watch.tell(ev.CommandGiven(given, made.id, "run", f"docker run {request.command}"))
    waiting: Waiting | None = None
    terminal: Terminal | None = None

    def ended() -> str:
        if waiting is not None:
            with contextlib.suppress(ContainerFailed, EngineError, OSError):
                ending.exit_code = None if _runs_on(engine, made.id) else waiting.exit_code(watch)
            waiting.close()
        ending.done.set()
        return ending.told("docker run")

    try:
        waiting = Waiting(engine, made.id, removed=request.auto_remove)
        # Podman prepares the program when it is attached to, so that may fail as a start does.
        terminal = open_terminal_stream(engine, made.id, ended=ended, keys=request.detach_keys)
        post(engine, f"/containers/{made.id}/start", timeout=None)
    except (EngineError, OSError) as error:
        for each in (terminal, waiting):
            if each is not None:
                each.close()
        raise explained(error, request) if isinstance(error, EngineError) else broken(error) from error
    terminal.resize(*size)
    return made.id, terminal, ending


def _runs_on(engine: Engine, id: str) -> bool:
    """Say whether somebody has only let go of a program: its output has ended, but it still runs a second later."""
    deadline = time.monotonic() + 1.0
    while True:
        try:
            running = bool(inspected(engine, id)["State"]["Running"])
        except EngineError:  # it has removed itself
            return False
        if not running or time.monotonic() > deadline:
            return running
        time.sleep(0.05)


def exec_terminal(engine: Engine, request: ExecRequest, *, size: tuple[int, int] = (80, 24)) -> tuple[str, Terminal, Ending]:
    """Start a program on a terminal in a container that runs.

    Parameters and results: as in `run_terminal`.

    Raises:
        ContainerFailed: it could not be started.
    """
    ending = Ending()
    id = container_id(engine, request.container, request)
    exec_id = make_exec(engine, id, request)

    def ended() -> str:
        try:
            ending.exit_code = exec_exit_code(engine, exec_id)
        except (ContainerFailed, EngineError):
            ending.exit_code = None
        ending.done.set()
        return ending.told("docker exec")

    try:
        terminal = open_terminal_stream(engine, id, exec_id=exec_id, ended=ended)
    except EngineError as error:
        raise explained(error, request) from error
    except OSError as error:
        raise broken(error) from error
    terminal.resize(*size)
    return id, terminal, ending
