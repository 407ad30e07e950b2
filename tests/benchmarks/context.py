"""Fingerprints of a large context against a bare walk, against whycache and against docker-py's walk and tar; and builds of it.

whycache (PyPI, 0.1.0) is no dependency: name the Python of an environment that has it in WHYCACHE_PYTHON; without one its rows are
left out. `python -m tests.benchmarks.context` measures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from docker.utils.build import tar as docker_tar

from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import run_build
from dockermagic.builds.why.walk import fingerprint
from dockermagic.builds.why.writing import settle
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from dockermagic.views.show import Quiet

FILES, SIZE, IGNORED = 20_000, 10_000, 30_000
RUNS = 5
PATTERNS = ("node_modules", "*.log", ".git")
WHYCACHE = """
import sys, time
from pathlib import Path
from whycache.manifest import build_manifest
prior = None
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    made = build_manifest(Path(sys.argv[1]), prior)
    print(time.perf_counter() - began)
    prior = {"manifest": made[0], "stat": made[1]}
"""


def make(root: Path) -> None:
    """Make 20,000 files of 10 kB, and 30,000 that .dockerignore leaves out."""
    (root / ".dockerignore").write_text("".join(f"{pattern}\n" for pattern in PATTERNS))
    for folder, count, size in (("src", FILES, SIZE), ("node_modules", IGNORED, 100)):
        for number in range(count):
            path = root / folder / f"part{number % 200}" / f"file{number}.js"
            if number < 200:
                path.parent.mkdir(parents=True)
            path.write_bytes(os.urandom(size))


def bare(root: Path) -> int:
    """Walk and stat, what .dockerignore leaves out left out, and do nothing with it."""
    count, folders = 0, [str(root)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name == "node_modules":
                    continue
                entry.stat(follow_symlinks=False)
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return count


def timed(work: Callable[[], object]) -> float:
    """Give how long something takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def docker_py(root: Path) -> None:
    """Pack the context as docker-py does."""
    docker_tar(str(root), exclude=list(PATTERNS)).close()


def build(root: Path, url: str, made: set[str]) -> float:
    """Build the unchanged context with dockermagic; give seconds."""
    engine = Engine(Address(url))
    try:
        request = BuildRequest("FROM scratch\nCOPY src /src\n", str(root))
        began = time.perf_counter()
        made.add(run_build(request, engine, Quiet()).image_id)
        return time.perf_counter() - began
    finally:
        engine.close()


def with_cli(root: Path, url: str, buildkit: str, made: set[str]) -> list[float]:
    """Build the unchanged context with the docker command line; give seconds, nothing where it has no such builder."""
    environment = {**os.environ, "DOCKER_HOST": url, "DOCKER_BUILDKIT": buildkit}
    command = ["docker", "build", "--quiet", "--file", "-", str(root)]
    began = time.perf_counter()
    done = subprocess.run(command, input=b"FROM scratch\nCOPY src /src\n", env=environment, check=False, capture_output=True)
    if done.returncode:
        return []
    made.add(done.stdout.decode().strip())
    return [time.perf_counter() - began]


def row(name: str, values: list[float], bar: str = "", met: bool = True) -> bool:
    """Print a row of the table."""
    told = f"{median(values):.3f} s ({min(values):.3f}–{max(values):.3f})" if values else "not measured"
    print(f"| {name} | {told} | {bar} | {'met' if met else '**missed**'} |", flush=True)
    return met


def main(url: str = "unix:///var/run/docker.sock") -> int:
    """Measure everything, one after the other in turns."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root)
        time.sleep(0.2)  # files that were made a moment ago are read twice
        cold, warm, walks, packs = [], [], [], []
        for _ in range(RUNS):
            cold.append(timed(lambda: fingerprint(str(root), PATTERNS)))
            packs.append(timed(lambda: docker_py(root)))
        _, known = fingerprint(str(root), PATTERNS)
        for _ in range(RUNS * 2):
            walks.append(timed(lambda: bare(root)))
            warm.append(timed(lambda: fingerprint(str(root), PATTERNS, ("",), known)))
        other = os.environ.get("WHYCACHE_PYTHON", "")
        theirs = [float(each) for each in _whycache(other, root)] if other else []
        print("| | median | bar | |\n|---|---|---|---|")
        good = row("bare scandir and stat", walks)
        good &= row("fingerprint, warm", warm, "×1.6 of the bare walk", median(warm) <= 1.6 * median(walks))
        good &= row("fingerprint, cold", cold, "half of whycache's", not theirs or median(cold) * 2 <= theirs[0])
        row("whycache, cold", theirs[:1])
        row("whycache, warm", theirs[1:])
        row("docker-py, walk and tar", packs)
        ours, classic, buildx, made = [], [], [], set[str]()
        build(root, url, made)
        with_cli(root, url, "0", made)
        for _ in range(3):
            ours.append(build(root, url, made))
            classic += with_cli(root, url, "0", made)
            buildx += with_cli(root, url, "1", made)
        good &= row("unchanged rebuild, dockermagic", ours, "the classic builder's", not classic or median(ours) <= median(classic))
        row("unchanged rebuild, docker CLI, classic builder", classic)
        row("unchanged rebuild, docker CLI, BuildKit", buildx)
    settle()
    engine = Engine(Address(url))
    for image in made:
        engine.api.remove_image(image, force=True)
    engine.close()
    return 0 if good else 1


def _whycache(python: str, root: Path) -> list[str]:
    done = subprocess.run([python, "-c", WHYCACHE, str(root), "4"], check=True, capture_output=True, text=True)
    return done.stdout.split()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
