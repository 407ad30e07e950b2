"""`%docker logs`. Source: docker/cli cli/command/container/logs.go; Engine API GET /containers/{id}/logs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from dockermagic.commands.call import Call, Told, Verb
from dockermagic.commands.containers import one_container
from dockermagic.commands.follow import asked, follow, in_notebook
from dockermagic.commands.output_view import Output, OutputDrawer
from dockermagic.commands.streams import moment
from dockermagic.containers.frames import Frames
from dockermagic.engine.answers import named
from dockermagic.engine.http import Exchange
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS"]


def _logs(call: Call) -> Any:
    parsed = call.parsed
    tail = parsed.text("tail")
    if not re.fullmatch(r"all|-?\d+", tail):
        raise UsageError(f'--tail: "{tail}" is no number of lines.', "For example: --tail 20, or --tail all")
    query = {"stdout": "1", "stderr": "1", "tail": tail}
    query |= {name: "1" for name in ("follow", "timestamps", "details") if parsed.on(name)}
    for name in ("since", "until"):
        if parsed.text(name):
            query[name] = moment(parsed.text(name), call.now, f"--{name}")
    found = one_container(call, "json")
    path = f"/containers/{named(str(found['Id']))}/logs?{urlencode(query)}"

    def pieces(hold: Callable[[Exchange], None]) -> Iterator[tuple[int, str]]:
        frames = Frames(tty=bool((found.get("Config") or {}).get("Tty")))
        with asked(call, "GET", path, hold) as exchange:
            for data in exchange:
                yield from frames.feed(data)
            yield from frames.close()

    def changes(hold: Callable[[Exchange], None]) -> Iterator[Callable[[Output, float], Output]]:
        for stream, text in pieces(hold):
            yield lambda output, _, stream=stream, text=text: output.more(stream, text)  # type: ignore[misc]  # defaults, to keep these

    if in_notebook(call):
        name = str(found.get("Name") or call.names[0]).removeprefix("/")
        return follow(call, changes, Output(f"Output of {name}", " ".join(["docker", "logs", *call.words])), OutputDrawer())
    kept = Output(call.names[0], "docker logs")
    for stream, text in pieces(lambda _: None):
        out = sys.stderr if stream == 2 else sys.stdout
        out.write(text)
        out.flush()
        kept = kept.more(stream, text)
    return Told("", kept.text)


VERBS = (
    Verb(
        ("logs", "container logs"),
        Command(
            "%docker logs",
            "[OPTIONS] CONTAINER",
            "Show what the program of a container has printed.",
            (
                Flag("details", kind="bool", help="Also what the logging driver was told to add."),
                Flag("follow", "f", "bool", help="Go on as it prints more; ■ (interrupt) ends it."),
                Flag("since", metavar="TIME", example="10m", help="Only since then: 10m, or a date."),
                Flag("tail", "n", metavar="N", default="all", help="Only the last N lines."),
                Flag("timestamps", "t", "bool", help="With the time of each line."),
                Flag("until", metavar="TIME", example="10m", help="Only until then."),
            ),
            least=1,
            most=1,
            examples=(Example("%docker logs --tail 20 web", "the last lines"), Example("%docker logs -f web", "and what comes")),
        ),
        _logs,
    ),
)
