"""Opening an image of 500 MB and 5,000 files, against `docker save | tar -t` in turns; the second opening; the peak of memory.

`python -m tests.benchmarks.images` measures on the engine that is here.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median

from docker.errors import NotFound

import dockermagic
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.rig import clients, engines
from tests.rig.clients import Cli

Row = tuple[str, str, str, str, bool]
RUNS = 5
RATIO, FIRST, PEAK, AGAIN = 1.3, 2.0, 100.0, 0.3
"""The bars: times of `docker save | tar -t`; seconds to the first picture of its layers; MB; seconds of a second opening."""

TEXT = """FROM busybox
RUN mkdir /a && cd /a && for i in $(seq 2500); do head -c 100000 /dev/urandom > f$i; done
RUN mkdir /b && cd /b && for i in $(seq 2500); do head -c 100000 /dev/urandom > f$i; done
RUN rm -r /b
"""

# In a process of its own: the peak of its memory is this opening's, and no cache of Python's helps it.
OPENING = """
import json, sys, time
from pathlib import Path
import dockermagic
from dockermagic.images.open import open_image
from dockermagic.images.shelf import Shelf
from dockermagic.session import Session
session = Session()
engine = session.engine
began = time.perf_counter()
rows, files = [], []
def seen(image):
    rows.append(time.perf_counter() - began)
    if any(layer.files is not None for layer in image.layers):
        files.append(time.perf_counter() - began)
image = open_image(engine, sys.argv[1], shelf=Shelf(Path(sys.argv[2])), seen=seen)
took = time.perf_counter() - began
# Not ru_maxrss: Linux counts in it what the process was before it became this program.
status = Path("/proc/self/status").read_text()
peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
print(json.dumps({"took": took, "first": rows[0], "files": files[0], "peak": peak / 1000, "layers": len(image.layers)}))
session.close()
"""


def opened(image: str, shelf: str, url: str) -> dict[str, float]:
    """Open an image in a process of its own; give what it measured."""
    environment = {**os.environ, "DOCKER_HOST": url}
    command = [sys.executable, "-c", OPENING, image, shelf]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def saved(image: str, cli: Cli) -> tuple[float, float]:
    """Give the seconds that `docker save | tar -t` takes, and until the engine sends its first byte."""
    began = time.perf_counter()
    with subprocess.Popen([str(cli.program), "save", image], stdout=subprocess.PIPE, env=cli.environment) as save:
        assert save.stdout is not None
        select.select([save.stdout], [], [])
        first = time.perf_counter() - began
        subprocess.run(["tar", "-t"], stdin=save.stdout, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began, first


def measure(image: str, url: str, cli: Cli) -> Iterator[Row]:
    """Measure in turns; give rows of name, ours, theirs, the bar, and whether it is met."""
    theirs, ours, again = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            theirs.append(saved(image, cli))
            ours.append(opened(image, f"{folder}/{number}", url))
            again.append(opened(image, f"{folder}/{number}", url)["took"])
    ratio = median(each["took"] for each in ours) / median(total for total, _ in theirs)
    first, peak = max(each["first"] for each in ours), max(each["peak"] for each in ours)
    took, save = median(each["took"] for each in ours), median(total for total, _ in theirs)
    files, byte = median(each["files"] for each in ours), median(byte for _, byte in theirs)
    yield "opening, against docker save | tar -t", f"{took:.2f} s", f"{save:.2f} s", f"×{ratio:.2f}; bar: ×{RATIO}", ratio <= RATIO
    yield "first picture of its layers", f"{first:.2f} s", "", f"bar: {FIRST} s", first <= FIRST
    # Nothing can be shown before the engine sends anything: 20.10 first writes the whole image to its own disk.
    soon = files - byte <= FIRST
    yield "first layer's files, and the engine's first byte", f"{files:.2f} s", f"{byte:.2f} s", f"bar: {FIRST} s later", soon
    yield "peak memory of the process", f"{peak:.0f} MB", "", f"bar: {PEAK:.0f} MB", peak <= PEAK
    yield "opening it again", f"{median(again):.2f} s", "", f"bar: {AGAIN} s", median(again) <= AGAIN


def rows(url: str, cli: Cli) -> Iterator[Row]:
    """Build the image on an engine, and give the rows."""
    engine = Engine(Address(url))
    build = dockermagic.build(TEXT, tag="dm-bench-images:1", engine=engine)
    try:
        yield from measure("dm-bench-images:1", url, cli)
    finally:
        with contextlib.suppress(NotFound):
            engine.api.remove_image(build.image_id, force=True)
        engine.close()


def main() -> int:
    """Measure on the engine that is here; 1 when a bar is missed."""
    from tests.benchmarks.__main__ import table

    engine = engines.provide()
    return 0 if table(f"Images on Docker Engine {engine.version}", rows(engine.url, clients.for_engine(engine))) else 1


if __name__ == "__main__":
    sys.exit(main())
