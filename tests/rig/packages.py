"""Debian packages: installed with the system's apt, or unpacked into the cache beside the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.rig.places import CACHE, RigError, say, state

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ARCHIVE = "http://deb.debian.org/debian"
OLD, NEW = "bookworm", "forky"
"""The suites of Engine 20.10 and of Engine 28."""


def installed(program: str) -> bool:
    """Whether a program is there, also where only root looks."""
    return find(program) is not None


def find(program: str) -> str | None:
    """Give the path of a program, also where only root looks."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def can_install() -> bool:
    """Whether this is Debian or Ubuntu, and we are root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(command: list[str], log: Path) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, check=False)
    if done.returncode:
        last = log.read_text(errors="replace").splitlines()[-3:]
        raise RigError(f"`{' '.join(command[:2])}` failed (see {log}): {' / '.join(last)}")


def install(*names: str) -> None:
    """Install packages with the system's apt.

    Raises:
        RigError: this is no Debian, we are not root, or apt failed.
    """
    if not names:
        return
    if not can_install():
        raise RigError(f"missing: {', '.join(names)}. On Debian or Ubuntu: sudo apt-get install {' '.join(names)}")
    say(f"installing {' '.join(names)} (a minute or two)")
    log = state("apt.log")
    _apt(["apt-get", "update"], log)
    _apt(["apt-get", "install", "-y", "--no-install-recommends", *names], log)


def options(suite: str) -> list[str]:
    """Give apt options under which it sees one suite only, and writes nowhere but into the cache."""
    home = CACHE / "apt" / suite
    for folder in ("lists/partial", "archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    source = home / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {ARCHIVE} {suite} main\n")
    settings = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": home / "lists",
        "Dir::Cache": home,
        "APT::Sandbox::User": "root",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def unpack(suite: str, *names: str) -> Path:
    """Download packages of a Debian suite and unpack them into the cache; the system's own packages and sources stay as they are.

    Parameters:
        suite: for example "bookworm".
        names: the packages; their dependencies are not unpacked.

    Returns:
        The folder that plays the root: programs are in `usr/bin` and `usr/sbin`.
    """
    root = CACHE / "unpacked" / suite
    missing = [name for name in names if not (root / f".{name}").exists()]
    if missing:
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise RigError(f"{', '.join(missing)} of Debian {suite} cannot be unpacked: this machine has no apt")
        if not KEYRING.exists():
            install("debian-archive-keyring")
        say(f"downloading {' '.join(missing)} of Debian {suite} (up to a minute, once)")
        _download(suite, missing, root)
    return root


def _download(suite: str, names: list[str], root: Path) -> None:
    log, given = state("apt.log"), options(suite)
    archives = CACHE / "apt" / suite / "archives"
    _apt(["apt-get", *given, "update"], log)
    with log.open("ab") as out:
        fetched = subprocess.run(["apt-get", *given, "download", *names], cwd=archives, stdout=out, stderr=out, check=False)
    if fetched.returncode:
        raise RigError(f"downloading {', '.join(names)} of Debian {suite} failed; see {log}")
    root.mkdir(parents=True, exist_ok=True)
    for name in names:
        package = max(archives.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
        subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
        (root / f".{name}").write_text(f"{package.name}\n")


def unpacked_version(suite: str, name: str) -> str:
    """Give the version of a package that `unpack` unpacked, as Debian writes it."""
    file = (CACHE / "unpacked" / suite / f".{name}").read_text().strip()
    return file.split("_")[1].replace("%3a", ":")
