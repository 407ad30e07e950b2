"""Carrying `docker run` out, as the docker command line does: create, attach, start, listen, wait.

1. What is attached is listened to until its end; then the program's end is waited for, and with --rm the container's, too.
2. `-d` returns when the program has started.
3. Interrupted before it was started, the container is removed again; later, see `interrupting`.

Source: docker/cli, cli/command/container/run.go and utils.go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dockermagic.containers import events as ev
from dockermagic.containers.create import check_ports, create
from dockermagic.containers.following import Follower, Sink, Worker, followed
from dockermagic.containers.interrupting import CtrlC
from dockermagic.containers.model import Container, Containers
from dockermagic.containers.outcome import Outcome, judge
from dockermagic.containers.refusals import explained
from dockermagic.containers.request import RunRequest
from dockermagic.containers.roles import View
from dockermagic.containers.streams import Attached, attach_path, hijack, post
from dockermagic.containers.waiting import Waiting
from dockermagic.errors import EngineError, UsageError
from dockermagic.interrupts import Interrupts

if TYPE_CHECKING:
    from dockermagic.containers.watch import Watch
    from dockermagic.engine import Engine


def run(
    engine: Engine,
    request: RunRequest,
    watch: Watch,
    view: View,
    *,
    labels: Iterable[tuple[str, str]] = (),
    stdin: bytes = b"",
    sink: Sink | None = None,
) -> Outcome:
    """Run a container, and show it meanwhile.

    Parameters:
        watch: the engine's watch, which tells the facts of the container's life.
        view: what shows it; it is closed in every case.
        labels: those of the session.
        stdin: what the program reads (`-i`); its end is the end of the program's input.
        sink: takes all output as it comes; without one the view shows the part that is kept.

    Raises:
        UsageError: a terminal is asked for; `run_terminal` gives one.
        ContainerFailed: it could not be made or started, or ended with an exit code that is no success; carries the `Outcome`.
        RunCancelled: it was interrupted; carries the `Outcome`.
    """
    if request.tty and "stdin" in request.attach:
        raise UsageError("the input device is not a TTY", "There is no terminal here: leave -t out.")
    running = _Running(request, dict(labels), stdin)
    worker = Worker(engine, watch, running.work, sink=sink is not None, whole="c.logs()")
    answer = CtrlC(worker, request.name, leaves=request.detach or not request.sig_proxy)
    follower = Follower(worker, Containers(engine=engine.about.title), view, answer, sink)
    with Interrupts() as interrupts:
        followed(follower, interrupts, lambda each: _settled(each, worker, request))
    outcome = Outcome(worker.id, follower.containers, follower.container, worker.exit_code, worker.warnings)
    judge(outcome, worker, f"docker run {request.command}", request, answer.told())
    return outcome


def _settled(container: Container, worker: Worker, request: RunRequest) -> bool:
    """Say whether the facts of the end have arrived."""
    if request.auto_remove and (worker.exit_code is not None or worker.error is not None):
        return container.state == "removed"
    if worker.exit_code is None:
        # Let go of while it runs: that it was started may still be on its way here.
        return (worker.error is not None and not worker.running.is_set()) or container.state != "created"
    return not container.alive


class _Running:
    """The worker's part of one run."""

    def __init__(self, request: RunRequest, labels: dict[str, str], stdin: bytes) -> None:
        self.request, self.labels, self.stdin = request, labels, stdin

    def work(self, worker: Worker) -> None:
        request, engine = self.request, worker.engine
        given = worker.watch.now()
        check_ports(engine, request)
        made = create(engine, request, self.labels.items(), worker.tell, worker.hold)
        worker.found(made.id)
        with contextlib.suppress(EngineError, OSError):
            worker.watch.inspect(made.id)  # a program may end sooner than the watch would ask what is running
        worker.warnings = made.warnings
        worker.tell(ev.CommandGiven(given, made.id, "run", f"docker run {request.command}"))
        if worker.cancelled.is_set():
            _remove(engine, made.id)
            return
        attached: Attached | None = None
        waiting: Waiting | None = None
        asked = worker.watch.now()
        try:
            if request.attach:
                # Podman prepares the program when it is attached to, so that may fail as a start does.
                attached = self._attach(worker)
                waiting = Waiting(engine, made.id, removed=request.auto_remove)
            post(engine, f"/containers/{made.id}/start", timeout=None)
            if worker.begin():
                self._listen(worker, attached, waiting)
            else:
                _remove(engine, made.id)
        except EngineError as error:
            if worker.running.is_set():
                raise
            failed = explained(error, request)
            worker.tell(ev.StartFailed(asked, made.id, failed.message, failed.exit_code))
            raise failed from error
        finally:
            worker.release()
            if waiting is not None:
                waiting.close()

    def _listen(self, worker: Worker, attached: Attached | None, waiting: Waiting | None) -> None:
        if attached is None or waiting is None:
            return
        if "stdin" in self.request.attach:
            attached.send(self.stdin)
        worker.listen(attached, tty=self.request.tty)
        worker.exit_code = waiting.exit_code(worker.watch, worker.hold)

    def _attach(self, worker: Worker) -> Attached:
        streams = {name: name in self.request.attach for name in ("stdin", "stdout", "stderr")}
        path = attach_path(worker.id, **streams, detach_keys=self.request.detach_keys)
        return worker.attach(Attached(hijack(worker.engine, path)))


def _remove(engine: Engine, id: str) -> None:
    """Remove a container that was never started (DELETE /containers/{id})."""
    exchange = engine.exchange(30.0)
    with contextlib.suppress(EngineError, OSError):
        exchange.send("DELETE", engine.path(f"/containers/{id}?v=1&force=1"))
    exchange.close()
