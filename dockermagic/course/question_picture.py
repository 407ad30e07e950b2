"""Questions as markup and text. Pure.

The live picture has buttons; what is saved has none, and says how to answer by typing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from dockermagic.course.questions import Question
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line

__all__ = ["QuestionDrawer"]

_GLYPHS = {"open": "?", "said": "…", "right": "✓", "wrong": "✗"}
_WORDS = {"open": "", "said": "You say:", "right": "Right.", "wrong": "Not so."}
_INKS = {"open": "note", "said": "running", "right": "succeeded", "wrong": "failed"}
_BOXES = {"right": "box-succeeded", "wrong": "box-failed"}


class QuestionDrawer:
    """Draws a question."""

    def html(self, model: Question, now: float) -> str:
        """Give the markup of the live view."""
        return str(_section(model, Look(inline=False), live=model.answerable))

    def text(self, model: Question, now: float, width: int) -> str:
        """Give the picture as text."""
        return "\n".join(_lines(model))

    def rows(self, model: Question, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines."""
        first, *rest = _lines(model)
        return [[(first, "title")], *([(line, "")] for line in rest)]

    def lines(self, old: Question | None, new: Question) -> Sequence[str]:
        """Give the lines of it, each time that it changes."""
        return _lines(new)

    def bundle(self, model: Question) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return {"text/html": str(_section(model, Look(inline=True), live=False)), "text/plain": "\n".join(_lines(model))}

    def busy(self, model: Question) -> bool:
        """It never changes with time alone."""
        return False


def _how(question: Question) -> str:
    if not question.answerable:
        return ""
    if question.ordering:
        return "Run the cell in JupyterLab, and move the lines. Elsewhere: NAME.answer(2, 1, …), the numbers in your order."
    return "Run the cell in JupyterLab, and press an answer. Elsewhere: NAME.answer(1), with the number of yours."


def _lines(question: Question) -> list[str]:
    places = question.order if question.ordering else range(len(question.options))
    mark = question.chosen[0] if question.chosen and not question.ordering else -1
    rows = [f"{'>' if place == mark else ' '} {place + 1}  {one_line(question.options[place], 200)}" for place in places]
    outcome = [f"{_GLYPHS[question.verdict]} {_WORDS[question.verdict]} {question.remark}".rstrip()]
    told = outcome if question.remark or question.verdict in ("right", "wrong") else []
    how = _how(question)
    return [question.text, *rows, *told, *([how] if how else [])]


def _section(question: Question, look: Look, *, live: bool) -> h.Element:
    shown = question.verdict in _BOXES or question.remark
    outcome = (
        shown
        and h.div(look("box", _BOXES.get(question.verdict, "box-note")), role="status")[
            h.span(look("glyph", f"ink-{_INKS[question.verdict]}"), aria_hidden="true")[_GLYPHS[question.verdict]],
            " ",
            h.strong[_WORDS[question.verdict]],
            " ",
            one_line(question.remark, 600),
        ]
    )
    body = _ordering(question, look, live=live) if question.ordering else _options(question, look, live=live)
    how = not live and _how(question)
    return h.section(look("root"), aria_label="Question")[
        h.p(look("line"))[h.strong[question.text]], body, outcome, how and h.p(look("line", "small"))[how]
    ]


def _options(question: Question, look: Look, *, live: bool) -> h.Element:
    mine = question.chosen[0] if question.chosen else -1
    if live:
        return h.div(look("buttons"), role="group", aria_label="Answers")[
            (
                h.button(
                    look("button", *(["pill-running"] if place == mine else [])),
                    KEYS,
                    data_do=f"choose {place}",
                    data_key=f"choose {place}",
                    aria_pressed="true" if place == mine else "false",
                )[one_line(option, 200)]
                for place, option in enumerate(question.options)
            )
        ]
    rows = (
        h.li(look("line"))[h.strong[one_line(option, 200), " ←"] if place == mine else one_line(option, 200)]
        for place, option in enumerate(question.options)
    )
    return h.ol(look("line"))[rows]


def _ordering(question: Question, look: Look, *, live: bool) -> list[h.Element]:
    rows = []
    for place, option in enumerate(question.order):
        buttons = live and [
            h.button(
                look("button"),
                KEYS,
                data_do=f"{word} {place}",
                data_key=f"{word} {option}",
                aria_label=f"{word}: {question.options[option]}",
            )[glyph]
            for word, glyph in (("up", "▲"), ("down", "▼"))
        ]
        line = h.code(look("code"))[one_line(question.options[option], 200)]
        rows.append(h.li(look("line"), data_key=f"line {option}")[buttons, buttons and " ", line])
    judge = h.div(look("buttons"))[h.button(look("button"), KEYS, data_do="judge", data_key="judge")["Is this a good order?"]]
    return [h.ol(look("line"))[rows], *([judge] if live else [])]
