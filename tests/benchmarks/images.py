"""Opening an image of 500 MB and 5,000 files, against `docker save | tar -t` in turns; the second opening; the peak of memory.

`python -m tests.benchmarks.images` measures on the engine that DOCKER_HOST or the docker context names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from statistics import median

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
import json, resource, sys, time
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
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"took": took, "first": rows[0], "files": files[0], "peak": peak / 1000, "layers": len(image.layers)}))
session.close()
"""


def opened(image: str, shelf: str) -> dict[str, float]:
    """Open an image in a process of its own; give what it measured."""
    done = subprocess.run([sys.executable, "-c", OPENING, image, shelf], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def saved(image: str) -> float:
    """Give the seconds that `docker save | tar -t` takes."""
    began = time.perf_counter()
    with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as save:
        subprocess.run(["tar", "-t"], stdin=save.stdout, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(image: str) -> list[tuple[str, str, str, bool]]:
    """Measure in turns; give rows of name, value, bar, and whether the bar is met."""
    theirs, ours, again = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            theirs.append(saved(image))
            ours.append(opened(image, f"{folder}/{number}"))
            again.append(opened(image, f"{folder}/{number}")["took"])
    ratio = median(each["took"] for each in ours) / median(theirs)
    first, peak = max(each["first"] for each in ours), max(each["peak"] for each in ours)
    return [
        ("opening, against docker save | tar -t", f"×{ratio:.2f} of {median(theirs):.2f} s", f"×{RATIO}", ratio <= RATIO),
        ("first picture of its layers", f"{first:.2f} s", f"{FIRST} s", first <= FIRST),
        ("first layer's files", f"{median(each['files'] for each in ours):.2f} s", "none", True),
        ("peak memory of the process", f"{peak:.0f} MB", f"{PEAK:.0f} MB", peak <= PEAK),
        ("opening it again", f"{median(again):.2f} s", f"{AGAIN} s", median(again) <= AGAIN),
    ]


def main() -> int:
    """Build the image, measure, and print a table; 1 when a bar is missed."""
    import dockermagic

    build = dockermagic.build(TEXT, tag="dm-bench-images:1")
    try:
        rows = measure("dm-bench-images:1")
    finally:
        subprocess.run(["docker", "rmi", "-f", build.image_id], capture_output=True, check=False)
    print("| measured | value | bar | met |\n|---|---|---|---|")
    for name, value, bar, met in rows:
        print(f"| {name} | {value} | {bar} | {'yes' if met else 'NO'} |")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
