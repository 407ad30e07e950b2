"""As many strict pods as asked for, started together on one machine: a workshop's first minute, and what a learner costs.

python -m tests.benchmarks.pods [COUNT…]        1 4 8 unless told

Each pod may use one CPU and 2 GB, as Binder allows; all share this machine's.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import docker

from tests.rig import embedded, engines, images, pods, roots

COUNTS = (1, 4, 8)
ROOT = "debian"


def together(client: docker.DockerClient, image: str, count: int) -> list[dict[str, float]]:
    """Start so many pods at once; give what each saw that built what it was to build."""
    command = ["-c", "mkdir -p work && cd work && exec python /opt/tests/embedded_first.py"]
    with ThreadPoolExecutor(count) as pool:
        told = list(pool.map(lambda _: pods.ran(client, image, command, {}, within=900, entrypoint="sh"), range(count)))
    well = [each for each in told if each.facts and each.facts[0]["ok"]]
    for each in told:
        if each not in well:
            print(each.said[-1000:], file=sys.stderr)
    return [{name: each.facts[0][name] for name in ("ready", "first", "busy", "idle", "cpu", "disk")} for each in well]


def main(counts: tuple[int, ...] = COUNTS) -> int:
    """Measure, and print a Markdown table."""
    engine = engines.provide()
    images.provide(engine)
    client = engine.client()
    made = roots.binder(client, ROOT, embedded.wheel(), roots.bundle(engine))
    print(f"{os.cpu_count()} CPUs, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB\n")
    print("| pods at once, well | engine ready | first build (slowest) | memory, then idle | CPU to the first build | disk |")
    print("|---|---|---|---|---|---|")
    try:
        for count in counts:
            found = together(client, made, count)
            if not found:
                print(f"| {count}, 0 | | | | | |", flush=True)
                continue
            middle = {name: median(each[name] for each in found) for name in found[0]}
            slowest = max(each["first"] for each in found)
            print(
                f"| {count}, {len(found)} | {middle['ready']:.1f} s | {middle['first']:.1f} s ({slowest:.1f} s) | "
                f"{middle['busy']:.0f} MB, {middle['idle']:.0f} MB | {middle['cpu']:.1f} s | {middle['disk']:.0f} MB |",
                flush=True,
            )
    finally:
        for name in (made, roots.tag(ROOT)):
            client.images.remove(name, force=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(int(word) for word in sys.argv[1:]) or COUNTS))
