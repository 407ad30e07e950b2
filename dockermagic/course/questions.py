"""A question: what is asked, what was answered, and what came of it. Frozen, and pure.

    open ──an answer──▶ said ──what really happened──▶ right | wrong
                                                         wrong ──another answer──▶ …

1. Choosing is free until it is judged. What can be judged at once is judged with the answer; what comes next is judged
   when it has happened, and only then.
2. Who was wrong may answer again, unless it has happened by now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["Question", "Verdict"]

Verdict = Literal["open", "said", "right", "wrong"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    `text`: what is asked. `options`: what can be chosen, or the lines to put in order. `ordering`: it is about an order.
    `chosen`: places of options: of the one that was chosen, or of all of them in the order that they have now.
    `remark`: what to do next, or what really happened. `last`: whether no further answer counts. `tries`: answers that were judged.
    """

    text: str
    options: tuple[str, ...]
    ordering: bool = False
    chosen: tuple[int, ...] = ()
    verdict: Verdict = "open"
    remark: str = ""
    last: bool = False
    tries: int = 0

    @property
    def answerable(self) -> bool:
        """Whether an answer counts."""
        return self.verdict != "right" and not self.last

    @property
    def order(self) -> tuple[int, ...]:
        """The order that the lines have now."""
        return self.chosen if self.ordering and self.chosen else tuple(range(len(self.options)))

    @property
    def answer(self) -> str:
        """The answer: the option, or the lines; empty when there is none."""
        if self.ordering:
            return "\n".join(self.options[place] for place in self.order)
        return self.options[self.chosen[0]] if self.chosen else ""

    def choose(self, place: int, remark: str = "") -> Question:
        """Choose an option."""
        if not self.answerable or self.ordering or not 0 <= place < len(self.options):
            return self
        return replace(self, chosen=(place,), verdict="said", remark=remark)

    def move(self, place: int, by: int) -> Question:
        """Move the line that stands at a place up (-1) or down (1)."""
        order = list(self.order)
        target = place + by
        if not self.answerable or not self.ordering or not (0 <= place < len(order) and 0 <= target < len(order)):
            return self
        order[place], order[target] = order[target], order[place]
        return replace(self, chosen=tuple(order), verdict="open", remark="")

    def put(self, order: tuple[int, ...]) -> Question:
        """Put all lines in an order at once."""
        if not self.answerable or sorted(order) != list(range(len(self.options))):
            return self
        return replace(self, chosen=order, verdict="open", remark="")

    def judge(self, right: bool, remark: str, *, last: bool = False) -> Question:
        """Judge the answer."""
        return replace(self, verdict="right" if right else "wrong", remark=remark, last=last, tries=self.tries + 1)

    def missed(self, remark: str) -> Question:
        """It has happened, and nobody had answered."""
        return replace(self, remark=remark, last=True)
