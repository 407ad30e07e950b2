"""Giving the host back what a guest has used once and needs no more.

What a guest has touched stays with it: freed memory, and files that it keeps in case they are read again, hold as much of the
host's memory as what is in use. So, whenever the guest has been idle for a while:

1. How much it could do without is what its kernel calls available, less what a next command wants at once.
2. That much is taken away from it, in steps, so that it lets go of the files that it keeps; the host gets each page back.
3. All of it is given again. It is free for the guest, and the host's only when it is touched.

In between the guest has little memory, for a second or two; so nothing is taken from one that works, and no more from one that
begins to.

Source: "config mem" of mconsole (arch/um/drivers/mconsole_kern.c): pages are taken from the guest's allocator and dropped with
MADV_REMOVE.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dockermagic.engine.embedded.mconsole import Console

__all__ = ["EVERY", "Idleness", "Memory", "held", "spare"]

EVERY = 15.0
"""Seconds between two looks at the guest."""
AT_ONCE = 48
"""MB that stay with the guest for what a next command wants at once."""
WORTH = 64
"""MB that are worth the second."""
STEP = 16
"""MB that are taken at a time."""
PAUSE = 0.05
"""Seconds in which the guest's kernel lets go of files."""
IDLE = 0.95
"""The part of a span in which the processor of an idle guest has nothing to do."""


def spare(meminfo: str) -> int:
    """Give how many MB a guest could do without, from its /proc/meminfo; 0 when that does not say."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo, re.MULTILINE)
    return max(0, int(found[1]) // 1024 - AT_ONCE) if found is not None else 0


def in_use(meminfo: str) -> int:
    """Give how many MB a guest needs, from its /proc/meminfo."""
    total = re.search(r"^MemTotal:\s+(\d+) kB", meminfo, re.MULTILINE)
    available = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo, re.MULTILINE)
    return (int(total[1]) - int(available[1])) // 1024 if total is not None and available is not None else 0


@dataclass
class Idleness:
    """Says of spans of time whether the guest was idle, from its /proc/stat."""

    all: int = 0
    idle: int = 0

    def since_last(self, stat: str) -> bool:
        """Say whether it was idle since this was asked last."""
        found = re.search(r"^cpu +([\d ]+)$", stat, re.MULTILINE)
        ticks = [int(each) for each in found[1].split()] if found is not None else []
        if len(ticks) < 5:
            return False
        every, idle = sum(ticks[:8]), ticks[3] + ticks[4]
        span, spent = every - self.all, idle - self.idle
        self.all, self.idle = every, idle
        return span > 0 and spent >= IDLE * span


def held(pid: int) -> int:
    """Give how many MB of the host a guest's memory takes; 0 when that cannot be seen.

    Parameters:
        pid: of the guest's kernel.
    """
    for path in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            # Both of its kernels' memory: an anonymous file, or one in a folder that is gone from there.
            if re.match(r"/memfd:uml-mem|.*/vm_file-", str(path.readlink())):
                return path.stat().st_blocks * 512 >> 20
        except OSError:
            continue
    return 0


class Memory:
    """A guest's memory, seen from the host.

    Parameters:
        console: its kernel's.
        held: gives how many MB of the host it takes.
    """

    def __init__(self, console: Console, held: Callable[[], int], sleep: Callable[[float], object] = time.sleep) -> None:
        self._console, self._held, self._sleep = console, held, sleep
        self._idleness = Idleness()

    def look(self) -> int:
        """Give back what can be given back, if the guest has been idle since the last look; give how many MB the host got.

        Raises:
            EngineError: the kernel refused.
            OSError: it does not answer.
        """
        idle = self._idleness.since_last(self._console.ask("proc stat"))
        meminfo = self._console.ask("proc meminfo") if idle else ""
        before = self._held()
        if not idle or before - in_use(meminfo) - AT_ONCE < WORTH:
            return 0
        taken, most = 0, spare(meminfo)
        try:
            # Asked anew at each step: whoever begins to work in the guest takes from what can be spared as well.
            while taken + STEP <= most and spare(self._console.ask("proc meminfo")) >= STEP:
                taken += STEP
                self._console.ask(f"config mem=-{STEP}M")
                self._sleep(PAUSE)
        finally:
            self._console.ask(f"config mem=+{taken + STEP}M")
        return before - self._held()
