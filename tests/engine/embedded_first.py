"""What a learner waits for in a pod that has just begun: run inside it, by the load bench; prints what it saw as lines of JSON.

python embedded_first.py BUSYBOX

The image is put there first, and its time does not count: where a registry can be reached it is preloaded, or pulled by the build.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from pathlib import Path

BUILD = "%%dockerfile -t hello:1\nFROM busybox\nWORKDIR /app\nRUN echo compiling > /app/report\n" + 'CMD ["cat", "/app/report"]'
RESTS = 45.0
"""Seconds after which an idle engine has given back what it does not need."""


def read(*names: str) -> str:
    """Give what one of these files of the pod's own control group says; the first that is there."""
    for name in names:
        with contextlib.suppress(OSError):
            return Path("/sys/fs/cgroup", name).read_text()
    return ""


def used() -> dict[str, float]:
    """Give the pod's memory, without files that are only cached, in MB, and the seconds of a CPU that it had."""
    stat = dict(line.split() for line in read("memory.stat", "memory/memory.stat").splitlines())
    held = int(read("memory.current", "memory/memory.usage_in_bytes") or 0) - int(stat.get("inactive_file", 0))
    times = dict(line.split() for line in read("cpu.stat").splitlines())
    seconds = int(times["usage_usec"]) / 1e6 if "usage_usec" in times else int(read("cpuacct/cpuacct.usage") or 0) / 1e9
    return {"memory": held / 1e6, "cpu": seconds}


def main() -> None:
    began = time.monotonic()
    from IPython.core.interactiveshell import InteractiveShell

    from dockermagic import session
    from dockermagic.engine.embedded import need

    shell = InteractiveShell()
    need.choose("embedded")
    shell.run_line_magic("load_ext", "dockermagic")
    api = session.CURRENT.engine.api
    ready = time.monotonic() - began
    api.load_image(Path(sys.argv[1]).read_bytes())
    asked = time.monotonic()
    built = shell.run_cell(BUILD).result
    first = ready + time.monotonic() - asked
    busy = used()
    time.sleep(RESTS)
    ok = bool(built is not None and built.succeeded)
    print("\nfact", json.dumps({"ready": ready, "first": first, "ok": ok, "busy": busy, "idle": used()}), flush=True)


if __name__ == "__main__":
    main()
