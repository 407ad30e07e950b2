"""`%docker events` and `%docker stats`: answers that go on until they are interrupted.

Sources: docker/cli cli/command/system/events.go, cli/command/container/stats.go.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from dockermagic.commands.call import FILTER, FORMAT, NO_TRUNC, Call, Told, Verb
from dockermagic.commands.fields.usage import STATS, stats_row
from dockermagic.commands.follow import asked, follow, in_notebook
from dockermagic.commands.hints import for_container
from dockermagic.commands.listing import Listing, listed
from dockermagic.commands.output_view import Output, OutputDrawer
from dockermagic.commands.page_markup import PagesDrawer
from dockermagic.commands.pages import Pages, list_page
from dockermagic.commands.template_functions import go_json
from dockermagic.commands.templates import render
from dockermagic.engine.answers import named
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.views.show import Line

__all__ = ["VERBS", "moment"]

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def moment(text: str, now: float, flag: str) -> str:
    """Read a time as --since and --until take it, and give seconds since the epoch as text.

    Parameters:
        text: a date, seconds since the epoch, or how long ago: "2026-03-01T10:00:00", "1700000000", "10m".

    Raises:
        UsageError: it is none of these.
    """
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return text
    if text and _LENGTH.sub("", text) == "":
        return f"{now - sum(float(number) * _SECONDS[unit] for number, unit in _LENGTH.findall(text)):.9f}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f'{flag}: "{text}" is no time.', f"For example: {flag} 10m, or {flag} {datetime.now().isoformat(timespec='seconds')}"
        ) from None
    return f"{found.timestamp():.9f}"  # without a zone it is local time, as with the CLI


def _json_lines(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of an answer, one a line or with nothing between them."""
    decoder, rest = json.JSONDecoder(), ""
    for data in exchange:
        rest = (rest + data.decode("utf-8", "replace")).lstrip()
        while rest:
            try:
                found, end = decoder.raw_decode(rest)
            except (ValueError, RecursionError):
                break
            rest = rest[end:].lstrip()
            if isinstance(found, dict):
                yield found


