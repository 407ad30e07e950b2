"""The standing view of a notebook that somebody looks at: live in every page, static in what is saved.

Painting is done by a thread that lives only while there is something to paint. Models come from any thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import htpy as h

from dockermagic.errors import DockerMagicError
from dockermagic.views import channel, notebook, reruns
from dockermagic.views.hostile import visible
from dockermagic.views.look import Look, presented
from dockermagic.views.show import INTERVAL, Drawer
from dockermagic.views.standing import Act

__all__ = ["MIME", "SAVE_EVERY", "TICK", "Attended", "told"]

MIME = "application/vnd.dockermagic.view+json"
"""The MIME type that the lab extension shows: an object with the `view`'s id."""

SAVE_EVERY = 1.0
"""Seconds between two static pictures while much changes."""

TICK = 0.25
"""Seconds between two paintings of a picture that changes with time alone."""

LOG = logging.getLogger(__name__)


class Attended:
    """The live picture in every page that looks, the static one in the notebook.

    Parameters:
        drawer: what draws the model.
        act: does what a button asks for; None for a picture without buttons.
        kernel: the kernel that the cell runs in; None when nothing is known of cells.
    """

    def __init__(self, drawer: Drawer[Any], act: Act | None, kernel: Any = None) -> None:
        self.drawer = drawer
        self.act = act
        self.id = channel.offer(self)
        self._change = threading.Condition()
        self._sending = threading.Lock()  # what is sent last is the newest: held while drawing and sending
        self._worker: threading.Thread | None = None
        self._pages: list[channel.Page] = []
        self._model: Any = None
        self._closed = False
        self._handle: Any = None
        self._stale = self._unsaved = False
        self._live_at = self._tick_at = self._save_at = 0.0  # monotonic seconds
        self._trouble = ""
        self._doing: set[str] = set()
        reruns.opened(kernel, self)

    @property
    def closed(self) -> bool:
        """Whether this view has ended: it was closed, or its cell was run again. Then no model changes it any more."""
        return self._closed

    def update(self, model: Any) -> None:
        """Take a newer model; the first one is shown at once, in the cell that runs."""
        if self._handle is None and self._begin(model):
            return
        with self._change:
            if not self._closed:
                self._model = model
                self._stale = self._unsaved = True
                self._wake()

    def _begin(self, model: Any) -> bool:
        with self._sending:
            if self._handle is not None or self._closed:
                return False
            self._model = model
            self._show(self._bundle(model))
            return True

    def _show(self, bundle: dict[str, Any]) -> None:
        from IPython.display import display

        self._handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types
        self._save_at = time.monotonic() + SAVE_EVERY

    def close(self, model: Any) -> None:
        """Leave the static picture, without the id: there is nothing to ask the kernel for any more."""
        with self._change:
            if self._closed:
                return
            self._closed = True
            pages, self._pages = self._pages, []
            self._change.notify()
        bundle = dict(self.drawer.bundle(model))
        with self._sending:
            if self._handle is None:
                self._show(bundle)
            else:
                self._handle.update(bundle, raw=True)
            for page in pages:
                page.send(self.id, {"done": bundle})
        channel.withdraw(self.id)

    def replaced(self) -> None:
        """End without a last picture: the cell was run again, so the output is gone."""
        with self._change:
            self._closed = True
            self._pages.clear()
            self._change.notify()
        channel.withdraw(self.id)

    def joined(self, page: channel.Page) -> None:
        """Send everything to a page that has begun to look."""
        page.send(self.id, {"css": notebook.stylesheet()})
        with self._change:
            if self._closed:
                return  # its static picture is on the way
            if page not in self._pages:
                self._pages.append(page)
            if self._model is not None:
                self._stale = True
                self._wake()

    def left(self, page: channel.Page) -> None:
        """Send nothing more to this page."""
        with self._change:
            if page in self._pages:
                self._pages.remove(page)

    def heard(self, page: channel.Page, said: Mapping[str, Any]) -> None:
        """Do what a button asks for, once at a time."""
        what = said.get("do")
        if not isinstance(what, str) or self.act is None:
            return
        with self._change:
            if what in self._doing or self._closed:
                return
            self._doing.add(what)
        threading.Thread(target=self._do, args=[self.act, what], name=f"dockermagic: {what}"[:60], daemon=True).start()

    def _do(self, act: Act, what: str) -> None:
        trouble = ""
        try:
            act(what)
        except DockerMagicError as error:
            trouble = str(error)
        except Exception as error:
            LOG.exception("the button %r", what)
            trouble = f"{type(error).__name__}: {error}"
        with self._change:
            self._doing.discard(what)
            if trouble != self._trouble:
                self._trouble = trouble
                self._stale = True
                self._wake()

    def _wake(self) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="dockermagic view", daemon=True)
            self._worker.start()
        else:
            self._change.notify()

    def _due(self) -> float:
        """Give the time (monotonic seconds) of what is to be done next, infinity for nothing."""
        times = [self._save_at] if self._unsaved else []
        if self._pages and self._stale:
            times.append(self._live_at)
        elif self._pages and self.drawer.busy(self._model):
            times.append(self._tick_at)
        return min(times, default=float("inf"))

    def _work(self) -> None:
        try:
            while True:
                with self._change:
                    due = self._due()
                    if self._closed or due == float("inf"):
                        self._worker = None
                        return
                    wait = due - time.monotonic()
                    if wait > 0:
                        self._change.wait(wait)
                        continue
                self._paint()
        except BaseException:
            with self._change:
                self._worker = None  # the next model tries again; the traceback of this one is told
            raise

    def _paint(self) -> None:
        """Send what is due: the live markup to the pages, the static picture to the notebook."""
        with self._sending:
            began = time.monotonic()
            with self._change:
                if self._closed:
                    return
                model, pages, trouble = self._model, list(self._pages), self._trouble
                save = self._unsaved and began >= self._save_at
                live = bool(pages) and began >= self._live_at
                self._stale = self._stale and not live
                self._unsaved = self._unsaved and not save
            if live:
                markup = presented(f"{told(trouble)}{self.drawer.html(model, time.time())}")
                for page in pages:
                    page.send(self.id, {"html": markup})
                took = time.monotonic() - began
                self._live_at = began + max(INTERVAL, 4 * took)
                self._tick_at = began + max(TICK, 4 * took)
            if save:
                bundle = self._bundle(model)
                self._handle.update(bundle, raw=True)
                for page in pages:
                    page.send(self.id, {"saved": bundle})  # one that was loaded after the cell ran does not get the update
                self._save_at = began + max(SAVE_EVERY, 20 * (time.monotonic() - began))

    def _bundle(self, model: Any) -> dict[str, Any]:
        return {MIME: {"view": self.id}, **self.drawer.bundle(model)}


def told(trouble: str) -> str:
    """Give the line above the picture that says why a button did not work; nothing when all is well."""
    if not trouble:
        return ""
    look = Look(inline=False)
    return str(h.p(look("box", "box-failed", "trouble"), data_key="trouble", role="alert")[visible(trouble)])
