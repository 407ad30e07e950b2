"""A context of 20,000 files, 200 MB, and 30,000 files that .dockerignore leaves out.

Its fingerprints against a bare walk, against whycache and against docker-py's walk and tar; builds of it against the docker command
line's classic builder and BuildKit. Everything is measured in turns.

whycache (PyPI, 0.1.0) is no dependency: it gets an environment of its own.
`python -m tests.benchmarks.context` measures on the engine that is here and on Engine 28.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
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
from tests.rig import clients, engines
from tests.rig.clients import Cli
from tests.rig.places import CACHE

FILES, SIZE, IGNORED = 20_000, 10_000, 30_000
RUNS, BUILDS = 7, 3
FIRST = 1 << 16
"""Bytes of a build on their way to the engine that count as its first ones: more than a client says before the context."""
PATTERNS = ("node_modules", "*.log", ".git")
TEXT = "FROM scratch\nCOPY src /src\n"
PEER = "whycache==0.1.0"
PEERS_RUN = """
import sys, time
from pathlib import Path
from whycache.manifest import build_manifest
prior = None
for _ in range(2):
    began = time.perf_counter()
    made = build_manifest(Path(sys.argv[1]), prior)
    print(time.perf_counter() - began)
    prior = {"manifest": made[0], "stat": made[1]}
"""

Row = tuple[str, str, str, str, bool]
Times = dict[str, list[float]]


def make(root: Path) -> None:
    """Make 20,000 files of 10 kB, and 30,000 that .dockerignore leaves out."""
    (root / ".dockerignore").write_text("".join(f"{pattern}\n" for pattern in PATTERNS))
    for folder, count, size in (("src", FILES, SIZE), ("node_modules", IGNORED, 100)):
        for number in range(count):
            path = root / folder / f"part{number % 200}" / f"file{number}.js"
            if number < 200:
                path.parent.mkdir(parents=True)
            path.write_bytes(os.urandom(size))


def peer() -> Path:
    """Give a Python that has whycache."""
    home = CACHE / "whycache"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--no-deps", PEER], check=True)
        (home / "ready").touch()
    return python


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


def looks(root: Path) -> Times:
    """Take the fingerprints, ours and others', in turns."""
    found: Times = {name: [] for name in ("cold", "warm", "bare", "peer cold", "peer warm", "docker-py")}
    python = peer()
    time.sleep(0.2)  # files that were made a moment ago are read twice
    _, known = fingerprint(str(root), PATTERNS)
    for number in range(RUNS):
        found["cold"].append(timed(lambda: fingerprint(str(root), PATTERNS)))
        for _ in range(2):
            found["bare"].append(timed(lambda: bare(root)))
            found["warm"].append(timed(lambda: fingerprint(str(root), PATTERNS, ("",), known)))
        done = subprocess.run([python, "-c", PEERS_RUN, str(root)], check=True, capture_output=True, text=True)
        for name, told in zip(("peer cold", "peer warm"), done.stdout.split(), strict=True):
            found[name].append(float(told))
        if number < BUILDS:
            found["docker-py"].append(timed(lambda: docker_tar(str(root), exclude=list(PATTERNS)).close()))
    return found


def look_rows(root: Path) -> Iterator[Row]:
    """Give the rows of the fingerprints."""
    found = looks(root)

    def row(name: str, ours: str, theirs: str, bar: str, most: float | None) -> Row:
        ratio = median(a / b for a, b in zip(found[ours], found[theirs], strict=False))
        return name, spread(found[ours]), spread(found[theirs]), f"×{ratio:.2f}; bar: {bar}", most is None or ratio <= most

    yield row("fingerprint, warm, against a bare scandir and stat", "warm", "bare", "×1.6", 1.6)
    yield row("fingerprint, cold, against whycache's", "cold", "peer cold", "×0.5", 0.5)
    yield row("fingerprint, warm, against whycache's", "warm", "peer warm", "none", None)
    yield row("fingerprint, cold, against docker-py's walk and tar", "cold", "docker-py", "none", None)


