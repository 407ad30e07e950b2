"""Carrying `docker exec` and `docker attach` out: programs in containers that run already.

1. `docker exec`: make the exec, connect and start it in one, listen, ask for its exit code.
2. An engine has no way to send an exec a signal. An interrupt lets go of it, and says that it runs on.
3. `docker attach`: listen to the container's own program; an interrupt is Ctrl-C for it, another one lets go of it.
4. `docker start -a` connects first and starts then, so that nothing is missed.

Source: docker/cli, cli/command/container/exec.go and attach.go.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dockermagic.containers.events import CommandGiven
from dockermagic.containers.exec_request import AttachRequest, ExecRequest
from dockermagic.containers.following import Follower, Sink, Worker, followed
from dockermagic.containers.interrupting import CtrlC
from dockermagic.containers.model import Containers
from dockermagic.containers.outcome import Outcome, judge
from dockermagic.containers.pull import broken
from dockermagic.containers.refusals import explained
from dockermagic.containers.roles import View
from dockermagic.containers.streams import Attached, attach_path, hijack, post
from dockermagic.containers.waiting import Waiting
from dockermagic.errors import ContainerFailed, EngineError, UsageError
from dockermagic.interrupts import Interrupts

if TYPE_CHECKING:
    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine


def run_exec(
    engine: Engine, request: ExecRequest, watch: Watch, view: View, *, stdin: bytes = b"", sink: Sink | None = None
) -> Outcome:
    """Run a program in a container that runs, and show what it prints.

    Parameters:
        stdin: what the program reads (`-i`).
        The rest as in `run.run`.

    Raises:
        UsageError: a terminal is asked for; `terminals.exec_terminal` gives one.
        ContainerFailed: it could not be started, or ended with an exit code that is no success; carries the `Outcome`.
        RunCancelled: it was interrupted, and runs on; carries the `Outcome`.
    """
    if request.tty and request.interactive and not request.detach:
        raise UsageError("the input device is not a TTY", "There is no terminal here: leave -t out.")

    def work(worker: Worker) -> None:
        id = container_id(engine, request.container, request)
        _known(worker, id)
        exec_id = make_exec(engine, id, request)
        if not worker.begin():
            return
        if request.detach:
            post(engine, f"/exec/{exec_id}/start", {"Detach": True, "Tty": request.tty})
            return
        attached = worker.attach(Attached(_started(engine, exec_id, request)))
        try:
            if request.interactive:
                attached.send(stdin)
            worker.listen(attached, tty=request.tty)
        finally:
            attached.close()
        worker.exit_code = None if worker.cancelled.is_set() else exec_exit_code(engine, exec_id)

    return _carried_out(engine, request, watch, view, work, f"docker exec {request.command}", sink, leaves=True)


def attach(
    engine: Engine, request: AttachRequest, watch: Watch, view: View, *, stdin: bytes = b"", sink: Sink | None = None
) -> Outcome:
    """Listen to the program of a container, until it ends.

    Parameters and errors: as in `run_exec`.
    """

    def work(worker: Worker) -> None:
        id = container_id(engine, request.container, request)
        _known(worker, id)
        state = inspected(engine, id)
        if not request.start:
            _check_running(request, state["State"])
        tty, listens = bool(state["Config"]["Tty"]), bool(state["Config"]["OpenStdin"]) and not request.no_stdin
        waiting = Waiting(engine, id)
        try:
            path = attach_path(id, stdin=listens, stdout=True, stderr=True, detach_keys=request.detach_keys)
            attached = worker.attach(Attached(hijack(engine, path)))
            if request.start:
                worker.tell(CommandGiven(watch.now(), id, "start", f"docker start -a {request.container}"))
                post(engine, f"/containers/{id}/start", timeout=None)
            worker.begin()
            if listens and (stdin or request.start):
                attached.send(stdin)
            worker.listen(attached, tty=tty)
            worker.exit_code = waiting.exit_code(worker.watch, worker.hold)
        except EngineError as error:
            raise explained(error, request) from error
        finally:
            worker.release()
            waiting.close()

    return _carried_out(engine, request, watch, view, work, request.command, sink, leaves=not request.sig_proxy)


def _check_running(request: AttachRequest, state: dict[str, Any]) -> None:
    if not state["Running"] or state["Paused"]:
        how = "is paused" if state["Paused"] else "does not run"
        raise ContainerFailed(f"{request.container} {how}.", "%docker start or %docker unpause makes it run.", exit_code=1)


def _known(worker: Worker, id: str) -> None:
    """Note which container it is, and ask about it at once: what is printed needs a container that it is shown with."""
    worker.found(id)
    with contextlib.suppress(EngineError, OSError):
        worker.watch.inspect(id)


def _carried_out(
    engine: Engine,
    request: ExecRequest | AttachRequest,
    watch: Watch,
    view: View,
    work: Callable[[Worker], None],
    command: str,
    sink: Sink | None,
    *,
    leaves: bool,
) -> Outcome:
    worker = Worker(engine, watch, work, sink=sink is not None)
    answer = CtrlC(worker, request.container, leaves=leaves, stops=False)
    follower = Follower(worker, Containers(engine=engine.about.title), view, answer, sink)
    with Interrupts() as interrupts:
        followed(follower, interrupts, lambda each: True)
    outcome = Outcome(worker.id, follower.containers, follower.container, worker.exit_code)
    judge(outcome, worker, command, request, answer.told())
    return outcome


def inspected(engine: Engine, name: str) -> dict[str, Any]:
    """Ask about a container (GET /containers/{id}/json)."""
    return _get(engine, f"/containers/{quote(name, safe='')}/json")


def container_id(engine: Engine, name: str, request: ExecRequest | AttachRequest) -> str:
    """Give the whole ID of a container.

    Raises:
        ContainerFailed: there is none of that name.
    """
    try:
        return str(inspected(engine, name.removeprefix("/"))["Id"])
    except EngineError as error:
        raise explained(error, request) from error


def make_exec(engine: Engine, id: str, request: ExecRequest) -> str:
    """Prepare a program in a container (POST /containers/{id}/exec), and give the exec's ID.

    Raises:
        ContainerFailed: the engine refused.
    """
    try:
        return str(json.loads(post(engine, f"/containers/{id}/exec", request.body))["Id"])
    except EngineError as error:
        raise explained(error, request) from error


def _started(engine: Engine, exec_id: str, request: ExecRequest) -> Any:
    try:
        return hijack(engine, f"/exec/{exec_id}/start", {"Detach": False, "Tty": request.tty})
    except EngineError as error:
        raise explained(error, request) from error


def exec_exit_code(engine: Engine, exec_id: str) -> int:
    """Give the exit code of a program that has ended (GET /exec/{id}/json)."""
    return int(_get(engine, f"/exec/{exec_id}/json").get("ExitCode") or 0)


def _get(engine: Engine, path: str) -> dict[str, Any]:
    exchange = engine.exchange(30.0)
    try:
        exchange.send("GET", engine.path(path))
        found: dict[str, Any] = json.loads(b"".join(exchange))
        return found
    except OSError as error:
        raise broken(error) from error
    finally:
        exchange.close()
