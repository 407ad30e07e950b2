"""Answers that take time to find: progress while the engine is asked, the answer in its place, and a slip as an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import htpy as h

from dockermagic.commands.call import Call
from dockermagic.commands.follow import Change, follow_work
from dockermagic.commands.hints import for_image
from dockermagic.commands.layered import kept, named_layer, with_own_lines
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError
from dockermagic.images.answers import Answer
from dockermagic.images.model import Image
from dockermagic.images.open import open_image
from dockermagic.images.reading import read_files
from dockermagic.views import shown
from dockermagic.views.look import Look
from dockermagic.views.show import Line
from dockermagic.views.standing import open_standing
from dockermagic.views.units import bytes_text

__all__ = ["AnswerDrawer", "Desk", "answered", "quietly", "stand_revealed"]

A = TypeVar("A", bound=Answer)

FAILED = "✗ failed, for the reason below"
"""The error stands below, and says more."""


@dataclass(frozen=True)
class Waiting:
    """A question while its answer is looked for: what is being done, and the answer once it is there."""

    doing: str
    answer: Answer | None = None
    how: str = ""

    def ended(self, now: float, how: str) -> Waiting:
        """Give it at its end."""
        return replace(self, how=how)


class AnswerDrawer:
    """Draws an answer, and what is being done before it is there."""

    def html(self, model: Waiting, now: float) -> str:
        """Give the markup of the live view."""
        return model.answer.html(live=True) if model.answer is not None else self._doing(model, Look(inline=False))

    def bundle(self, model: Waiting) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        if model.answer is not None:
            return model.answer._repr_mimebundle_()
        return {"text/html": self._doing(model, Look(inline=True)), "text/plain": self._words(model)}

    def text(self, model: Waiting, now: float, width: int) -> str:
        """Give the picture as text."""
        return model.answer.text(width) if model.answer is not None else self._words(model)

    def rows(self, model: Waiting, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the lines of a terminal."""
        lines: list[Line] = [
            [(line, "title" if not place else "")] for place, line in enumerate(self.text(model, now, width).splitlines())
        ]
        return lines[:height] if height else lines

    def lines(self, old: Waiting | None, new: Waiting) -> Sequence[str]:
        """Give what is new, as lines."""
        if new.answer is not None and (old is None or old.answer is None):
            return new.answer.text(0).splitlines()
        return ()

    def busy(self, model: Waiting) -> bool:
        """Nothing in it changes with time alone."""
        return False

    def _words(self, model: Waiting) -> str:
        return "Interrupted." if model.how == "interrupted" else model.doing if model.how in ("", "ended") else FAILED

    def _doing(self, model: Waiting, look: Look) -> str:
        return str(h.div(look("root", "muted"))[self._words(model)])


class Desk:
    """What an answer is made with: opens images and reads files, and tells how far it is."""

    def __init__(self, call: Call, hold: Callable[[Exchange], None], tell: Callable[[str], None]) -> None:
        self.call, self.hold, self.tell = call, hold, tell

    def image(self, name: str) -> Image:
        """Open an image; a variable that holds one, or a build, counts as well."""
        known = kept(self.call, name)
        if isinstance(known, Image) and known.complete:
            return known
        name = known if isinstance(known, str) else name

        def seen(image: Image) -> None:
            self.tell(f"reading {name}: {bytes_text(image.received)} received")

        try:
            return with_own_lines(open_image(self.call.engine, name, hold=self.hold, seen=seen))
        except EngineError as error:
            raise EngineError(error.message, error.hint or for_image(self.call, error, name), status=error.status) from error

    def layer(self, name: str) -> tuple[Image, int]:
        """Open what `IMAGE` or `IMAGE:LAYER` names; the layer is 0 for the whole image."""
        bare, layer = named_layer(self.call, name)
        return self.image(bare), layer

    def read(self, image: Image, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
        """Read files out of layers."""
        self.tell(f"reading {image.name}")
        return read_files(self.call.engine, image, wanted, self.hold)


def answered(call: Call, doing: str, find: Callable[[Desk], A]) -> A:
    """Look for an answer, show what is being done meanwhile, then the answer; give it, marked as shown.

    Raises:
        DockerMagicError: what `find` raises.
        KeyboardInterrupt: somebody interrupted.
    """
    got: list[A] = []

    def work(hold: Callable[[Exchange], None], put: Callable[[Change], None]) -> None:
        desk = Desk(call, hold, lambda words: put(lambda model, now: replace(model, doing=words)))
        answer = find(desk)
        got.append(answer)
        put(lambda model, now: replace(model, answer=answer))

    model = follow_work(call, work, Waiting(doing), AnswerDrawer())
    if not got or model.how == "interrupted":
        raise KeyboardInterrupt
    shown.mark(got[0])
    return got[0]


@dataclass(frozen=True, eq=False)
class _Closing:
    close: Callable[[], None]


def quietly(call: Call, find: Callable[[Desk], A]) -> A:
    """Look for an answer, and show nothing meanwhile."""
    return find(Desk(call, lambda exchange: None, lambda words: None))


class _RevealingDrawer(AnswerDrawer):
    """In a terminal nothing is saved: what is to be revealed is."""

    closing: _Closing

    def text(self, model: Waiting, now: float, width: int) -> str:
        answer = model.answer
        return answer.revealed_text(width) if answer is not None else super().text(model, now, width)


def stand_revealed(call: Call, answer: Answer) -> None:
    """Show an answer that reveals secrets: in the live picture, which is never saved; the saved one has them masked."""
    model: Any = Waiting("", answer)
    drawer = _RevealingDrawer()
    view = open_standing(drawer, shell=call.shell)
    view.update(model)
    drawer.closing = _Closing(lambda: view.close(model))  # held as long as the view is
    call.session.hold(drawer.closing)
    shown.mark(answer)
