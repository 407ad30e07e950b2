"""`%docker run`, `create`, `exec`, `attach` and `start -a`: programs in containers, from the line to what the cell holds."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from dockermagic.commands.call import Call, Told, Verb, each_of
from dockermagic.commands.follow import in_notebook
from dockermagic.commands.hints import for_container
from dockermagic.commands.output_view import Output, OutputDrawer
from dockermagic.containers import create as creation
from dockermagic.containers import events
from dockermagic.containers.events import CommandGiven
from dockermagic.containers.exec_request import AttachRequest, ExecRequest, read_attach, read_exec
from dockermagic.containers.execs import attach, run_exec
from dockermagic.containers.flags import ATTACH, CREATE, EXEC, RUN
from dockermagic.containers.following import Sink, View
from dockermagic.containers.handle import Lifecycle, LiveContainer
from dockermagic.containers.lifecycle.picture import ContainersDrawer
from dockermagic.containers.model import Containers
from dockermagic.containers.outcome import Outcome
from dockermagic.containers.request import RunRequest, read_run
from dockermagic.containers.run import run
from dockermagic.containers.terminals import exec_terminal, run_terminal
from dockermagic.engine.answers import named
from dockermagic.errors import ContainerFailed, EngineError, RunCancelled, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.views import shown
from dockermagic.views.console import can_open, open_console
from dockermagic.views.show import Line, Quiet, open_view
from dockermagic.views.shown import ShownOnce
from dockermagic.views.standing import open_standing

__all__ = ["RUN_VERB", "VERBS", "stand"]


def _line(call: Call) -> str:
    return shlex.join(call.words)


def _stdin(call: Call, *, interactive: bool) -> bytes:
    """Give the cell as the program's input.

    Raises:
        UsageError: there is a cell, and the program does not read it.
    """
    if call.cell is None:
        return b""
    if not interactive:
        raise UsageError(
            "The cell is what the program reads, and -i is missing: it would read nothing.", "Add -i, or remove the cell."
        )
    return call.cell.encode("utf-8", "surrogateescape")


def _live(call: Call, outcome: Any) -> Any:
    """Give what a learner holds of a container, and keep what was typed for pictures to come; None if there is none."""
    if not isinstance(outcome, Outcome) or not outcome.id:
        return None
    for fact in outcome.container.facts if outcome.container is not None else ():
        if fact.kind == "command":
            call.session.remember(CommandGiven(fact.time, outcome.id, cast(events.Verb, fact.verb), fact.text, fact.number))
    return LiveContainer(call.engine, call.session.watch, outcome.containers, outcome.id)


def _print(stream: int, text: str) -> None:
    out = sys.stderr if stream == 2 else sys.stdout
    out.write(text)
    out.flush()


def _place(call: Call, drawer: Any, *, quiet: bool = False) -> tuple[View, Sink | None]:
    """Give what shows a program: a picture in a notebook, the bare output elsewhere."""
    if in_notebook(call) and not quiet:
        return open_view(drawer, shell=call.shell), None
    return Quiet(), None if quiet else _print


def _carried_out(call: Call, work: Any) -> Any:
    """Do it, and put what a learner can hold into the place of what the layer below knows, also in errors."""
    try:
        outcome = work()
    except (ContainerFailed, RunCancelled) as ended:
        ended.container = _live(call, ended.container)
        raise
    container = _live(call, outcome)
    shown.mark(container)
    return container


def _run(call: Call) -> Any:
    request = read_run(_line(call), call.folder, call.environ)
    if request is None:  # --help was answered before
        raise AssertionError(call.words)
    stdin = _stdin(call, interactive=request.interactive)
    if request.tty and request.interactive and not request.detach and can_open(call.shell):
        return _run_terminal(call, request)
    if request.detach:
        return _run_detached(call, request)
    view, sink = _place(call, ContainersDrawer())
    return _carried_out(
        call, lambda: run(call.engine, request, call.session.watch, view, labels=call.labels, stdin=stdin, sink=sink)
    )


def _run_detached(call: Call, request: RunRequest) -> Any:
    found: list[Outcome] = []

    def work() -> Outcome:
        found.append(run(call.engine, request, call.session.watch, Quiet(), labels=call.labels))
        return found[0]

    container = _carried_out(call, work)
    for warning in found[0].warnings:
        sys.stderr.write(f"WARNING: {warning}\n")
    if in_notebook(call):
        stand(call, [found[0].id], known=found[0].containers)
    else:
        sys.stdout.write(f"{found[0].id}\n")
    return container


def _run_terminal(call: Call, request: RunRequest) -> Any:
    watch = call.session.watch
    id, terminal, _ = run_terminal(call.engine, request, watch, labels=call.labels)
    container = LiveContainer(call.engine, watch, Containers(engine=call.engine.about.title), id)
    watch.inspect(id)  # so that it knows its name at once
    open_console(terminal, shell=call.shell, title=request.name or id[:12], command=f"docker run {request.command}")
    shown.mark(container)
    return container


def stand(call: Call, ids: Sequence[str] | None, known: Containers | None = None) -> Lifecycle:
    """Open a view of containers that goes on after the cell, with its buttons."""
    lifecycle = Lifecycle(call.engine, call.session.watch, ids, known=known)
    lifecycle.learn(ids or [str(each["Id"]) for each in call.ask("GET", "/containers/json", all=True)])
    for given in call.session.given:
        if lifecycle.containers.find(given.id) is not None:
            lifecycle.take(given)
    view = open_standing(ContainersDrawer(), shell=call.shell, act=lifecycle.act)
    lifecycle.follow(view.update)
    return lifecycle


def _create(call: Call) -> Told:
    request = read_run(_line(call), call.folder, call.environ, CREATE)
    if request is None:
        raise AssertionError(call.words)
    made = creation.create(call.engine, request, call.labels)
    call.session.told("create", made.id, f"docker create {request.command}")
    for warning in made.warnings:
        sys.stderr.write(f"WARNING: {warning}\n")
    return Told(f"{made.id}\n", made.id)


class _ExecDrawer:
    """Draws what a program printed, not the container that it ran in."""

    def __init__(self, title: str, command: str) -> None:
        self.title, self.command = title, command
        self.drawer = OutputDrawer("_.output")

    def _output(self, model: Containers, how: str) -> Output:
        log = next((each.output for each in model if each.output), None)
        last = next((each.execs[-1].exit_code for each in model if each.execs), None) if how else None
        output = Output(self.title, self.command, how=how, exit_code=last)
        return replace(output, log=log) if log is not None else output

    def html(self, model: Containers, now: float) -> str:
        """Give the markup of the live view."""
        return self.drawer.html(self._output(model, ""), now)

    def bundle(self, model: Containers) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return self.drawer.bundle(self._output(model, "ended"))

    def text(self, model: Containers, now: float, width: int) -> str:
        """Give the output as text."""
        return self.drawer.text(self._output(model, ""), now, width)

    def rows(self, model: Containers, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the output as lines of a terminal."""
        return self.drawer.rows(self._output(model, ""), now, width, height)

    def lines(self, old: Containers | None, new: Containers) -> Sequence[str]:
        """Give what is new, as lines."""
        return []

    def busy(self, model: Containers) -> bool:
        """Nothing in it changes with time alone."""
        return False


