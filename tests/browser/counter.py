"""The smallest thing that a standing view can show: a number, and buttons that change it. For notebooks of the tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import htpy as h

from dockermagic.errors import DockerMagicError
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line
from dockermagic.views.standing import StandingView, open_standing


@dataclass(frozen=True)
class Count:
    """How often something was done."""

    number: int = 0
    ticking: bool = False


class CountDrawer:
    """Draws a count; the live picture has buttons and the time."""

    def html(self, model: Count, now: float) -> str:
        look = Look(inline=False)
        return str(
            h.section(look("root"))[
                h.b["live ", h.span(".number")[str(model.number)]],
                model.ticking and h.span(".now")[f"{now:.2f}"],
                [
                    h.button(look("button"), KEYS, data_do=what, data_key=what, title=f"docker {what}")[what]
                    for what in ("add", "refuse", "break", "wait")
                ],
                h.details(data_key="more")[h.summary(look("summary"), KEYS)["more"], "of it"],
            ]
        )

    def text(self, model: Count, now: float, width: int) -> str:
        return f"count {model.number}"

    def rows(self, model: Count, now: float, width: int, height: int) -> Sequence[Line]:
        return [[("count ", "title"), (str(model.number), "")]]

    def lines(self, old: Count | None, new: Count) -> Sequence[str]:
        return [f"count {new.number}"]

    def bundle(self, model: Count) -> Mapping[str, str]:
        look = Look(inline=True)
        return {
            "text/html": str(h.section(look("root"))[h.b[f"static {model.number}"]]),
            "text/plain": f"count {model.number}",
        }

    def busy(self, model: Count) -> bool:
        return model.ticking


class Counter:
    """A count with a view of it."""

    def __init__(self, *, ticking: bool = False, shell: Any = None) -> None:
        self.count = Count(ticking=ticking)
        self.lock = threading.Lock()
        self.waiting = threading.Event()
        self.view: StandingView[Count] = open_standing(CountDrawer(), shell=shell, act=self.act)
        self.view.update(self.count)

    def add(self) -> None:
        with self.lock:
            self.count = replace(self.count, number=self.count.number + 1)
            self.view.update(self.count)

    def act(self, what: str) -> None:
        if what == "refuse":
            raise DockerMagicError("The engine <b>refused</b>.", "Try again.")
        if what == "break":
            raise ZeroDivisionError("a bug")
        if what == "wait":
            self.waiting.wait(30)
        self.add()

    def every(self, seconds: float) -> None:
        """Count for ever, in a thread."""

        def run() -> None:
            while not self.view.closed:
                self.add()
                time.sleep(seconds)

        threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        self.view.close(self.count)
