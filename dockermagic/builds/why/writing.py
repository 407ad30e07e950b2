"""Whether something is being written down: who wants to read it waits a moment."""

from __future__ import annotations

import atexit
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


atexit.register(settle, 2.0)
