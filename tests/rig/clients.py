"""The docker command line, by version, with a configuration of its own: the truth that dockermagic is measured against."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from tests.rig import packages
from tests.rig.engines import Engine
from tests.rig.places import CACHE, RigError


@dataclass(frozen=True, slots=True)
class Cli:
    """A docker command line that speaks to one engine and reads nobody's configuration."""

    program: Path
    url: str
    config: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it runs under."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "BUILDKIT_", "BUILDX_"))}
        return {**inherited, "DOCKER_HOST": self.url, "DOCKER_CONFIG": str(self.config), "DOCKER_BUILDKIT": "1"}

    def run(self, *arguments: str, text: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end.

        Parameters:
            arguments: what follows `docker`.
            text: what it reads from stdin.
            check: a failure is an error.

        Raises:
            RigError: it failed; the message holds its last words.
        """
        command = [str(self.program), *arguments]
        done = subprocess.run(command, input=text or "", capture_output=True, text=True, env=self.environment, check=False)
        if check and done.returncode:
            raise RigError(f"`docker {' '.join(arguments)}` failed: {done.stderr[-1500:]}")
        return done

    @contextlib.contextmanager
    def stream(self, arguments: list[str], text: str) -> Iterator[BufferedReader]:
        """Run a command and give its stderr while it runs; leaving early interrupts it."""
        command = [str(self.program), *arguments]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.environment
        ) as process:
            assert process.stdin
            assert isinstance(process.stderr, BufferedReader)
            process.stdin.write(text.encode())
            process.stdin.close()
            try:
                yield process.stderr
            finally:
                if process.poll() is None:
                    process.terminate()


def for_engine(engine: Engine) -> Cli:
    """Give the command line of an engine's own time: 20.10 for 20.10, else the newest with its buildx plugin."""
    return old(engine.url) if engine.version.startswith("20.10") else new(engine.url)


def old(url: str) -> Cli:
    """Give the docker command line 20.10, whose BuildKit client is built in."""
    root = packages.unpack(packages.OLD, "docker.io")
    return Cli(root / "usr/bin/docker", url, _configuration("old"))


def new(url: str) -> Cli:
    """Give the docker command line 28 with its buildx plugin."""
    root = packages.unpack(packages.NEW, "docker-cli", "docker-buildx")
    config = _configuration("new")
    plugin = config / "cli-plugins" / "docker-buildx"
    if not plugin.exists():
        plugin.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            plugin.symlink_to(buildx())
    return Cli(root / "usr/bin/docker", url, config)


def buildx() -> Path:
    """Give the buildx plugin's program."""
    root = packages.unpack(packages.NEW, "docker-buildx")
    found = sorted(root.glob("usr/lib*/docker/cli-plugins/docker-buildx"))
    if not found:
        raise RigError("Debian's docker-buildx holds no docker-buildx")
    return found[0]


def _configuration(name: str) -> Path:
    folder = CACHE / "config" / name
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "config.json").exists():
        (folder / "config.json").write_text("{}")
    return folder
