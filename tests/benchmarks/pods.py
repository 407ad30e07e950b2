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
    """Start so many pods at once; give what each of them saw."""
    mounts = {embedded.busybox(): "/opt/busybox.tar"}
    command = ["-c", "mkdir -p work && cd work && exec python /opt/tests/embedded_first.py /opt/busybox.tar"]
    with ThreadPoolExecutor(count) as pool:
        told = list(pool.map(lambda _: pods.ran(client, image, command, mounts, within=900, entrypoint="sh"), range(count)))
    for each in told:
        if not each.facts or not each.facts[0]["ok"]:
            raise RuntimeError(each.said[-2000:])
    names = ("ready", "first", "busy", "idle", "cpu")
    return [{name: each.facts[0][name] for name in names} for each in told]


def main(counts: tuple[int, ...] = COUNTS) -> int:
    """Measure, and print a Markdown table."""
    engine = engines.provide()
    images.provide(engine)
    client = engine.client()
    made = roots.binder(client, ROOT, embedded.wheel())
    print(f"{os.cpu_count()} CPUs, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB\n")
    print("| pods at once | engine ready | first build (the slowest) | memory a pod, then idle | CPU to the first build |")
    print("|---|---|---|---|---|")
    try:
        for count in counts:
            found = together(client, made, count)
            middle = {name: median(each[name] for each in found) for name in found[0]}
            slowest = max(each["first"] for each in found)
            print(
                f"| {count} | {middle['ready']:.1f} s | {middle['first']:.1f} s ({slowest:.1f} s) | "
                f"{middle['busy']:.0f} MB, {middle['idle']:.0f} MB | {middle['cpu']:.1f} s |",
                flush=True,
            )
    finally:
        for name in (made, roots.tag(ROOT)):
            client.images.remove(name, force=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(int(word) for word in sys.argv[1:]) or COUNTS))
