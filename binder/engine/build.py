"""Make the wheel `dockermagic-engine`: a real Docker Engine, its kernel and all that they need, out of what the lock names.

    python binder/engine/build.py --kernel FILE [--out FOLDER] [--work FOLDER] [--cache FOLDER] [--quick]
    python binder/engine/build.py --relock          look the packages up anew, and write the lock

FILE is a kernel that the lock knows by its hash (compressed with zstd or not), or what `kernel.sh` has made.
The same lock and the same kernel give the same bytes. Neither root nor Debian is needed; a Linux machine (x86_64) is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import archive
import disk
import network
import root
import wheel
from archive import HERE, Missing

OLDEST_GLIBC = 17
"""Older than any manylinux tag of x86_64."""


def build(kernel: Path, out: Path, work: Path, cache: Path, *, quick: bool = False, newest: bool = False) -> Path:
    """Make the wheel, and give its path.

    Parameters:
        quick: compress little, for tests of what is inside.
        newest: take the packages that the suites have now, whatever the lock says; for tests, when the archive has moved on.

    Raises:
        Missing: a part is not to be had, or is not the one that the lock names.
    """
    lock = archive.relock(archive.read_lock()) if newest else archive.read_lock()
    epoch, version = lock["epoch"], lock["version"]
    linux = known_kernel(kernel, lock)
    stage, beside = work / "stage", work / "network"
    for folder, packages in ((stage, lock["packages"]), (beside, lock["network"]["packages"])):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with ThreadPoolExecutor(4) as pool:
            debs = list(pool.map(lambda package: archive.fetch(package, cache), packages))
        for deb in debs:
            archive.unpack(deb, folder)
    tree, image = work / "root", work / "root.sqsh"
    root.assemble(stage, tree, version)
    root.squash(stage, tree, image, epoch=epoch, level=1 if quick else 19, block="128K" if quick else "1M")
    content: dict[str, Path | bytes] = {
        "__init__.py": (HERE / "package.py").read_bytes(),
        "py.typed": b"",
        "lock.json": json.dumps(lock, indent=1).encode(),
        "NOTICE": notice(lock).encode(),
        "parts/root.sqsh": image,
        "parts/disk.z": disk.make(stage, work, epoch),
        "parts/linux": _executable(work / "linux", linux),
    }
    source = network.unpack(archive.fetch(lock["compiled"], cache), work / "libslirp")
    content["parts/lib/libslirp.so.0"] = network.make(source, beside, work, lock["compiler"])
    content["licenses/libslirp"] = (source / "COPYRIGHT").read_bytes()
    for name in network.LIBRARIES:
        content[f"parts/lib/{name}"] = next(beside.rglob(name)).resolve().read_bytes()
    for path in sorted([*stage.glob("usr/share/doc/*/copyright"), *beside.glob("usr/share/doc/*/copyright")]):
        if not path.is_symlink():
            content[f"licenses/{path.parent.name}"] = path.read_bytes()
    content["licenses/linux"] = (HERE / "kernel/COPYING").read_bytes()
    tag = f"py3-none-manylinux_2_{_glibc(content)}_x86_64"
    return wheel.write(out, version, tag, content, (HERE / "README.md").read_text(), epoch)


def known_kernel(path: Path, lock: dict) -> bytes:
    """Read a kernel, and check that the lock knows it."""
    if not path.is_file():
        raise Missing(f"there is no kernel at {path}: name one (KERNEL=FILE), or compile it (KERNEL=build, 20 minutes)")
    content = path.read_bytes()
    if content[:4] == b"\x28\xb5\x2f\xfd":
        content = _unzstd(content)
    digest = hashlib.sha256(content).hexdigest()
    if digest not in lock["kernel"]["known"]:
        raise Missing(f"{path} is not a kernel that the lock knows ({digest}); after compiling: --trust-kernel")
    return content


def _unzstd(content: bytes) -> bytes:
    program = shutil.which("zstd")
    if program is None:
        raise Missing("the kernel is compressed with zstd, and the program zstd is not here: apt-get install zstd")
    return subprocess.run([program, "-dc"], input=content, stdout=subprocess.PIPE, check=True).stdout


def _executable(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def _glibc(content: dict[str, Path | bytes]) -> int:
    """Give the minor version of the C library that the parts need which run on the host."""
    needed = {OLDEST_GLIBC}
    for name, part in content.items():
        if name == "parts/linux" or name.startswith("parts/lib/"):
            raw = part if isinstance(part, bytes) else part.read_bytes()
            if b"/ld-linux-x86-64.so.2\0" in raw or name != "parts/linux":
                needed |= {int(minor) for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", raw)}
    return max(needed)


def notice(lock: dict) -> str:
    """Say what is inside, whose it is, and how its source is to be had."""
    lines = (HERE / "NOTICE").read_text().splitlines()
    packages = [*lock["packages"], *lock["network"]["packages"], lock["compiled"], *lock["source"]["packages"]]
    lines += [f"  {each['name']} {each['version']}   source: {each['source']}" for each in packages]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the command line, and do what it says."""
    reader = argparse.ArgumentParser(description="Make the wheel dockermagic-engine.")
    reader.add_argument("--kernel", type=Path)
    reader.add_argument("--out", type=Path, default=HERE.parents[1] / "dist")
    reader.add_argument("--work", type=Path)
    reader.add_argument("--cache", type=Path, default=HERE.parents[1] / ".rig/engine/archive")
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--newest", action="store_true")
    reader.add_argument("--relock", action="store_true")
    reader.add_argument("--trust-kernel", action="store_true", help="add the hash of --kernel to the lock")
    told = reader.parse_args()
    try:
        if told.relock:
            archive.write_lock(archive.relock(archive.read_lock()))
        if told.trust_kernel:
            lock = archive.read_lock()
            content = told.kernel.read_bytes()
            content = _unzstd(content) if content[:4] == b"\x28\xb5\x2f\xfd" else content
            lock["kernel"]["known"][hashlib.sha256(content).hexdigest()] = kernel_facts(content)
            archive.write_lock(lock)
        if told.kernel and not told.trust_kernel:
            with tempfile.TemporaryDirectory() as beside:
                made = build(told.kernel, told.out, told.work or Path(beside), told.cache, quick=told.quick, newest=told.newest)
            print(f"engine: {made.stat().st_size / 1e6:.1f} MB\n{made}")
    except Missing as error:
        sys.exit(f"engine: {error}")


def kernel_facts(content: bytes) -> dict:
    """Read from a kernel what matters to who starts it."""
    release = re.search(rb"Linux version (\S+)", content)
    return {
        "release": release[1].decode() if release else "",
        "static": b"/ld-linux-x86-64.so.2\0" not in content,
        "confines_hostfs": b"hostfs_only=" in content,
    }


if __name__ == "__main__":
    main()
