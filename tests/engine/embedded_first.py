"""What a learner waits for in a pod that has just begun, and what it costs: run inside it, by the load bench; prints lines of JSON.

The image that the build stands on is on the prepared disk.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

BUILD = "%%dockerfile -t hello:1\nFROM busybox\nWORKDIR /app\nRUN echo compiling > /app/report\n" + 'CMD ["cat", "/app/report"]'


def read(*names: str) -> str:
    """Give what one of these files of the pod's own control group says; the first that is there."""
    for name in names:
        with contextlib.suppress(OSError):
            return Path("/sys/fs/cgroup", name).read_text()
    return ""


def memory() -> float:
    """Give the pod's memory, without files that are only cached, in MB."""
    stat = dict(line.split() for line in read("memory.stat", "memory/memory.stat").splitlines())
    return (int(read("memory.current", "memory/memory.usage_in_bytes")) - int(stat["inactive_file"])) / 1e6


def processor() -> float:
    """Give the seconds of a CPU that the pod had."""
    times = dict(line.split() for line in read("cpu.stat").splitlines())
    return int(times["usage_usec"]) / 1e6 if "usage_usec" in times else int(read("cpuacct/cpuacct.usage")) / 1e9


def main() -> None:
    began = time.monotonic()
    from IPython.core.interactiveshell import InteractiveShell

    from dockermagic import session
    from dockermagic.engine.embedded import machine, need
    from dockermagic.engine.embedded.memory import EVERY

    shell = InteractiveShell()
    need.choose("embedded")
    shell.run_line_magic("load_ext", "dockermagic")
    session.CURRENT.engine.api.ping()
    ready = time.monotonic() - began
    built = shell.run_cell(BUILD).result
    first = time.monotonic() - began
    facts = {"ready": ready, "first": first, "ok": built is not None and built.succeeded, "busy": memory(), "cpu": processor()}
    facts["disk"] = sum(path.stat().st_blocks for path in machine.find_places().data.iterdir()) * 512 / 1e6
    time.sleep(2 * EVERY + 5)  # the engine has given back then what it does not need
    print("\nfact", json.dumps({**facts, "idle": memory()}), flush=True)


if __name__ == "__main__":
    main()
