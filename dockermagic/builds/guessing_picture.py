"""The picture of a build that is guessed first: its rows with a choice each, then the build itself. Pure.

    asking ──Build──▶ building ──▶ ended (the build's own picture, with the score)

The live picture has radio buttons, so that Tab, the arrows and Space are enough; what is saved has none, and says how to answer by
typing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import htpy as h
from markupsafe import Markup

from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.builds.why.quiz import asked
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line

__all__ = ["GuessDrawer", "Guesses"]

QUESTION = "Before it is built: which of these steps will run, and which will come from the cache?"
_CHOICES = (("cached", "◇", "from the cache"), ("ran", "◆", "will run"))


@dataclass(frozen=True, slots=True)
class Guesses:
    """What was guessed, and the build.

    `build`: as planned, then as it goes on. `answers`: one a step: "ran", "cached", "" while there is none. `building`: whether
    guessing is over. `stopping`: whether the build was told to stop. `key`: what tells its radio buttons from those of others.
    """

    build: Build
    answers: tuple[str, ...]
    key: str = ""
    building: bool = False
    stopping: bool = False

    def choose(self, index: int, answer: str) -> Guesses:
        """Answer for one step; what cannot be guessed, or not any more, stays as it is."""
        if self.building or index not in asked(self.build) or answer not in ("ran", "cached"):
            return self
        return replace(self, answers=(*self.answers[:index], answer, *self.answers[index + 1 :]))

    @property
    def open(self) -> int:
        """How many steps have no answer yet."""
        return sum(not self.answers[index] for index in asked(self.build))


class GuessDrawer:
    """Draws the question, and then the build as ever."""

    def __init__(self) -> None:
        self._build = BuildDrawer()

    def html(self, model: Guesses, now: float) -> str:
        """Give the markup of the live view."""
        look = Look(inline=False)
        if not model.building:
            return str(_section(model, look, live=True))
        word = "stopping…" if model.stopping else "Stop the build"
        button = h.button(look("button"), KEYS, type="button", data_do="stop", data_key="stop", disabled=model.stopping)[word]
        stop = model.build.outcome is None and h.p(look("line"))[button]
        return str(h.div[Markup(self._build.html(model.build, now)), stop])  # noqa: S704  # the build's picture escapes what is in it

    def text(self, model: Guesses, now: float, width: int) -> str:
        """Give the picture as text."""
        return self._build.text(model.build, now, width) if model.building else "\n".join(_lines(model))

    def rows(self, model: Guesses, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal."""
        return self._build.rows(model.build, now, width, height) if model.building else [[(line, "")] for line in _lines(model)]

    def lines(self, old: Guesses | None, new: Guesses) -> Sequence[str]:
        """Give the lines that tell what happened."""
        if not new.building:
            return _lines(new) if old is None else []
        return self._build.lines(old.build if old is not None and old.building else None, new.build)

    def bundle(self, model: Guesses) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        if model.building:
            return self._build.bundle(model.build)
        return {"text/html": str(_section(model, Look(inline=True), live=False)), "text/plain": "\n".join(_lines(model))}

    def busy(self, model: Guesses) -> bool:
        """Say whether seconds go by in the picture."""
        return model.building and self._build.busy(model.build)


_HOW = (
    "Not answered yet. In JupyterLab and Notebook 7: run the cell and choose in the rows. Elsewhere, type the lines that will run: "
    "_.answer(3, 4), or NAME.answer(3, 4) after --as NAME; _.answer() for none."
)


def _lines(model: Guesses) -> list[str]:
    words = {"ran": "will run", "cached": "from the cache"}
    rows = [
        f"{step.line:>4}  {one_line(step.name.splitlines()[0], 80)}{f'  ← {words[answer]}' if answer else ''}"
        for step, answer in zip(model.build.steps, model.answers, strict=True)
    ]
    return [QUESTION, "", *rows, "", _HOW]


def _section(model: Guesses, look: Look, *, live: bool) -> h.Element:
    can = set(asked(model.build))
    rows = [_row(model, index, look, live=live, asks=index in can) for index in range(len(model.build.steps))]
    heads = (("Line", "number"), ("Instruction", ""), ("Your guess", ""))
    table = h.table(look("table"))[
        h.caption(look("caption"))[f"{', '.join(map(visible, model.build.tags)) or 'The build'}: not built yet"],
        h.colgroup[[h.col(style=f"width:{width}") for width in ("3.4em", "auto", "21em")]],
        h.thead[h.tr(look("below"))[[h.th(look("head", name), scope="col")[head] for head, name in heads]]],
        h.tbody[rows],
    ]
    return h.section(look("root"), aria_label="Quiz: what will run?")[
        h.p(look("line"))[h.strong[QUESTION]], table, _end(model, look) if live else h.p(look("line", "small"))[_HOW]
    ]


def _end(model: Guesses, look: Look) -> h.Element:
    left = f"{model.open} still open: what has no guess is not scored." if model.open else "Everything is guessed."
    return h.div(look("header", "foot"))[
        h.button(look("button"), KEYS, type="button", data_do="build", data_key="build")["Build, and see"],
        h.span(look("small"), role="status", aria_live="polite", data_key="left")[left],
    ]


def _row(model: Guesses, index: int, look: Look, *, live: bool, asks: bool) -> h.Element:
    step, answer = model.build.steps[index], model.answers[index]
    first, *more = visible(step.name[:2000]).strip("\n").split("\n")
    shown = f"{one_line(first, 240)}{' …' if more else ''}"
    word: h.Node
    if not asks:
        word = h.span(look("faint"))["not needed" if step.status == "skipped" else "no layer"]
    elif live:
        word = h.div(look("pair"), role="radiogroup", aria_label=f"Line {step.line}: {one_line(first, 80)}")[
            (_choice(model, index, answer, each, look) for each in _CHOICES)
        ]
    else:
        word = next((f"{glyph} {text}" for name, glyph, text in _CHOICES if name == answer), "?")
    return h.tr(look("row"), data_key=f"s{index}")[
        h.td(look("cell", "number"))[str(step.line)],
        h.td(look("cell", *([] if asks else ["faint"])))[h.bdi[h.code(look("code"))[shown]]],
        h.td(look("cell"))[word],
    ]


def _choice(model: Guesses, index: int, answer: str, choice: tuple[str, str, str], look: Look) -> h.Element:
    name, glyph, text = choice
    key = f"{name} {index}"
    return h.label(look("word", "summary"))[
        h.input(
            KEYS,
            type="radio",
            name=f"{model.key}-{index}",
            value=name,
            checked=answer == name,
            data_do=f"guess {key}",
            data_key=key,
        ),
        " ",
        h.span(look("glyph", f"ink-{name}"), aria_hidden="true")[glyph],
        " ",
        text,
    ]
