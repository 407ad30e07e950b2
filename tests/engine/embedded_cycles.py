"""Starts and ends of an engine in a pod, some by kill: run inside it, by the tests; prints what it saw as a line of JSON.

python embedded_cycles.py BUSYBOX COUNT
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from dockermagic.engine import Engine, search
from dockermagic.engine.embedded import client, machine, need

ENGINES = ("parts/linux", "network.py", "embedded.supervisor")
"""An engine's processes."""
KERNEL = "kernel"
KILLED = (*ENGINES, KERNEL, "")
"""Whose process is killed: one of the engine's, the notebook's kernel that had it started, or none."""
USER = """
import time
from pathlib import Path
from dockermagic.engine import search
from dockermagic.engine.embedded import need
need.choose("embedded")
engine = search(folders=(Path.cwd(),)).engine
while True:
    made = engine.api.create_container("busybox", ["sleep", "0.1"])
    engine.api.start(made)
    engine.api.remove_container(made, force=True)
"""
"""What a kernel does: it has an engine started, and uses it."""


def processes() -> dict[int, str]:
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if any(word in line for word in ENGINES):
                found[int(path.parent.name)] = line
    return found


def gone(within: float) -> list[str]:
    deadline = time.monotonic() + within
    while (left := processes()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return list(left.values())


def started() -> Engine:
    found = search(folders=(Path.cwd(),))
    assert found.engine is not None, found.attempts
    return found.engine


def cycle(number: int, kill: str) -> str:
    """Start, use, maybe kill, and end an engine; give what is wrong."""
    if kill == KERNEL:  # at any moment of the start, or later; the next kernel finds the engine, or has another one started
        with subprocess.Popen([sys.executable, "-c", USER], stderr=subprocess.DEVNULL) as user:
            time.sleep(random.uniform(0, 6))
            user.kill()
    engine = started()
    api = engine.api
    if not api.images("busybox"):
        return "the image is lost"
    if api.inspect_volume("kept")["Name"] != "kept":
        return "the volume is lost"
    made = api.create_container(
        "busybox", ["sh", "-c", f"echo {number} > /data/n"], host_config=api.create_host_config(binds=["kept:/data"])
    )
    api.start(made)
    if kill in ENGINES:
        time.sleep(random.random())  # at any moment
        for pid, line in processes().items():
            if kill in line:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    engine.close()
    need.leave()
    places = machine.find_places()
    client.stop(places)
    left = gone(10)
    return f"left: {left}" if left else ""


def main() -> None:
    count = int(sys.argv[2])
    need.choose("embedded")
    engine = started()
    engine.api.load_image(Path(sys.argv[1]).read_bytes())
    engine.api.create_volume("kept")
    engine.close()
    wrong, took = [], []
    for number in range(count):
        # The last one is a plain stop: sockets that a killed supervisor leaves are removed by the next one.
        began, kill = time.monotonic(), KILLED[number % len(KILLED)] if number < count - 1 else ""
        said = cycle(number, kill)
        took.append(time.monotonic() - began)
        if said:
            wrong.append(f"{number} ({kill or 'stop'}): {said}")
            break
    files = sorted(path.name for path in machine.find_places().run.iterdir())
    print("\nfact", json.dumps({"cycles": len(took), "wrong": wrong, "seconds": round(sum(took)), "files": files}), flush=True)


if __name__ == "__main__":
    main()
