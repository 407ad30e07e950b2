"""Become a program that ends with who started it: a program of its own.

    python tied.py PARENT COMMAND...

When the parent ends, however that happens, the kernel ends the program, also after it has become another one.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PARENT_DEATH_SIGNAL = 1


def main() -> None:
    """Tie this process to its parent, and become the program."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("who started this has ended")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # to become it is the point


if __name__ == "__main__":
    main()
