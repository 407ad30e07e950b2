"""The embedded engine's package, and a pod as Binder gives it, with dockermagic installed from its wheels and no Docker at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.rig import images, packages
from tests.rig.places import CACHE, ROOT, STATE, RigError, say, state

BUILDER = ROOT / "binder/engine"
KERNEL = "DOCKERMAGIC_KERNEL"
"""The variable that names a kernel; else one lies beside the repository, or beside the one that it is a clone of, in shared/uml."""
PYTHON = (
    *("python3.11", "python3.11-minimal", "libpython3.11-stdlib", "libpython3.11-minimal", "libssl3", "libsqlite3-0", "libffi8"),
    *(
        "libexpat1",
        "zlib1g",
        "libbz2-1.0",
        "liblzma5",
        "libreadline8",
        "libncursesw6",
        "libtinfo6",
        "libuuid1",
        "libcrypt1",
        "libdb5.3",
    ),
)
"""Debian's own Python, for a pod."""


def kernel() -> Path:
    """Find a kernel that the lock knows; the one that keeps guests to their folders first.

    Raises:
        RigError: there is none.
    """
    named = os.environ.get(KERNEL, "")
    known = json.loads((BUILDER / "lock.json").read_text())["kernel"]["known"]
    beside = [Path(named)] if named else [path for folder in _folders() for path in sorted(folder.glob("linux*"))]
    found = [(known[digest]["confines_hostfs"], path) for path in beside if (digest := _kernels_digest(path)) in known]
    if not found:
        raise RigError(
            f"no kernel for the embedded engine: the lock knows none of {[str(path) for path in beside]}. "
            f"Name one in {KERNEL}, or compile it (20 minutes): make engine KERNEL=build"
        )
    return max(found)[1]


def _folders() -> list[Path]:
    """Give where a kernel may lie."""
    origin = subprocess.run(["git", "-C", str(ROOT), "remote", "get-url", "origin"], capture_output=True, text=True, check=False)
    above = [*ROOT.parents, *(Path(origin.stdout.strip()).parents if origin.stdout.startswith("/") else ())]
    return [*(folder / "shared/uml" for folder in above), CACHE / "kernel"]


def _kernels_digest(path: Path) -> str:
    if not path.is_file():
        return ""
    content = path.read_bytes()
    if content[:4] == b"\x28\xb5\x2f\xfd":
        content = subprocess.run(["zstd", "-dcq", str(path)], stdout=subprocess.PIPE, check=True).stdout
    return hashlib.sha256(content).hexdigest()


def wheel() -> Path:
    """Give the package's wheel, made quickly (compressed less than what is published) and kept by what it is made of.

    Raises:
        RigError: it cannot be made.
    """
    chosen = kernel()
    parts = [path for path in sorted(BUILDER.iterdir()) if path.is_file()] + [chosen]
    key = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in parts)).hexdigest()[:16]
    folder = STATE / "engine" / key
    done = sorted(folder.glob("*.whl"))
    if done:
        return done[0]
    say("making the embedded engine's package (20 seconds, and 80 MB of packages the first time)")
    command = [sys.executable, str(BUILDER / "build.py"), "--quick", "--kernel", str(chosen), "--out", f"{folder}.new"]
    command += ["--cache", str(CACHE / "engine")]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode and "HTTP Error 404" in made.stderr:
        say("the archive has moved on from the lock (make engine-lock mends that); taking what it has now")
        made = subprocess.run([*command, "--newest"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode:
        raise RigError(f"the embedded engine's package cannot be made: {made.stderr.strip()}")
    shutil.rmtree(folder, ignore_errors=True)
    Path(f"{folder}.new").rename(folder)
    return next(folder.glob("*.whl"))


def site(name: str = "site", *more: str) -> Path:
    """Give a folder with dockermagic and its engine, installed from their wheels, for Debian's Python.

    Parameters:
        name: of the folder; others are kept beside it.
        more: packages to install besides.

    Raises:
        RigError: they cannot be installed.
    """
    package = wheel()
    known = STATE / "engine" / name
    mark = known / ".made-of"
    wanted = f"{package.parent.name} {' '.join(more)} {hashlib.sha256((ROOT / 'pyproject.toml').read_bytes()).hexdigest()}"
    if not mark.exists() or mark.read_text() != wanted:
        shutil.rmtree(known, ignore_errors=True)
        known.mkdir(parents=True)
        say("installing dockermagic and its engine from their wheels (half a minute)")
        _pip(known, "--python-version", "3.11", "--only-binary=:all:", str(_own_wheel()), str(package), "ipython", *more)
        mark.write_text(wanted)
    else:
        # Not by --upgrade: with --target, pip replaces all of `share`, also what others have there.
        with tempfile.TemporaryDirectory() as beside:
            _pip(Path(beside), "--no-deps", str(_own_wheel()))
            shutil.rmtree(known / "dockermagic")
            for info in known.glob("dockermagic-*.dist-info"):
                shutil.rmtree(info)
            shutil.copytree(beside, known, dirs_exist_ok=True)
            known.chmod(0o755)  # the folder beside is its owner's alone
    return known


def _own_wheel() -> Path:
    out = STATE / "engine" / "own"
    shutil.rmtree(out, ignore_errors=True)
    _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(ROOT)])
    return next(out.glob("*.whl"))


def _pip(target: Path, *words: str) -> None:
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            "--root-user-action=ignore",
            "--target",
            str(target),
            *words,
        ]
    )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RigError(f"{' '.join(command[:4])} failed: {(done.stderr or done.stdout).strip()[-400:]}")


def python_root() -> Path:
    """Give the files of Debian's Python, and of nothing else."""
    root = CACHE / "unpacked" / "pod-python"
    if not (root / "usr/bin/python3").is_symlink():
        packages.unpack(packages.OLD, *PYTHON)
        archives = CACHE / "apt" / packages.OLD / "archives"
        for name in PYTHON:
            newest = max(archives.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
            subprocess.run(["dpkg-deb", "-x", str(newest), str(root)], check=True)
        (root / "usr/bin/python3").symlink_to("python3.11")
    return root


def busybox() -> Path:
    """Give the archive of the busybox image, where everybody can read it."""
    path = STATE / "engine" / "busybox.tar"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(images.archive(images.BUSYBOX), path)
        path.chmod(0o644)
    return path


def start() -> str:
    """Install the embedded engine beside this Python, start it, let it stay, and give its address.

    Raises:
        RigError: its package cannot be made, or the engine does not start.
    """
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel())])
    from dockermagic.engine.embedded import need, orders
    from dockermagic.errors import EngineError

    try:
        orders.start("", "", [str(ROOT)], keep=True)
        address = need.ready((), lambda text: None).url
    except EngineError as error:
        raise RigError(f"{error.message} {error.hint}") from error
    _note().touch()
    return address


def stop() -> bool:
    """End the embedded engine, if `start` has started it; gives whether it had."""
    started = _note().exists()
    if started:
        from dockermagic.engine.embedded import orders

        orders.stop()
        _note().unlink()
    return started


def _note() -> Path:
    return state("embedded-engine")