def event_text(event: Mapping[str, Any]) -> str:
    """Give an event as the CLI prints it: time, type, action, id, attributes."""
    nano = int(event.get("timeNano") or int(event.get("time") or 0) * 1_000_000_000)
    when = (datetime.fromtimestamp(0, UTC) + timedelta(seconds=nano // 1_000_000_000)).astimezone()
    zone = when.strftime("%z")
    offset = "Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:]}"
    actor = event.get("Actor") or {}
    pairs = ", ".join(f"{name}={value}" for name, value in sorted((actor.get("Attributes") or {}).items()))
    stamp = f"{when:%Y-%m-%dT%H:%M:%S}.{nano % 1_000_000_000:09}{offset}"
    return f"{stamp} {event.get('Type')} {event.get('Action')} {actor.get('ID')}" + (f" ({pairs})" if pairs else "")


def _events(call: Call) -> Output | Told:
    parsed = call.parsed
    form = parsed.text("format")
    query = {"filters": call.filters()}
    for name in ("since", "until"):
        if parsed.text(name):
            query[name] = moment(parsed.text(name), call.now, f"--{name}")

    def line(event: Mapping[str, Any]) -> str:
        if not form:
            return event_text(event)
        return go_json(event) if form in ("json", "{{json .}}") else render(form, event)

    def source(hold: Callable[[Exchange], None]) -> Iterator[Callable[[Output, float], Output]]:
        with asked(call, "GET", f"/events?{urlencode(query)}", hold) as exchange:
            for event in _json_lines(exchange):
                text = f"{line(event)}\n"
                yield lambda output, _, text=text: output.more(1, text)  # type: ignore[misc]  # a default, to keep this text

    if not in_notebook(call) or query.get("until"):
        kept = Output("events", "docker events")
        for change in source(lambda _: None):
            kept = change(kept, 0.0)
            if not query.get("until"):
                print(kept.log.last(1)[-1][1], end="", flush=True)  # noqa: T201  # this is the answer, as it comes
        return Told(kept.text if query.get("until") else "", kept.text)
    return follow(call, source, Output("What happens on this engine", " ".join(["docker", "events", *call.words])), OutputDrawer())


@dataclass(frozen=True)
class _Usage:
    """What containers use now; `how` as in `Output`."""

    names: tuple[str, ...]
    readings: Mapping[str, Mapping[str, Any]]
    whole: bool
    how: str = ""

    def listing(self) -> Listing:
        """Give it as the list that the CLI prints."""
        rows = [stats_row(self.readings.get(name) or {}, name, whole=self.whole) for name in self.names]
        return listed(STATS, rows, [dict(self.readings.get(name) or {}) for name in self.names])

    def ended(self, now: float, how: str) -> _Usage:
        """Give it at its end."""
        return replace(self, how=how)


class _UsageDrawer:
    """Draws what containers use as a table that changes."""

    def _pages(self, model: _Usage) -> tuple[Pages, PagesDrawer]:
        listing = model.listing()
        return Pages(list_page(listing, "docker stats")), PagesDrawer(listing.text)

    def html(self, model: _Usage, now: float) -> str:
        """Give the markup; the rows keep their order, so that they can be read while they change."""
        pages, drawer = self._pages(model)
        return drawer.still(pages)

    def bundle(self, model: _Usage) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        pages, drawer = self._pages(model)
        return drawer.bundle(pages)

    def text(self, model: _Usage, now: float, width: int) -> str:
        """Give the table as the command line prints it."""
        return model.listing().text.rstrip("\n")

    def rows(self, model: _Usage, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the table as lines of a terminal."""
        return [[(line, "")] for line in self.text(model, now, width).split("\n")]

    def lines(self, old: _Usage | None, new: _Usage) -> Sequence[str]:
        """Give the table at its end only."""
        return self.text(new, 0.0, 0).split("\n") if new.how else []

    def busy(self, model: _Usage) -> bool:
        """Nothing in it changes with time alone."""
        return False


def _stats(call: Call) -> Any:
    names = call.names
    if not names:
        found = call.ask("GET", "/containers/json", all=call.on("all"))
        names = tuple(str(item["Names"][0]).removeprefix("/") for item in found)
    whole = call.on("no-trunc")
    if call.on("no-stream") or not names:
        readings = {name: _reading(call, name) for name in names}
        usage = _Usage(names, readings, whole).listing()
        return listed(STATS, usage.rows, usage.data, call.parsed.text("format"))

    def source(hold: Callable[[Exchange], None]) -> Iterator[Callable[[_Usage, float], _Usage]]:
        # Asked one after the other, so that one connection is enough: each answer takes the engine a second or two of measuring.
        while True:
            for name in names:
                with asked(call, "GET", f"/containers/{named(name)}/stats?stream=0", hold) as exchange:
                    reading = next(_json_lines(exchange), {})
                yield lambda usage, _, name=name, reading=reading: replace(  # type: ignore[misc]  # defaults, to keep these
                    usage, readings={**usage.readings, name: reading}
                )
            time.sleep(0.2)

    for name in names:
        _reading(call, name, one_shot=True)  # a wrong name is told before anything is shown
    return follow(call, source, _Usage(names, {}, whole), _UsageDrawer()).listing()


def _reading(call: Call, name: str, *, one_shot: bool = False) -> dict[str, Any]:
    try:
        return dict(call.ask("GET", f"/containers/{named(name)}/stats", stream=False, **{"one-shot": one_shot or None}))
    except EngineError as error:
        raise EngineError(error.message, for_container(call, error, name), status=error.status) from error


VERBS = (
    Verb(
        ("events", "system events"),
        Command(
            "%docker events",
            "[OPTIONS]",
            "Show what happens on this engine, as it happens; ■ (interrupt) ends it.",
            (
                FILTER,
                FORMAT,
                Flag("since", metavar="TIME", example="10m", help="Also what happened since then: 10m, or a date."),
                Flag("until", metavar="TIME", example="0s", help="End then; with a time that is past, nothing is waited for."),
            ),
            most=0,
            examples=(Example("%docker events --since 10m --until 0s", "what happened in the last ten minutes"),),
        ),
        _events,
    ),
    Verb(
        ("stats", "container stats"),
        Command(
            "%docker stats",
            "[OPTIONS] [CONTAINER…]",
            "Show what containers use of processor, memory, network and disk, as it changes; ■ (interrupt) ends it.",
            (
                Flag("all", "a", "bool", help="Also those that do not run."),
                FORMAT,
                Flag("no-stream", kind="bool", help="One reading only."),
                NO_TRUNC,
            ),
        ),
        _stats,
    ),
)