class Printed(ShownOnce):
    """What a program in a container printed: `.output`, `.logs()`, `.exit_code`; `.container` is where it ran."""

    def __init__(self, command: str, outcome: Outcome, container: Any) -> None:
        self.command, self.container, self.exit_code = command, container, outcome.exit_code
        found = next((each.output for each in outcome.containers if each.output), None)
        self.output = found.text() if found is not None else ""

    def logs(self) -> str:
        """Give what it printed."""
        return self.output

    def __repr__(self) -> str:
        return f"<{self.command}: exit code {self.exit_code}>"


def _printing(call: Call, request: ExecRequest | AttachRequest, command: str, work: Any) -> Any:
    view, sink = _place(
        call, _ExecDrawer(f"In {request.container}", command), quiet=isinstance(request, ExecRequest) and request.detach
    )
    kept: list[tuple[int, str]] = []

    def both(stream: int, text: str) -> None:
        kept.append((stream, text))
        del kept[:-10_000]
        _print(stream, text)

    try:
        outcome = work(view, both if sink is not None else None)
    except (ContainerFailed, RunCancelled) as ended:
        outcome = ended.container
        ended.container = Printed(command, outcome, _live(call, outcome)) if isinstance(outcome, Outcome) else None
        raise
    printed = Printed(command, outcome, _live(call, outcome))
    printed.output = printed.output or "".join(text for _, text in kept)
    shown.mark(printed)
    return printed


