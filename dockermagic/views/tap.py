"""Who else gets the models that views are given: a recording of this notebook.

A view stays what it is; beside it, whoever listens gets the same models at the same time. Nobody listens unless asked to.
"""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Listener", "Tap", "listen", "listened_to", "tapped"]


class Tap(Protocol):
    """Gets the models of one view. Calls come from any thread."""

    def update(self, model: Any) -> None:
        """Take a newer model."""

    def close(self, model: Any) -> None:
        """Take the last one."""


class Listener(Protocol):
    """Wants to know of every view that is opened."""

    def opened(self, drawer: Any, *, standing: bool) -> Tap | None:
        """Give what takes the models of a view; None for a view of no interest.

        Parameters:
            drawer: what draws the view.
            standing: the view goes on after its cell.
        """


_LISTENERS: list[Listener] = []


def listen(listener: Listener | None) -> None:
    """Let somebody listen to the views that are opened from now on, in the place of whoever did; None for nobody."""
    _LISTENERS[:] = [] if listener is None else [listener]


def listened_to() -> Listener | None:
    """Give who listens."""
    return _LISTENERS[0] if _LISTENERS else None


def tapped(view: Any, drawer: Any, *, standing: bool = False) -> Any:
    """Give the view, or one in its place that tells the listener as well."""
    listener = listened_to()
    tap = listener.opened(drawer, standing=standing) if listener is not None else None
    return view if tap is None else _Tapped(view, tap)


class _Tapped:
    """A view, and whoever gets its models as well."""

    def __init__(self, view: Any, tap: Tap) -> None:
        self._view, self._tap = view, tap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def update(self, model: Any) -> None:
        """Take a newer model; one that the view does not show any more (its cell was run again) is told to nobody."""
        if not getattr(self._view, "closed", False):
            self._tap.update(model)
        self._view.update(model)

    def close(self, model: Any) -> None:
        """Take the last model."""
        if not getattr(self._view, "closed", False):
            self._tap.close(model)
        self._view.close(model)
