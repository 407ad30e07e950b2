"""`%docker` commands about containers that are there, from ps to diff.

Each follows the docker CLI's command of the same name (docker/cli cli/command/container).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from dockermagic.commands import removal
from dockermagic.commands.call import FILTER, FORMAT, NO_TRUNC, QUIET, Call, Told, Verb, each_of
from dockermagic.commands.fields.containers import CONTAINERS, CONTAINERS_WITH_SIZE, container_row
from dockermagic.commands.hints import for_container
from dockermagic.commands.listing import Listing, aligned, listed
from dockermagic.containers.events import Verb as Verb_
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS"]

_CHANGES = {0: "C", 1: "A", 2: "D"}


def _ps(call: Call) -> Listing:
    parsed = call.parsed
    last = int(parsed.number("last"))
    last = 1 if parsed.on("latest") and last == -1 else last
    form = parsed.text("format")
    sized = call.on("size") or ".Size" in form or "{{json ." in form  # as JSON, every field is looked at
    found = call.ask(
        "GET",
        "/containers/json",
        all=call.on("all"),
        limit=last if last > 0 else None,
        size=sized or None,
        filters=call.filters(),
    )
    rows = [container_row(item, call.now, whole=call.on("no-trunc")) for item in found]
    return listed(CONTAINERS_WITH_SIZE if call.on("size") else CONTAINERS, rows, found, form, call.on("quiet"))


def _flags(call: Call) -> list[str]:
    """Give the words before the names, as they were typed."""
    first = next((place for place, word in enumerate(call.words) if word in call.names), len(call.words))
    return [word for word in call.words[:first] if word != "--"]


def _simple(path: Verb_, *options: tuple[str, str]) -> Callable[[Call], Told]:
    """Give a command that posts to each container; options are pairs of flag and API parameter, sent when given."""

    def run(call: Call) -> Told:
        parsed = call.parsed
        query = {parameter: str(parsed.values[flag]) for flag, parameter in options if flag in parsed.given}
        typed = parsed.values.get("timeout") if "timeout" in parsed.given else None
        grace = float(typed) if isinstance(typed, int) else None
        # The answer comes when the program has ended, so it may take the whole grace period.
        patience = None if grace is None or grace < 0 or grace > 30 else 90.0

        def act(name: str) -> str:
            if path in ("stop", "kill") and not call.on("host-wide"):
                removal.spare(call, name)
            call.session.told(path, name, f"docker {path} {shlex.join(_flags(call))} {name}".replace("  ", " "), grace)
            call.ask("POST", f"/containers/{named(name)}/{path}", patience=patience, **query)
            return name

        return each_of(call.names, act, lambda error, name: for_container(call, error, name))

    return run


def _wait(call: Call) -> Told:
    def act(name: str) -> str:
        answer = call.ask("POST", f"/containers/{named(name)}/wait", patience=None)
        return str(answer["StatusCode"])

    return each_of(call.names, act, lambda error, name: for_container(call, error, name))


def _rename(call: Call) -> None:
    old, new = call.names
    try:
        call.ask("POST", f"/containers/{named(old)}/rename", name=new)
    except EngineError as error:
        raise EngineError(error.message, for_container(call, error, old), status=error.status) from error


def one_container(call: Call, what: str, **query: Any) -> Any:
    """Ask about the container that was named first (GET /containers/X/...).

    Raises:
        EngineError: there is none of that name, or the engine refuses; with a hint.
    """
    name = call.names[0]
    try:
        return call.ask("GET", f"/containers/{named(name)}/{what}", **query)
    except EngineError as error:
        raise EngineError(error.message, error.hint or for_container(call, error, name), status=error.status) from error


def _port(call: Call) -> Told:
    name, *asked = call.names
    bindings: Mapping[str, Any] = one_container(call, "json")["NetworkSettings"]["Ports"] or {}
    if asked:
        port = asked[0] if "/" in asked[0] else f"{asked[0]}/tcp"
        if not re.fullmatch(r"\d+/(tcp|udp|sctp)", port) or not bindings.get(port):
            inside = ", ".join(key for key, value in bindings.items() if value) or "none"
            raise EngineError(f"No public port '{port}' published for {name}.", f"Published: {inside}.")
        lines = [_address(each) for each in bindings[port]]
    else:
        # Sorted by port number, as the CLI does since 23.
        pairs = sorted(bindings.items(), key=lambda pair: (int(pair[0].split("/")[0]), pair[0]))
        lines = [f"{inside} -> {_address(each)}" for inside, outside in pairs for each in outside or ()]
    return Told("".join(f"{line}\n" for line in lines), bindings)


def _address(binding: Mapping[str, str]) -> str:
    host = binding.get("HostIp") or ""
    return f"[{host}]:{binding['HostPort']}" if ":" in host else f"{host}:{binding['HostPort']}"


def _top(call: Call) -> Told:
    answer = one_container(call, "top", ps_args=" ".join(call.names[1:]) or None)
    lines = ["\t".join(answer["Titles"]), *("\t".join(row) for row in answer["Processes"] or ())]
    return Told(aligned(lines, 20), answer)


def _diff(call: Call) -> Told:
    changes = one_container(call, "changes") or []
    return Told("".join(f"{_CHANGES.get(each['Kind'], '?')} {each['Path']}\n" for each in changes), changes)


_ONE = "CONTAINER [CONTAINER…]"
_ALSO_OTHERS = Flag(
    "host-wide",
    kind="bool",
    ours=True,
    help="Also what no notebook made and its end removes (--rm); without it that is left alone.",
)
_GRACE = Flag(
    "timeout",
    "t",
    "int",
    metavar="SECONDS",
    help="Seconds to wait before the program is killed; -1 for any time.",
    aliases=("time",),
)
_SIGNAL = Flag("signal", "s", metavar="SIGNAL", example="SIGINT", help="Signal that is sent first.")

VERBS = (
    Verb(
        ("ps", "container ls", "container ps", "container list"),
        Command(
            "%docker ps",
            "[OPTIONS]",
            "List containers: those that run, or all of them with -a.",
            (
                Flag("all", "a", "bool", help="Also those that do not run."),
                FILTER,
                FORMAT,
                Flag("last", "n", "int", metavar="N", default=-1, help="The N created last, in any state."),
                Flag("latest", "l", "bool", help="The one created last, in any state."),
                NO_TRUNC,
                QUIET,
                Flag("size", "s", "bool", help="Also how many bytes each has written."),
            ),
            most=0,
            examples=(
                Example("%docker ps -a", "also those that have ended"),
                Example("%docker ps --filter status=exited -q", "only the IDs of those that have ended"),
                Example("%docker ps --format '{{.Names}}: {{.Status}}'", "only what you want to see"),
            ),
        ),
        _ps,
    ),
    Verb(
        ("stop", "container stop"),
        Command(
            "%docker stop",
            f"[OPTIONS] {_ONE}",
            "Stop containers: SIGTERM to the program, then SIGKILL if it is still there after ten seconds.",
            (_SIGNAL, _GRACE, _ALSO_OTHERS),
            least=1,
            examples=(Example("%docker stop -t 2 web", "wait two seconds only"),),
        ),
        _simple("stop", ("signal", "signal"), ("timeout", "t")),
    ),
    Verb(
        ("restart", "container restart"),
        Command("%docker restart", f"[OPTIONS] {_ONE}", "Stop containers and start them again.", (_SIGNAL, _GRACE), least=1),
        _simple("restart", ("signal", "signal"), ("timeout", "t")),
    ),
    Verb(
        ("kill", "container kill"),
        Command(
            "%docker kill",
            f"[OPTIONS] {_ONE}",
            "Send a signal to the program of containers; SIGKILL, which it cannot refuse, when none is named.",
            (Flag("signal", "s", metavar="SIGNAL", example="SIGHUP", help="The signal: SIGHUP, HUP or 1."), _ALSO_OTHERS),
            least=1,
        ),
        _simple("kill", ("signal", "signal")),
    ),
    Verb(
        ("pause", "container pause"),
        Command("%docker pause", _ONE, "Freeze all processes of containers where they are.", (), least=1),
        _simple("pause"),
    ),
    Verb(
        ("unpause", "container unpause"),
        Command("%docker unpause", _ONE, "Let the processes of paused containers go on.", (), least=1),
        _simple("unpause"),
    ),
    Verb(
        ("wait", "container wait"),
        Command("%docker wait", _ONE, "Wait until containers have ended, and print their exit codes.", (), least=1),
        _wait,
    ),
    Verb(
        ("rename", "container rename"),
        Command("%docker rename", "CONTAINER NEW_NAME", "Give a container another name.", (), least=2, most=2),
        _rename,
    ),
    Verb(
        ("port", "container port"),
        Command(
            "%docker port",
            "CONTAINER [PORT[/PROTOCOL]]",
            "List the ports of a container that are published, container -> host.",
            (),
            least=1,
            most=2,
        ),
        _port,
    ),
    Verb(
        ("top", "container top"),
        Command(
            "%docker top",
            "CONTAINER [ps OPTIONS]",
            "List the processes of a container, as the host numbers them.",
            (),
            interspersed=False,
            least=1,
        ),
        _top,
    ),
    Verb(
        ("diff", "container diff"),
        Command(
            "%docker diff",
            "CONTAINER",
            "List what a container has written into its own layer: A added, C changed, D deleted.",
            (),
            least=1,
            most=1,
        ),
        _diff,
    ),
)
