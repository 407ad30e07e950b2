"""A view that goes on after its cell has returned: of a container that runs, of everything an engine has.

What is saved with the notebook is always the static picture; beside it stands an id, in a MIME type of our own. Where the lab
extension is and the kernel knows the id, the extension shows the live picture in its place, with buttons that work
(`views.channel`). Everywhere else, and once the kernel is gone, the static picture is what is seen. So no notebook ever shows an
empty place, whenever it was saved.

What a notebook's pages get is sent by `views.attended`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from dockermagic.views import tap
from dockermagic.views.notebook import Unattended
from dockermagic.views.show import Drawer, attended, running_shell

__all__ = ["Act", "StandingView", "open_standing"]

Act = Callable[[str], object]
"""Does what a button asks for (its `data-do`); an exception says why it could not be done."""

M_contra = TypeVar("M_contra", contravariant=True)
M = TypeVar("M")


class StandingView(Protocol[M_contra]):
    """A picture that goes on after its cell. The first model comes while the cell runs, the others from any thread at any time."""

    @property
    def closed(self) -> bool:
        """Whether no model changes it any more: it was closed, or its cell was run again."""

    def update(self, model: M_contra) -> None:
        """Take a newer model; it is painted soon."""

    def close(self, model: M_contra) -> None:
        """Leave the static picture of the last model, for good. A second call does nothing."""


def open_standing(drawer: Drawer[M], *, shell: Any = None, act: Act | None = None) -> StandingView[M]:
    """Open a view that goes on after the cell has returned.

    Parameters:
        drawer: what draws the model.
        shell: IPython's shell; None to use the running one, if there is one.
        act: does what a button of the picture asks for, called in a thread of its own with the button's `data-do`.
    """
    view: StandingView[M] = tap.tapped(_fitting(drawer, shell, act), drawer, standing=True)
    return view


def _fitting(drawer: Drawer[M], shell: Any, act: Act | None) -> StandingView[M]:
    shell = shell if shell is not None else running_shell()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return Once(drawer)
    if not attended(kernel):
        return Ending(drawer, shell)
    from dockermagic.views.attended import Attended

    return Attended(drawer, act, kernel)


class Once:
    """In a terminal or a pipe: the picture as text, once."""

    def __init__(self, drawer: Drawer[Any]) -> None:
        self.drawer = drawer
        self.closed = False

    def update(self, model: Any) -> None:
        """Print the first model."""
        if self.closed:
            return
        self.closed = True
        out = sys.stdout
        if out.isatty():
            from dockermagic.views.terminal import Terminal

            Terminal(self.drawer).close(model)
            return
        encoding = getattr(out, "encoding", None) or "utf-8"
        text = self.drawer.text(model, time.time(), 100)
        out.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        out.flush()

    close = update


class Ending:
    """Where nobody looks while the cells run: the picture as it is at the end of the cell."""

    def __init__(self, drawer: Drawer[Any], shell: Any) -> None:
        self.view = Unattended(drawer)
        self.shell = shell
        self.model: Any = None
        self.closed = False

    def update(self, model: Any) -> None:
        """Take a newer model; the first one is shown at once."""
        if self.closed:
            return
        if self.model is None:
            self.shell.events.register("post_run_cell", self._cell_ended)
            self.view.update(model)
        self.model = model

    def _cell_ended(self, result: Any) -> None:
        self.shell.events.unregister("post_run_cell", self._cell_ended)
        self.close(self.model)

    def close(self, model: Any) -> None:
        """Show the last model."""
        if not self.closed:
            self.closed = True
            self.view.close(model)