def _exec(call: Call) -> Any:
    request = read_exec(_line(call), call.folder, call.environ)
    if request is None:
        raise AssertionError(call.words)
    stdin = _stdin(call, interactive=request.interactive)
    command = f"docker exec {request.command}"
    if request.tty and request.interactive and not request.detach and can_open(call.shell):
        _, terminal, _ = exec_terminal(call.engine, request)
        open_console(terminal, shell=call.shell, title=request.container, command=command)
        return None
    watch = call.session.watch
    return _printing(call, request, command, lambda view, sink: run_exec(call.engine, request, watch, view, stdin=stdin, sink=sink))


def _attach(call: Call) -> Any:
    request = read_attach(_line(call))
    if request is None:
        raise AssertionError(call.words)
    stdin = _stdin(call, interactive=not request.no_stdin)
    watch = call.session.watch
    return _printing(
        call,
        request,
        f"docker attach {request.container}",
        lambda view, sink: attach(call.engine, request, watch, view, stdin=stdin, sink=sink),
    )


def _start(call: Call) -> Any:
    attached = call.on("attach") or call.on("interactive")
    if attached and len(call.names) != 1:
        raise UsageError("Only one container can be attached to at a time.", "Leave -a out, or name one container.")

    def act(name: str) -> str:
        call.session.told("start", name, f"docker start {name}")
        call.ask("POST", f"/containers/{named(name)}/start", patience=None)
        return name

    told = each_of(call.names, act, lambda error, name: for_container(call, error, name))
    if not attached:
        return told
    request = AttachRequest(call.names[0], no_stdin=not call.on("interactive"))
    stdin = _stdin(call, interactive=call.on("interactive"))
    watch = call.session.watch
    try:
        return _printing(
            call,
            request,
            f"docker start -a {call.names[0]}",
            lambda view, sink: attach(call.engine, request, watch, view, stdin=stdin, sink=sink),
        )
    except ContainerFailed as failed:
        if failed.exit_code == 1 and "does not run" in failed.message:  # it had ended before it could be attached to
            return told
        raise
    except EngineError as error:
        raise EngineError(error.message, error.hint or for_container(call, error, call.names[0]), status=error.status) from error


RUN_VERB = Verb(("run", "container run"), RUN, _run, makes=True)

VERBS = (
    RUN_VERB,
    Verb(("create", "container create"), CREATE, _create, makes=True),
    Verb(("exec", "container exec"), EXEC, _exec),
    Verb(("attach", "container attach"), ATTACH, _attach),
    Verb(
        ("start", "container start"),
        Command(
            "%docker start",
            "[OPTIONS] CONTAINER [CONTAINER…]",
            "Start containers that were created, or have ended.",
            (
                Flag("attach", "a", "bool", help="show what the program prints, until it ends"),
                Flag("interactive", "i", "bool", help="the cell is what the program reads"),
            ),
            least=1,
            examples=(Example("%docker start -a clock", "and show what it prints"),),
        ),
        _start,
    ),
)
