"""Pictures of ports, volumes and networks that go on after their cell: looked at again when something happened, or when asked to.

1. What moves a container, or puts it on a network or takes it off, is a reason to look again; what a look itself does is not.
2. Several reasons shortly after each other are one look.
3. A look that fails leaves the picture as it was; the next one may succeed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import htpy as h
from markupsafe import Markup

from dockermagic.commands.call import Call
from dockermagic.containers import events as ev
from dockermagic.errors import DockerMagicError
from dockermagic.views.look import KEYS, Look
from dockermagic.views.show import Line
from dockermagic.views.standing import open_standing

__all__ = ["LensDrawer", "look_on"]

REASONS = (ev.Started, ev.Died, ev.Removed, ev.Paused, ev.Unpaused, ev.Renamed, ev.NetworkJoined, ev.NetworkLeft, ev.EngineBack)
SETTLES_IN = 0.4
"""Seconds after an event: a program that was just started does not listen yet."""


class LensDrawer:
    """Draws whatever draws itself, with a button that looks again."""

    def html(self, model: Any, now: float) -> str:
        """Give the picture with its button."""
        button = h.button(Look(inline=False)("button"), KEYS, type="button", data_do="again", title="look again")["look again"]
        return str(h.div[Markup(model._repr_mimebundle_()["text/html"]), h.p[button]])  # noqa: S704  # its own picture escapes what is in it

    def bundle(self, model: Any) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        found: Mapping[str, str] = model._repr_mimebundle_()
        return found

    def text(self, model: Any, now: float, width: int) -> str:
        """Give the picture as text."""
        return self.bundle(model)["text/plain"]

    def rows(self, model: Any, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal."""
        return [[(line, "")] for line in self.text(model, now, width).split("\n")]

    def lines(self, old: Any, new: Any) -> Sequence[str]:
        """Give the picture once."""
        return self.text(new, 0.0, 0).split("\n") if old is None else []

    def busy(self, model: Any) -> bool:
        """Nothing in it changes with time alone."""
        return False


class _Lens:
    """One picture, and the thread that looks again while there is a reason."""

    def __init__(self, call: Call, ids: Sequence[str], found: Any, read: Callable[[], Any]) -> None:
        self.read = read
        self.lock = threading.Lock()
        self.wanted = self.looking = False
        self.view: Any = open_standing(LensDrawer(), shell=call.shell, act=lambda _: self.again())
        self.view.update(found)
        self.subscription = None if self.view.closed else call.session.watch.subscribe(self._take, ids or None)
        call.session.hold(self)

    def _take(self, event: ev.Event) -> None:
        if isinstance(event, REASONS):
            self.again()

    def again(self) -> None:
        """Look again soon."""
        with self.lock:
            self.wanted = True
            if self.looking:
                return
            self.looking = True
        threading.Thread(target=self._look, name="dockermagic lens", daemon=True).start()

    def _look(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(SETTLES_IN)
            with self.lock:
                if not self.wanted or self.view.closed:
                    self.looking = False
                    break
                self.wanted = False
            with contextlib.suppress(DockerMagicError, OSError):
                self.view.update(self.read())
        if self.view.closed:
            self.close()

    def close(self) -> None:
        """Look no more."""
        if self.subscription is not None:
            self.subscription.close()


def look_on(call: Call, ids: Sequence[str], found: Any, read: Callable[[], Any]) -> None:
    """Show what was found, and look again whenever something happened to the containers.

    Parameters:
        ids: of the containers; none of them for all.
        found: what the first look gave; it draws itself.
        read: looks again.
    """
    _Lens(call, ids, found, read)
