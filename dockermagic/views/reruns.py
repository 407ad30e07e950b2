"""Which views a cell has opened: run again, it has new output, and nobody can see the old ones any more."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

__all__ = ["Replaceable", "opened"]


class Replaceable(Protocol):
    """A view that learns that its output is gone."""

    def replaced(self) -> None:
        """End without a last picture: there is no place for one."""


_OPENED: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}


def opened(kernel: Any, view: Replaceable) -> None:
    """Take note that the running cell has opened this view; what an earlier run of the same cell opened, ends.

    Front ends that do not say which cell runs keep their views until the kernel ends.
    """
    try:
        request = kernel.get_parent("shell")
        cell, run = str(request["metadata"]["cellId"]), str(request["header"]["msg_id"])
    except Exception:  # another kernel, another front end
        return
    before, views = _OPENED.get(cell, ("", weakref.WeakSet()))
    if before != run:
        old, views = views, weakref.WeakSet()
        _OPENED[cell] = run, views
        for gone in list(old):
            gone.replaced()
    views.add(view)
