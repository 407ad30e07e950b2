"""The path through buildx: other builders (containers, remote machines, Kubernetes) and several platforms at once.

`docker buildx build --progress=rawjson` writes BuildKit's trace to stderr; the cell's Dockerfile goes in through a file of its
own folder, so that standard input stays free. Needs the docker CLI with its buildx plugin, 0.13 or newer.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dockermagic.builds.buildkit import BuildxDecoder
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.paths import Decoder, build_args
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.services import Emit
from dockermagic.engine.engine import Engine
from dockermagic.errors import UsageError

OLDEST = (0, 13)


def find_buildx(docker: str | None = None) -> str:
    """Give the docker CLI whose buildx plugin is new enough.

    Raises:
        UsageError: there is none; says what to install.
    """
    docker = docker or shutil.which("docker")
    hint = "Install docker's CLI with the buildx plugin (Debian and Ubuntu: apt-get install docker-buildx), or leave --builder out."
    if docker is None:
        raise UsageError("A build with another builder or for several platforms needs the docker CLI, and there is none.", hint)
    try:
        asked = subprocess.run([docker, "buildx", "version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("The docker CLI here does not answer when it is asked for its buildx plugin.", hint) from error
    found = re.search(r"v?(\d+)\.(\d+)\.\d+", asked.stdout)
    if asked.returncode or found is None:
        raise UsageError("The docker CLI here has no buildx plugin.", hint)
    if (int(found[1]), int(found[2])) < OLDEST:
        raise UsageError(
            f"The buildx plugin here is {found[0]}; it takes {OLDEST[0]}.{OLDEST[1]} or newer to follow its work.", hint
        )
    return docker


class BuildxPath:
    """One run of `docker buildx build`."""

    def __init__(self, request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...], emit: Emit) -> None:
        self._request, self._engine = request, engine
        self._docker = find_buildx()
        self.decoder: Decoder = BuildxDecoder(dockerfile, steps, build_args(request), request.target)
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def _command(self, folder: Path) -> list[str]:
        request = self._request
        command = [
            self._docker,
            "buildx",
            "build",
            "--progress=rawjson",
            "--file",
            str(folder / "Dockerfile"),
            "--iidfile",
            str(folder / "image"),
        ]
        if "," not in request.platform or self._engine.about.store.startswith("containerd"):
            command.append("--load")
        for option, values in (
            ("--tag", request.tags),
            ("--label", tuple(f"{name}={value}" for name, value in request.labels)),
            ("--build-arg", tuple(name if value is None else f"{name}={value}" for name, value in request.build_args)),
            ("--secret", tuple(f"id={s.id},env={s.env}" if s.env else f"id={s.id},src={s.src}" for s in request.secrets)),
            ("--add-host", request.add_hosts),
            *((f"--{name}", (value,) if value else ()) for name, value in self._single()),
        ):
            for value in values:
                command += [option, value]
        command += ["--no-cache"] if request.no_cache else []
        command += ["--pull"] if request.pull else []
        empty = folder / "context"
        empty.mkdir()
        return [*command, request.context if request.context is not None else str(empty)]

    def _single(self) -> tuple[tuple[str, str], ...]:
        request = self._request
        return (
            ("target", request.target),
            ("platform", request.platform),
            ("network", request.network),
            ("builder", request.builder),
        )

    def slices(self) -> Iterator[bytes]:
        """Start the build and yield what buildx says as it comes."""
        with tempfile.TemporaryDirectory(prefix="dockermagic-") as name:
            folder = Path(name)
            (folder / "Dockerfile").write_bytes(self._request.dockerfile.encode("utf-8", "surrogateescape"))
            environ = {**os.environ, "DOCKER_HOST": self._engine.address.url}
            # A process group of its own: the interrupt that reaches the kernel must not reach buildx before we have spoken.
            self._process = subprocess.Popen(
                self._command(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environ,
                start_new_session=True,
            )
            if self._cancelled:
                self.cancel()
            stderr = self._process.stderr
            while stderr is not None and (data := os.read(stderr.fileno(), 1 << 16)):
                yield data
            if self._process.wait() and not self.decoder.error:
                self.decoder.error = f"docker buildx build ended with exit code {self._process.returncode}."
            with contextlib.suppress(OSError):
                self.decoder.image_id = (folder / "image").read_text().strip()

    def cancel(self) -> None:
        """Ask buildx to stop the build, now or as soon as it has started."""
        self._cancelled = True
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)

    def close(self) -> None:
        """See that nothing keeps running."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if self._process.stderr is not None:
            self._process.stderr.close()
