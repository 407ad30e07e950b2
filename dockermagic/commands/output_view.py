"""A program's output, or the engine's events, on a page: model and picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import htpy as h

from dockermagic.log import Log
from dockermagic.views.hostile import one_line
from dockermagic.views.logs import log_details
from dockermagic.views.look import Look
from dockermagic.views.output import log_part
from dockermagic.views.screen import shown_lines
from dockermagic.views.show import Line
from dockermagic.views.shown import ShownOnce
from dockermagic.views.units import plural

__all__ = ["Output", "OutputDrawer"]

_LIVE = {"lines": 400, "chars": 32_000}
_SAVED = {"lines": 1000, "chars": 200_000}
_STATES = {
    "": ("running", "►", "following"),
    "ended": ("succeeded", "✓", "all of it"),
    "interrupted": ("note", "■", "not followed any more"),
}


@dataclass(frozen=True)
class Output(ShownOnce):
    """What was printed.

    Parameters:
        title: what it is of; `command`: the docker command that shows it.
        log: its end, as much as is kept; `.text` gives it.
        how: how it ended: "" while it goes on.
        exit_code: the program's, where one is known.
    """

    title: str
    command: str
    log: Log = field(default_factory=Log)
    how: str = ""
    exit_code: int | None = None

    @property
    def text(self) -> str:
        """All of it that is kept."""
        return self.log.text()

    def more(self, stream: int, text: str) -> Output:
        """Give it with more at its end."""
        return replace(self, log=self.log.append(stream, text).newest())

    def ended(self, now: float, how: str) -> Output:
        """Give it at its end."""
        return replace(self, how=how)

    def __repr__(self) -> str:
        return f"<{self.command}: {plural(self.log.lines, 'line')}>"


class OutputDrawer:
    """Draws an output; `source` is the expression that holds it all."""

    def __init__(self, source: str = "_.text") -> None:
        self.source = source

    def html(self, model: Output, now: float) -> str:
        """Give the markup of the live view."""
        return self._markup(model, Look(inline=False), _LIVE)

    def bundle(self, model: Output) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return {
            "text/html": self._markup(model, Look(inline=True), _SAVED),
            "text/plain": self.text(model, 0.0, 0) or "Nothing was printed.",
        }

    def _markup(self, model: Output, look: Look, room: Mapping[str, int]) -> str:
        part = log_part(model.log, self.source, lines=room["lines"], chars=room["chars"], opened=True, errors_apart=True)
        role, glyph, word = _STATES.get(model.how, ("failed", "✗", "broken off"))
        if model.exit_code is not None:
            role, glyph = ("failed", "✗") if model.exit_code else ("succeeded", "✓")
            word = f"exit code {model.exit_code}"
        errors = any(stream == 2 for stream, _ in model.log.last(room["lines"]))
        return str(
            h.section(look("root"), aria_label=model.title)[
                h.header(look("header"))[
                    h.span(look("pill", f"pill-{role}"), role="status")[
                        h.span(look("glyph", f"ink-{role}"), aria_hidden="true")[glyph], " ", word
                    ],
                    h.strong(look("title"))[one_line(model.title, 120)],
                    h.span(look("aside"))[h.code(look("code"))[one_line(model.command, 160)]],
                ],
                log_details(part, "o", look) if part is not None else h.p(look("muted"))["Nothing was printed."],
                errors and h.p(look("muted"))["Slanted lines were printed to stderr."],
            ]
        )

    def text(self, model: Output, now: float, width: int) -> str:
        """Give the end of the output as text."""
        part = log_part(model.log, self.source, lines=1000, chars=200_000, opened=True)
        return "\n".join("".join(text for text, _ in line) for line in part.lines) if part is not None else ""

    def rows(self, model: Output, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the lines that fit a terminal."""
        lines = [[(line, "")] for line in self.text(model, now, width).split("\n")]
        return lines[-height:] if height else lines

    def lines(self, old: Output | None, new: Output) -> Sequence[str]:
        """Give what is new, as lines."""
        known = len(old.log.text()) if old is not None else 0
        return ["".join(text for text, _ in line) for line in shown_lines(new.log.text()[known:])]

    def busy(self, model: Output) -> bool:
        """Nothing in it changes with time alone."""
        return False
