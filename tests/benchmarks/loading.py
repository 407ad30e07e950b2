"""What `%load_ext dockermagic` adds to IPython's own start."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

SCRIPT = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
began = time.perf_counter()
shell.run_line_magic("load_ext", "dockermagic")
print(time.perf_counter() - began)
"""


def measure(count: int = 11) -> tuple[float, ...]:
    """Give the seconds of loading the extension in fresh interpreters."""
    return tuple(
        float(subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout)
        for _ in range(count)
    )


__all__ = ["measure", "median"]
