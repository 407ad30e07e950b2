"""Where the bytes of a multi-stage build go: what each stage stands on, made, and handed on, and what stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from dockermagic.images.answers import Answer
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.table import CAPTION, CELL, ROW, TABLE, Table
from dockermagic.views.theme import INK
from dockermagic.views.units import bytes_text

__all__ = ["Handed", "Stage", "StageFlow"]

BAR = "display:inline-block;height:10px"
HEADS = ("Stage", "Stands on", "Made here", "Copied on", "Stays behind")


@dataclass(frozen=True, slots=True)
class Handed:
    """Bytes that a COPY --from took out of a stage: its index, the Dockerfile's line, and the stage that took them."""

    source: int
    line: int
    to: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: what it is FROM and that one's bytes, None where they are not told; `made`: bytes of its own instructions.

    `final`: it is, or stands under, the image that came out.
    """

    name: str
    base: str
    base_bytes: int | None
    made: int
    final: bool = False


@dataclass(frozen=True)
class StageFlow(Answer):
    """The stages of a build and what went from one to the other. `size`: bytes of the image that came out."""

    image: str
    stages: tuple[Stage, ...]
    handed: tuple[Handed, ...]
    size: int

    def copied(self, index: int) -> int:
        """Give the bytes that later stages copied out of a stage."""
        return sum(each.bytes for each in self.handed if each.source == index)

    def behind(self, index: int) -> int:
        """Give the bytes that a stage stands on and made, and that are not in the image."""
        stage = self.stages[index]
        if stage.final:
            return 0
        base = 0 if stage.base in {each.base for each in self.stages if each.final} else stage.base_bytes or 0
        return max(0, base + stage.made - self.copied(index))

    @property
    def left(self) -> int:
        """Bytes that stayed behind, of all stages; a base that several stages share counts once."""
        bases = {stage.base: stage.base_bytes or 0 for stage in self.stages if not stage.final}
        made = sum(stage.made - self.copied(index) for index, stage in enumerate(self.stages) if not stage.final)
        shared = {stage.base for stage in self.stages if stage.final}
        return max(0, made + sum(size for base, size in bases.items() if base not in shared))

    def _rows(self) -> Sequence[tuple[str, ...]]:
        return [
            (
                one_line(stage.name, 60),
                f"{one_line(stage.base, 60)}" + (f", {bytes_text(stage.base_bytes)}" if stage.base_bytes is not None else ""),
                bytes_text(stage.made),
                self._where(index),
                "it is the image" if stage.final else bytes_text(self.behind(index)),
            )
            for index, stage in enumerate(self.stages)
        ]

    def _where(self, index: int) -> str:
        taken = [f"{bytes_text(each.bytes)} to {each.to}, line {each.line}" for each in self.handed if each.source == index]
        return one_line("; ".join(taken), 200) or "nothing"

    def _sentence(self) -> str:
        return (
            f"{one_line(self.image, 100)} has {bytes_text(self.size)}. {bytes_text(self.left)} were needed to build it, and stayed "
            "behind: only what COPY --from takes goes on."
        )

    def html(self, *, live: bool = False) -> str:
        """Give the markup: a row a stage, with a bar of what went on (green) and what stayed (grey)."""
        look = Look(inline=not live)
        return str(
            h.section(look("root"), aria_label="Stages and their bytes")[
                h.p(look("remark"))[h.strong(look("title"))[self._sentence()]],
                h.table(style=TABLE)[
                    h.caption(style=CAPTION)["Stages"],
                    h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in HEADS)]],
                    h.tbody[(self._row(index, row) for index, row in enumerate(self._rows()))],
                ],
            ]
        )

    def _row(self, index: int, row: tuple[str, ...]) -> h.Node:
        most = max(self.behind(place) + self._goes_on(place) for place in range(len(self.stages))) or 1
        on, behind = (max(2, round(220 * size / most)) if size else 0 for size in (self._goes_on(index), self.behind(index)))
        bar = h.div(style="white-space:nowrap", aria_hidden="true")[
            h.span(style=f"display:inline-block;height:10px;width:{on}px;background-color:{INK['cached']}") if on else None,
            h.span(style=f"display:inline-block;height:10px;width:{behind}px;background-color:{INK['waiting']}")
            if behind
            else None,
        ]
        first, *rest, last = row
        cells = [h.td(style=CELL)[cell] for cell in rest]
        return h.tr(style=ROW)[h.th(scope="row", style=CELL)[first], cells, h.td(style=CELL)[last, bar]]

    def _goes_on(self, index: int) -> int:
        stage = self.stages[index]
        return (stage.base_bytes or 0) + stage.made if stage.final else self.copied(index)

    def text(self, width: int = 100) -> str:
        """Give it as text."""
        return f"{self._sentence()}\n\n{Table('Stages', HEADS, tuple(self._rows())).text()}"
