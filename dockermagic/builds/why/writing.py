"""Whether something is being written down: who wants to read it waits a moment."""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import AbstractContextManager

__all__ = ["settle", "writing"]

_writing = threading.Lock()


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


atexit.register(settle, 2.0)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