class Relay:
    """Stands between a client and an engine, and notes when the client has sent its first bytes.

    Parameters:
        target: the engine's socket.
        place: where clients connect to.
    """

    def __init__(self, target: str, place: Path) -> None:
        self.target, self.url = target, f"unix://{place}"
        self.sent, self.at = 0, 0.0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(place))
        self.listener.listen(32)
        threading.Thread(target=self._accept, name="benchmark relay", daemon=True).start()

    def begin(self) -> None:
        """Count from now on."""
        self.sent, self.at = 0, 0.0

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self.target)
            for source, sink, counts in ((client, engine, True), (engine, client, False)):
                threading.Thread(target=self._copy, args=(source, sink, counts), name="benchmark relay", daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        try:
            while data := source.recv(1 << 18):
                if counts and not self.at:
                    self.sent += len(data)
                    self.at = time.perf_counter() if self.sent >= FIRST else 0.0
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, sink):
                end.close()


def builds(root: Path, url: str, cli: Cli) -> Times:
    """Build the context in turns: unchanged, and with one file changed; by way of a relay also until the first bytes."""
    found: Times = {f"{who} {what}": [] for who in ("ours", "classic", "BuildKit") for what in ("again", "edited", "first")}
    engine, made = Engine(Address(url)), set[str]()
    assert engine.about.product

    def by(who: str, at: str, through: Engine) -> float:
        began = time.perf_counter()
        if who == "ours":
            made.add(run_build(BuildRequest(TEXT, str(root)), through, Quiet()).image_id)
        else:
            environment = {**cli.environment, "DOCKER_HOST": at, "DOCKER_BUILDKIT": str(int(who == "BuildKit"))}
            command = [str(cli.program), "build", "--quiet", "--file", "-", str(root)]
            done = subprocess.run(command, input=TEXT.encode(), env=environment, check=True, capture_output=True)
            made.add(done.stdout.decode().split()[-1])
        return time.perf_counter() - began

    edited = root / "src" / "part0" / "file0.js"
    with tempfile.TemporaryDirectory() as folder:
        relay = Relay(url.removeprefix("unix://"), Path(folder, "relay"))
        relayed = Engine(Address(relay.url))
        assert relayed.about.product
        try:
            for number in range(BUILDS + 1):
                for who in ("ours", "classic", "BuildKit")[:: 1 if number % 2 else -1]:
                    edited.write_bytes(secrets.token_bytes(SIZE))
                    relay.begin()
                    began = time.perf_counter()
                    times = {"edited": by(who, relay.url, relayed), "first": relay.at - began, "again": by(who, url, engine)}
                    for what, seconds in times.items():
                        found[f"{who} {what}"] += [seconds] if number else []  # the first round only fills caches
        finally:
            relay.listener.close()
            settle()
            for image in made:
                engine.api.remove_image(image, force=True)
            relayed.close()
            engine.close()
    return found


def build_rows(root: Path, url: str, cli: Cli) -> Iterator[Row]:
    """Give the rows of the builds."""
    found = builds(root, url, cli)
    names = {"first": f"until {FIRST // 1024} KiB are on their way", "edited": "one file changed", "again": "unchanged"}
    for what, name in names.items():
        for who in ("classic", "BuildKit"):
            ratio = median(a / b for a, b in zip(found[f"ours {what}"], found[f"{who} {what}"], strict=True))
            bar, met = ("×1", ratio <= 1) if (what, who) == ("again", "classic") else ("none", True)
            title = f"{name}, docker CLI {'with the classic builder' if who == 'classic' else 'with BuildKit'}"
            yield title, spread(found[f"ours {what}"]), spread(found[f"{who} {what}"]), f"×{ratio:.2f}; bar: {bar}", met


def spread(values: list[float]) -> str:
    """Write seconds as their median and their range."""
    return f"{median(values):.3f} s ({min(values):.3f}–{max(values):.3f})"


def main() -> int:
    """Measure everything."""
    from tests.benchmarks.__main__ import table

    good = True
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root)
        good &= table("Fingerprints of 20,000 files, 200 MB, 30,000 ignored", look_rows(root))
        for start in (engines.provide, lambda: engines.private("28")):
            engine = start()
            good &= table(
                f"Builds of that context on Docker Engine {engine.version}",
                build_rows(root, engine.url, clients.for_engine(engine)),
            )
            if engine.home is not None:
                engine.end()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
