"""What was built is written down after its build: who wants to read it waits a moment, and it gives way to a build that begins.

Both take Python's time, which only one thread has at once; and for the writing nobody waits.
"""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import AbstractContextManager

__all__ = ["HELD", "begins", "give_way", "settle", "writing"]

HELD = 0.5
"""Seconds that others wait for a context to be on its way, at most: an engine need not ask for it."""

_writing = threading.Lock()
_on_its_way = threading.Event()
_on_its_way.set()


def begins(on_its_way: threading.Event) -> None:
    """Take note of a build that begins.

    Parameters:
        on_its_way: is set as soon as its context is.
    """
    global _on_its_way  # noqa: PLW0603  # the newest build of this process; those before it have begun
    _on_its_way = on_its_way


def give_way() -> None:
    """Wait while a build begins."""
    last = _on_its_way
    if not last.wait(HELD):
        last.set()


def writing() -> AbstractContextManager[object]:
    """Give the context in which something is written."""
    return _writing


def settle(patience: float = 5.0) -> None:
    """Wait until what was built is written down.

    Parameters:
        patience: seconds to wait at most.
    """
    if _writing.acquire(timeout=patience):
        _writing.release()


def _forked() -> None:
    """Begin anew in a process that was forked: the thread that was writing is not in it, and would never be done."""
    global _writing  # noqa: PLW0603  # one for the process, and this is another one
    _writing = threading.Lock()
    _on_its_way.set()


atexit.register(settle, 2.0)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
