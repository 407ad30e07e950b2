"""Showing a model that changes: in a notebook, in a terminal, as plain lines, or not at all.

The one door is `open_view`. What is drawn comes from a `Drawer`, a feature's pure functions from its model to markup
and text; when it is drawn is decided here: at once when nothing was painted lately, else at most every `INTERVAL` seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from dockermagic.views import tap

__all__ = ["INTERVAL", "Drawer", "Line", "View", "open_view"]

INTERVAL = 0.07
"""Seconds between two paintings while much happens."""

Line = Sequence[tuple[str, str]]
"""A line of a text picture: pieces of text, each with its role (a key of `theme.TERMINAL`, "" for plain text)."""

M_contra = TypeVar("M_contra", contravariant=True)
M = TypeVar("M")


class Drawer(Protocol[M_contra]):
    """How a feature draws its model. `now` is seconds since the epoch."""

    def html(self, model: M_contra, now: float) -> str:
        """Give the markup of the live view."""

    def text(self, model: M_contra, now: float, width: int) -> str:
        """Give the picture as text, `width` columns wide, without control codes."""

    def rows(self, model: M_contra, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines that fit a terminal of `width` by `height` cells, the busy ones first of all."""

    def lines(self, old: M_contra | None, new: M_contra) -> Sequence[str]:
        """Give the plain lines that tell what happened between two models; `old` is None at the start."""

    def bundle(self, model: M_contra) -> Mapping[str, str]:
        """Give the MIME bundle that stays in the saved notebook."""

    def busy(self, model: M_contra) -> bool:
        """Say whether the picture changes with time alone."""


class View(Protocol[M_contra]):
    """A picture of a model that is being shown. All calls come from the main thread."""

    def update(self, model: M_contra) -> None:
        """Take a newer model; paint it now or soon."""

    def tick(self) -> None:
        """Paint what waits to be painted. To be called at least ten times a second while the model may change."""

    def close(self, model: M_contra) -> None:
        """Paint the last model for good. A second call does nothing."""


def open_view(drawer: Drawer[M], *, shell: Any = None, plain: bool = False, quiet: bool = False) -> View[M]:
    """Open the view that fits the place this runs in.

    Parameters:
        drawer: what draws the model.
        shell: IPython's shell; None to use the running one, if there is one.
        plain: print plain lines, each fact once, wherever this runs.
        quiet: show nothing.
    """
    if quiet:
        return Quiet()
    view: View[M] = tap.tapped(Plain(drawer) if plain else _fitting(drawer, shell), drawer)
    return view


def _fitting(drawer: Drawer[M], shell: Any) -> View[M]:
    shell = shell if shell is not None else running_shell()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        from dockermagic.views import notebook

        return notebook.open_view(drawer, attended=attended(kernel))
    if sys.stdout is not None and sys.stdout.isatty():
        from dockermagic.views.terminal import Terminal

        return Terminal(drawer)
    return Plain(drawer)


def running_shell() -> Any:
    """Give IPython's shell without importing IPython, None when there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def attended(kernel: Any) -> bool:
    """Say whether somebody may be looking while the cell runs.

    A client that runs notebooks by itself (nbclient, and so nbconvert and papermill) says that it cannot answer `input()`.
    It would keep the state of every widget that it saw, even of closed ones, in the saved notebook.
    """
    try:
        content = kernel.get_parent("shell").get("content", {})
    except Exception:  # other kernels have other insides; a live view is then the better guess
        return True
    return bool(content.get("allow_stdin", True))


class Pace:
    """When to paint: at once after a pause, else every `INTERVAL`; less often if painting itself is slow."""

    def __init__(self) -> None:
        self._next = 0.0
        self._begun = False

    def due(self) -> bool:
        """Say whether it is time to paint again."""
        return time.monotonic() >= self._next

    def painted(self, began: float) -> None:
        """Take note of a painting that began at `began` (monotonic seconds)."""
        took = time.monotonic() - began
        # The first painting also imports and opens what paints; that says nothing about those to come.
        self._next = began + (max(INTERVAL, 4 * took) if self._begun else max(INTERVAL, took))
        self._begun = True


class Painter:
    """What the repainting views share: a newest model, and the pace of painting it."""

    def __init__(self, drawer: Drawer[Any]) -> None:
        self.drawer = drawer
        self.model: Any = None
        self.stale = False
        self.closed = False
        self.pace = Pace()

    def update(self, model: Any) -> None:
        """Take a newer model; paint it now or soon."""
        self.model = model
        self.stale = True
        self._paint_if_due()

    def tick(self) -> None:
        """Paint what waits, and what changes with time alone."""
        if self.model is not None and not self.closed and (self.stale or self.drawer.busy(self.model)):
            self._paint_if_due()

    def _paint_if_due(self) -> None:
        if self.closed or not self.pace.due():
            return
        began = time.monotonic()
        self.stale = False
        self.paint(self.model, time.time())
        self.pace.painted(began)

    def paint(self, model: Any, now: float) -> None:
        """Paint the model as it is at `now`."""
        raise NotImplementedError

    def close(self, model: Any) -> None:
        """Paint the last model for good."""
        if not self.closed:
            self.closed = True
            self.finish(model)

    def finish(self, model: Any) -> None:
        """Leave behind what stays."""
        raise NotImplementedError


class Plain:
    """Each fact once, as a line, as it happens."""

    def __init__(self, drawer: Drawer[Any]) -> None:
        self.drawer = drawer
        self.model: Any = None
        self.closed = False

    def update(self, model: Any) -> None:
        """Print what is new."""
        if self.closed:
            return
        out = sys.stdout
        encoding = getattr(out, "encoding", None) or "utf-8"
        for line in self.drawer.lines(self.model, model):
            out.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        out.flush()
        self.model = model

    def tick(self) -> None:
        """Do nothing: nothing waits."""

    def close(self, model: Any) -> None:
        """Print the rest."""
        self.update(model)
        self.closed = True


class Quiet:
    """Nothing at all."""

    def update(self, model: Any) -> None:
        """Do nothing."""

    def tick(self) -> None:
        """Do nothing."""

    def close(self, model: Any) -> None:
        """Do nothing."""
