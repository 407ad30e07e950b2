"""`%docker exec`, `attach` and `start -a`: what programs in containers print, on a page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dockermagic.commands.call import Call, Verb, each_of
from dockermagic.commands.hints import for_container
from dockermagic.commands.output_view import Output, OutputDrawer
from dockermagic.commands.running import live, place, print_piece, stdin_of
from dockermagic.containers.exec_request import AttachRequest, ExecRequest, read_attach, read_exec
from dockermagic.containers.execs import attach, run_exec
from dockermagic.containers.flags import ATTACH, EXEC
from dockermagic.containers.model import Containers
from dockermagic.containers.outcome import Outcome
from dockermagic.containers.request import ok_exits
from dockermagic.containers.terminals import exec_terminal
from dockermagic.engine.answers import named
from dockermagic.errors import ContainerFailed, RunCancelled, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.views import shown
from dockermagic.views.console import can_open, open_console
from dockermagic.views.show import Line
from dockermagic.views.shown import ShownOnce

__all__ = ["VERBS", "Printed"]


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
    view, sink = place(
        call, _ExecDrawer(f"In {request.container}", command), quiet=isinstance(request, ExecRequest) and request.detach
    )
    kept: list[tuple[int, str]] = []

    def both(stream: int, text: str) -> None:
        kept.append((stream, text))
        del kept[:-10_000]
        print_piece(stream, text)

    try:
        outcome = work(view, both if sink is not None else None)
    except (ContainerFailed, RunCancelled) as ended:
        outcome = ended.container
        ended.container = Printed(command, outcome, live(call, outcome)) if isinstance(outcome, Outcome) else None
        raise
    printed = Printed(command, outcome, live(call, outcome))
    printed.output = printed.output or "".join(text for _, text in kept)
    shown.mark(printed)
    return printed


def _exec(call: Call) -> Any:
    request = read_exec(shlex.join(call.words), call.folder, call.environ)
    if request is None:
        raise AssertionError(call.words)
    stdin = stdin_of(call, interactive=request.interactive)
    command = f"docker exec {request.command}"
    if request.tty and request.interactive and not request.detach and can_open(call.shell):
        _, terminal, _ = exec_terminal(call.engine, request)
        open_console(terminal, shell=call.shell, title=request.container, command=command)
        return None
    watch = call.session.watch
    return _printing(call, request, command, lambda view, sink: run_exec(call.engine, request, watch, view, stdin=stdin, sink=sink))


def _attach(call: Call) -> Any:
    request = read_attach(shlex.join(call.words))
    if request is None:
        raise AssertionError(call.words)
    return _attached(call, request, f"docker attach {request.container}", stdin_of(call, interactive=not request.no_stdin))


def _attached(call: Call, request: AttachRequest, command: str, stdin: bytes) -> Any:
    watch = call.session.watch
    return _printing(call, request, command, lambda view, sink: attach(call.engine, request, watch, view, stdin=stdin, sink=sink))


def _start(call: Call) -> Any:
    attached = call.on("attach") or call.on("interactive")
    if not attached:

        def act(name: str) -> str:
            call.session.told("start", name, f"docker start {name}")
            call.ask("POST", f"/containers/{named(name)}/start", patience=None)
            return name

        return each_of(call.names, act, lambda error, name: for_container(call, error, name))
    if len(call.names) != 1:
        raise UsageError("Only one container can be attached to at a time.", "Leave -a out, or name one container.")
    command = f"docker start {shlex.join(call.words)}"
    call.session.told("start", call.names[0], command)
    request = AttachRequest(
        call.names[0],
        start=True,
        no_stdin=not call.on("interactive"),
        ok_exits=ok_exits(call.parsed),
        raises=not call.on("no-raise"),
    )
    return _attached(call, request, command, stdin_of(call, interactive=call.on("interactive")))


VERBS = (
    Verb(("exec", "container exec"), EXEC, _exec, reads_cell=True),
    Verb(("attach", "container attach"), ATTACH, _attach, reads_cell=True),
    Verb(
        ("start", "container start"),
        Command(
            "%docker start",
            "[OPTIONS] CONTAINER [CONTAINER…]",
            "Start containers that were created, or have ended.",
            (
                Flag("attach", "a", "bool", help="Show what the program prints, until it ends."),
                *(flag for flag in ATTACH.flags if flag.long in ("ok-exit", "no-raise")),
                Flag("interactive", "i", "bool", help="The cell is what the program reads."),
            ),
            least=1,
            examples=(Example("%docker start -a clock", "and show what it prints"),),
        ),
        _start,
        reads_cell=True,
    ),
)
