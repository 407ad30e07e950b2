"""An image in a notebook: its picture goes on after the cell, and answers to its buttons and its search box."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from dockermagic.commands.call import Call
from dockermagic.images.browsed import Browsed
from dockermagic.images.browsed_markup import BrowsedDrawer
from dockermagic.images.model import Image
from dockermagic.views.standing import open_standing

__all__ = ["LayerBrowser"]


class LayerBrowser:
    """Shows an image while it is read, and lets somebody look around in it from then on: a `View` of images.

    The image comes from the cell, what is open comes from clicks, each in a thread of its own.
    """

    def __init__(self, call: Call) -> None:
        self._lock = threading.Lock()
        self._model: Browsed | None = None
        self._view: Any = open_standing(BrowsedDrawer(), shell=call.shell, act=self._act)
        call.session.hold(self)

    def update(self, model: Image) -> None:
        """Take what is known of the image by now."""
        with self._lock:
            self._model = replace(self._model, image=model) if self._model is not None else Browsed(model)
            self._view.update(self._model)

    def tick(self) -> None:
        """Nothing waits here: the standing view paints by itself."""

    def close(self, model: Image | None = None) -> None:
        """Take the image as it is at the end of the cell; without one, leave the picture for good."""
        if model is not None:
            self.update(model)
        elif self._model is not None:
            self._view.close(self._model)

    def _act(self, what: str) -> None:
        with self._lock:
            if self._model is not None:
                self._model = self._model.asked(what)
                self._view.update(self._model)
