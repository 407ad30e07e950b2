"""`%%dockerfile` against `docker build` on one engine: interleaved pairs, so that what slows one slows the other."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.kernel import Kernel, kernel
from tests.rig.clients import Cli

SIX = """FROM busybox
WORKDIR /app
COPY one.txt .
RUN wc -c one.txt > count; echo {salt}
RUN seq 1 20000 > numbers
RUN sort -rn numbers | head -3
RUN sleep 0.2
CMD ["cat", "count"]
"""
LOUD = "FROM busybox\n" + "".join(
    f"RUN echo {{salt}} {part}; seq 1 10000 | sed 's/^/log line of this step, number /'\n" for part in range(10)
)


@dataclass(frozen=True)
class Pair:
    """Seconds of pairs of runs: ours and the docker CLI's."""

    name: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(a / b for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def more(self) -> float:
        """The median of the pairs' differences, in seconds."""
        return median(a - b for a, b in zip(self.ours, self.theirs, strict=True))


def cli_build(cli: Cli, text: str, context: Path, tag: str) -> float:
    """Run `docker build` to its end; give its seconds."""
    began = time.perf_counter()
    command = [str(cli.program), "build", "--tag", tag, "--file", "-", str(context)]
    subprocess.run(command, input=text.encode(), env=cli.environment, check=True, capture_output=True)
    return time.perf_counter() - began


def pairs(name: str, at: Kernel, cli: Cli, text: str, context: Path, count: int, *, fresh: bool = True) -> Pair:
    """Time a Dockerfile in pairs; every second pair begins with the other one.

    Parameters:
        fresh: every run gets a salt of its own, so that nothing comes from the cache.
    """
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(count):
        for mine in (True, False) if number % 2 else (False, True):
            cell = text.replace("{salt}", secrets.token_hex(6) if fresh else "salt")
            if mine:
                ours.append(at.build(f"-t dm-bench-ours:1 --context {context}", cell))
            else:
                theirs.append(cli_build(cli, cell, context, "dm-bench-theirs:1"))
    return Pair(name, tuple(ours), tuple(theirs))


def first_byte(url: str, context: Path) -> float:
    """Give the seconds from the call to the first bytes of a file of the context on their way."""
    from dockermagic.builds.model import Build
    from dockermagic.builds.request import BuildRequest
    from dockermagic.builds.run import run_build
    from dockermagic.engine import Engine
    from dockermagic.engine.address import Address

    class Watch:
        began = time.perf_counter()
        seen = 0.0

        def update(self, model: Build) -> None:
            if not self.seen and model.transfer is not None and model.transfer.current:
                self.seen = time.perf_counter() - self.began

        def tick(self) -> None:
            pass

        def close(self, model: Build) -> None:
            pass

    engine = Engine(Address(url))
    assert engine.about.product  # connected, as it is after a notebook's first build
    watch = Watch()
    Watch.began = time.perf_counter()
    build = run_build(BuildRequest("FROM busybox\nCOPY . /c\n", str(context)), engine, watch)
    engine.api.remove_image(build.image_id, force=True)
    return watch.seen


def many_files(folder: Path) -> Path:
    """Make a context of 20,000 files."""
    for group in range(200):
        (folder / f"d{group}").mkdir(parents=True)
        for number in range(100):
            (folder / f"d{group}" / f"f{number}").write_bytes(os.urandom(300))
    return folder


def measure(url: str, cli: Cli, folder: Path) -> tuple[list[Pair], float, int, int]:
    """Take every measurement of builds: pairs, seconds to the first byte, the kernel's bytes before and after the loud builds."""
    small, large = folder / "small", many_files(folder / "large")
    small.mkdir()
    (small / "one.txt").write_text("one\n")
    with kernel(folder, url) as at:
        found = [
            pairs("six steps", at, cli, SIX, small, 11),
            pairs("cached, nothing to do", at, cli, SIX, small, 15, fresh=False),
        ]
        before = at.memory
        found.append(pairs("100,000 log lines", at, cli, LOUD, small, 3))
        after = at.memory
        text = "FROM busybox\nCOPY . /c\n"
        fresh = large / "fresh"
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(5):
            for mine in (True, False) if number % 2 else (False, True):
                fresh.write_text(secrets.token_hex(8))
                if mine:
                    ours.append(at.build(f"-t dm-bench-ours:1 --context {large}", text))
                else:
                    theirs.append(cli_build(cli, text, large, "dm-bench-theirs:1"))
        found.append(Pair("20,000 files, one changed", tuple(ours), tuple(theirs)))
    byte = []
    for number in range(5):
        for group in range(200):
            (large / f"d{group}" / f"f{number}").write_bytes(os.urandom(300))
        byte.append(first_byte(url, large))
    return found, median(byte), before, after
