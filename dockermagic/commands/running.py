"""`%docker run`, `create`, `exec`, `attach` and `start -a`: programs in containers, from the line to what the cell holds."""

from __future__ import annotations

import contextlib
import shlex
import sys
import threading
from collections.abc import Sequence
from typing import Any, cast

from dockermagic.commands import removal
from dockermagic.commands.call import Call, Told, Verb
from dockermagic.commands.follow import in_notebook
from dockermagic.containers import create as creation
from dockermagic.containers import events
from dockermagic.containers.events import CommandGiven
from dockermagic.containers.flags import CREATE, RUN
from dockermagic.containers.following import Sink
from dockermagic.containers.handle import Lifecycle, LiveContainer
from dockermagic.containers.lifecycle.picture import ContainersDrawer
from dockermagic.containers.model import Containers
from dockermagic.containers.outcome import Outcome
from dockermagic.containers.request import RunRequest, read_run
from dockermagic.containers.roles import View
from dockermagic.containers.run import run
from dockermagic.containers.terminals import run_terminal
from dockermagic.engine.answers import named
from dockermagic.errors import ContainerFailed, EngineError, RunCancelled, UsageError
from dockermagic.views import shown
from dockermagic.views.console import can_open, open_console
from dockermagic.views.show import Quiet, open_view
from dockermagic.views.standing import open_standing
from dockermagic.views.tap import tapped

__all__ = ["RUN_VERB", "VERBS", "live", "place", "print_piece", "stand", "stdin_of"]


def _line(call: Call) -> str:
    return shlex.join(call.words)


def stdin_of(call: Call, *, interactive: bool) -> bytes:
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


def live(call: Call, outcome: Any) -> Any:
    """Give what a learner holds of a container, and keep what was typed for pictures to come; None if there is none."""
    if not isinstance(outcome, Outcome) or not outcome.id:
        return None
    try:
        watch = call.session.watch
    except EngineError:  # it went away while the program ran: what became of the program is to be told
        return None
    for fact in outcome.container.facts if outcome.container is not None else ():
        if fact.kind == "command":
            call.session.remember(CommandGiven(fact.time, outcome.id, cast(events.Verb, fact.verb), fact.text, fact.number))
    container = LiveContainer(call.engine, watch, outcome.containers, outcome.id)
    with contextlib.suppress(EngineError, OSError):  # what is known of it is enough where the engine went away
        watch.inspect(outcome.id)  # its ports and mounts are there at once
    return container


def print_piece(stream: int, text: str) -> None:
    """Print a piece of output as it comes; stream 2 is stderr."""
    out = sys.stderr if stream == 2 else sys.stdout
    out.write(text)
    out.flush()


def place(call: Call, drawer: Any, *, quiet: bool = False) -> tuple[View, Sink | None]:
    """Give what shows a program: a picture in a notebook, the bare output elsewhere."""
    if in_notebook(call) and not quiet:
        return open_view(drawer, shell=call.shell), None
    return (Quiet(), None) if quiet else (tapped(Quiet(), drawer), print_piece)


def _carried_out(call: Call, work: Any) -> Any:
    """Do it, and put what a learner can hold into the place of what the layer below knows, also in errors."""
    try:
        outcome = work()
    except (ContainerFailed, RunCancelled) as ended:
        ended.container = live(call, ended.container)
        raise
    container = live(call, outcome)
    shown.mark(container)
    return container


def _run(call: Call) -> Any:
    request = read_run(_line(call), call.folder, call.environ)
    if request is None:  # --help was answered before
        raise AssertionError(call.words)
    stdin = stdin_of(call, interactive=request.interactive)
    _own_volumes(call, request)
    if request.tty and request.interactive and not request.detach and can_open(call.shell):
        return _run_terminal(call, request)
    if request.detach:
        return _run_detached(call, request)
    view, sink = place(call, ContainersDrawer(front=True))
    return _carried_out(
        call, lambda: run(call.engine, request, call.session.watch, view, labels=call.labels, stdin=stdin, sink=sink)
    )


def _own_volumes(call: Call, request: RunRequest) -> None:
    """Make the named volumes that are not there yet: the engine would make them without the labels that tell whose they are.

    A volume with a driver or options of its own is left to the engine.
    """
    host = request.body.get("HostConfig") or {}
    names = [str(bind).split(":", 1)[0] for bind in host.get("Binds") or () if not str(bind).startswith(("/", ".", "~", "\\"))]
    names += [
        str(mount["Source"])
        for mount in host.get("Mounts") or ()
        if mount.get("Type") == "volume" and mount.get("Source") and not mount.get("VolumeOptions")
    ]
    for name in dict.fromkeys(names):
        if len(name) < 2 or (len(name) > 1 and name[1:2] == ":"):  # a drive of Windows
            continue
        try:
            call.ask("GET", f"/volumes/{named(name)}")
        except EngineError as error:
            if error.status == 404:
                call.ask("POST", "/volumes/create", body={"Name": name, "Labels": dict(call.labels)})


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
    given = watch.now()
    id, terminal, _ = run_terminal(call.engine, request, watch, labels=call.labels)
    container = LiveContainer(call.engine, watch, Containers(engine=call.engine.about.title), id)
    call.session.remember(CommandGiven(given, id, "run", f"docker run {request.command}"))
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

    def act(do: str) -> None:
        if do.startswith("rm "):
            removal.guard(call, do.removeprefix("rm "))
        elif do.startswith(("stop ", "kill ")):
            removal.spare(call, do.split(" ", 1)[1])
        lifecycle.act(do)

    view = open_standing(ContainersDrawer(), shell=call.shell, act=act)

    def show(containers: Containers) -> None:
        view.update(containers)
        if view.closed:  # printed, or its cell was run again: nobody looks any more
            # Not here: whoever tells holds what closing waits for.
            threading.Thread(target=lifecycle.close, name="dockermagic closing", daemon=True).start()

    call.session.hold(lifecycle)
    lifecycle.follow(show)
    return lifecycle


def _create(call: Call) -> Told:
    request = read_run(_line(call), call.folder, call.environ, CREATE)
    if request is None:
        raise AssertionError(call.words)
    _own_volumes(call, request)
    made = creation.create(call.engine, request, call.labels)
    call.session.told("create", made.id, f"docker create {request.command}")
    for warning in made.warnings:
        sys.stderr.write(f"WARNING: {warning}\n")
    return Told(f"{made.id}\n", made.id)


RUN_VERB = Verb(("run", "container run"), RUN, _run, makes=True, reads_cell=True)

VERBS = (
    RUN_VERB,
    Verb(("create", "container create"), CREATE, _create, makes=True),
)
