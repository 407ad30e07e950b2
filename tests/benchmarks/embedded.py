"""The embedded engine against a native one of the same version: interleaved pairs, starts, memory.

python -m tests.benchmarks.embedded [PAIRS]
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import docker

from dockermagic.engine.embedded import client
from dockermagic.engine.embedded.memory import EVERY
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.settings import Settings
from dockermagic.engine.embedded.state import State
from tests.benchmarks.builds import SIX, Pair
from tests.benchmarks.kernel import Kernel, kernel
from tests.rig import embedded, engines, images

RUN = """
import time as _time, json as _json
_began = _time.perf_counter()
get_ipython().run_line_magic("docker_run", "--rm busybox true")
print("took", _json.dumps(_time.perf_counter() - _began))
"""
RESTS = 2 * EVERY + 5
"""Seconds after which a guest has given back what it does not need."""
BARS = {"run --rm busybox true": 1.6, "six steps": 1.8}


@contextlib.contextmanager
def guest(folder: Path, memory: int = 512) -> Iterator[tuple[State, float]]:
    """Start a guest with its disk in a folder; give its state, and the seconds that it took."""
    os.environ["PYTHONPATH"] = str(embedded.site())
    places = Places(folder / "run", folder / "data")
    places.run.mkdir(mode=0o700, exist_ok=True)
    settings = Settings(str(places.run), str(places.data), memory, folders=(str(folder),), linger=5, only="User-mode Linux")
    began = time.perf_counter()
    link = client.join(places, settings.text())
    try:
        state = link.wait(lambda _: None)
        if state.phase != "ready":
            raise RuntimeError(f"{state.said} {state.refusals}\n{client.logs(places)}")
        yield state, time.perf_counter() - began
    finally:
        link.close()
        client.stop(places)


def held(supervisor: int) -> int:
    """Give what an engine's processes hold, in bytes; a page that several share counts once."""
    import psutil

    process = psutil.Process(supervisor)
    return sum(each.memory_full_info().pss for each in (process, *process.children(recursive=True)))


def run(at: Kernel) -> float:
    """Run a container; give its seconds."""
    return float(json.loads(at.run(RUN).rsplit("took ", 1)[1]))


def measured(guests: Kernel, native: Kernel, count: int) -> Iterator[Pair]:
    """Time both in pairs; every second pair begins with the other one."""
    for name in BARS:
        took: dict[Kernel, list[float]] = {guests: [], native: []}
        for number in range(-1, count):
            for each in (guests, native) if number % 2 else (native, guests):
                salt = f"{time.time_ns():x}"
                seconds = run(each) if name.startswith("run") else each.build("-t dm-bench:1", SIX.replace("{salt}", salt))
                if number >= 0:  # the first pair only warms up
                    took[each].append(seconds)
        yield Pair(name, tuple(took[guests]), tuple(took[native]))


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def main(count: int = 7) -> int:
    """Measure, and print a Markdown table."""
    good = True
    with tempfile.TemporaryDirectory() as top, contextlib.ExitStack() as stack:
        folder = Path(top)
        (folder / "one.txt").write_text("one\n")
        (folder / "run").mkdir(mode=0o700)
        with guest(folder) as (state, cold), contextlib.closing(docker.APIClient(state.url)) as api:
            api.load_image(images.archive(images.BUSYBOX).read_bytes())
        state, warm = stack.enter_context(guest(folder))
        time.sleep(RESTS)
        idle = held(state.pid)
        native = engines.private("28")
        stack.callback(native.end)
        images.provide(native, (images.BUSYBOX,))
        print(f"| | embedded | native {native.version} | measured | bar |\n|---|---|---|---|---|")
        ours, theirs = (stack.enter_context(kernel(folder, url)) for url in (state.url, native.url))
        for pair in measured(ours, theirs, count):
            good &= (met := pair.ratio <= BARS[pair.name])
            ends = [f"{median(each):.2f} s ({min(each):.2f}–{max(each):.2f})" for each in (pair.ours, pair.theirs)]
            bar = f"bar: ×{BARS[pair.name]} | {_met(met)}"
            print(f"| {pair.name} | {ends[0]} | {ends[1]} | ×{pair.ratio:.2f}; {bar} |", flush=True)
        print(f"| start to a first container, empty disk; with images | {cold:.1f} s; {warm:.1f} s | | | |")
        after = held(state.pid)
        time.sleep(RESTS)
        rested = held(state.pid)
        good &= (met := idle < 190e6 and rested < 320e6)
        told = f"{idle / 1e6:.0f} MB; {after / 1e6:.0f} MB; {rested / 1e6:.0f} MB"
        print(f"| memory, idle; after the builds; at rest | {told} | | bar: 190 MB idle, 320 MB at rest | {_met(met)} |")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
