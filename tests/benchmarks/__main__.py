"""`make bench`: every measurement and its bar, as a Markdown table. Ends with 1 when a bar is missed."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from docker.errors import NotFound

from tests.benchmarks import builds, compose, context, loading, pixels
from tests.benchmarks import images as opening
from tests.benchmarks.builds import Pair
from tests.rig import clients, engines, images
from tests.rig.engines import Engine

Row = tuple[str, str, str, str, bool]


def spread(values: tuple[float, ...]) -> str:
    """Write seconds as their median and their range."""
    return f"{median(values):.3f} s ({min(values):.3f}–{max(values):.3f})"


def pair_row(pair: Pair, bar: str, met: bool) -> Row:
    """Write a pair's row."""
    return pair.name, spread(pair.ours), spread(pair.theirs), f"×{pair.ratio:.3f}, {pair.more * 1000:+.0f} ms; bar: {bar}", met


def engine_rows(engine: Engine, folder: Path) -> Iterator[Row]:
    """Measure builds on an engine."""
    found, byte, before, after = builds.measure(engine.url, clients.for_engine(engine), folder)
    six, cached, loud, files = found
    yield pair_row(six, "at most ×1.05", six.ratio <= 1.05)
    yield pair_row(cached, "at most 50 ms more", cached.more <= 0.05)
    yield pair_row(loud, "none", True)
    yield pair_row(files, "none", True)
    yield "first byte of a 20,000-file context", f"{byte:.3f} s", "", "bar: 0.3 s", byte <= 0.3
    grown = f"{after / 1e6:.0f} MB ({before / 1e6:.0f} MB before)"
    yield "kernel memory after 3 × 100,000 log lines", grown, "", "bar: 120 MB", after < 120e6


def table(title: str, rows: Iterator[Row]) -> bool:
    """Print a Markdown table while its rows come; tell whether every bar was met."""
    print(f"\n## {title}\n\n| | dockermagic | docker CLI | | |\n|---|---|---|---|---|", flush=True)
    good = True
    for name, ours, theirs, verdict, met in rows:
        print(f"| {name} | {ours} | {theirs} | {verdict} | {'met' if met else '**missed**'} |", flush=True)
        good = good and met
    return good


def main() -> int:
    """Measure on the engine that is here and on Engine 28, then loading and the browser."""
    good = True
    for start in (engines.provide, lambda: engines.private("28")):
        engine = start()
        added = images.provide(engine, (images.BUSYBOX,))
        before = {image["Id"] for image in engine.client().api.images(all=True)}
        with tempfile.TemporaryDirectory() as folder:
            good &= table(f"Builds on Docker Engine {engine.version}", engine_rows(engine, Path(folder)))
        cli = clients.for_engine(engine)
        with tempfile.TemporaryDirectory() as folder:
            context.make(Path(folder))
            if engine.home is None:
                good &= table("Fingerprints of 20,000 files, 200 MB; 30,000 more ignored", context.look_rows(Path(folder)))
            title = f"Builds of that context on Docker Engine {engine.version}"
            good &= table(title, context.build_rows(Path(folder), engine.url, cli))
        good &= table(f"Opening an image of 500 MB on Docker Engine {engine.version}", opening.rows(engine.url, cli))
        if engine.home is None:
            good &= table(f"Docker Compose on Docker Engine {engine.version}", compose.rows(engine.url))
        for image in engine.client().api.images(all=True):
            if image["Id"] not in before:
                with contextlib.suppress(NotFound):
                    engine.client().api.remove_image(image["Id"], force=True)
        images.remove(engine, added)
        if engine.home is not None:
            engine.end()
    good &= table("The notebook", notebook_rows())
    print(f"\nMeasured on {time.strftime('%Y-%m-%d')}; medians, with the range in brackets.")
    return 0 if good else 1


def notebook_rows() -> Iterator[Row]:
    """Measure loading the extension, and the way from an event to the screen."""
    load = loading.measure()
    yield "`%load_ext dockermagic`", spread(load), "", "bar: 60 ms", median(load) <= 0.06
    late = pixels.measure()
    told = f"p50 {late.p50:.0f} ms, p95 {late.p95:.0f} ms (the middle one of five runs)"
    yield "event to pixel at 2,000 events/s", told, "", "bar: p95 150 ms", late.p95 < 150


if __name__ == "__main__":
    sys.exit(main())
