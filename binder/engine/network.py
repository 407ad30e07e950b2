"""The libraries of the guest's network, the only parts that the host's own Python loads: they run on old hosts, too.

1. glib and pcre are taken from Debian's oldest suite, whose programs ask for the C library 2.28.
2. Its libslirp is too old (nothing can be forwarded to a Unix socket), and a newer suite's asks for a newer C library. So libslirp
   is compiled, from Debian's source of a newer one, against that glib.
3. The compiler is zig's, which comes as a Python package with the symbols of every C library: the same version gives the same bytes
   on every machine.
4. One number in it is changed: how many connections may wait for it. It lets one wait; a second one to the engine's socket is
   refused then (EAGAIN), which a busy moment of Compose and its views brings about.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from archive import Missing

LIBRARIES = ("libpcre.so.3", "libglib-2.0.so.0")
ONE_WAITS, MANY_WAIT = "(listen(s, 1) < 0)", "(listen(s, 128) < 0)"
TARGET = "x86_64-linux-gnu.2.28"
OPTIONS = [*"-mcpu=baseline -shared -fPIC -O2 -g0 -s -std=gnu99 -fno-sanitize=undefined".split(), '-DG_LOG_DOMAIN="Slirp"']


def unpack(packed: Path, folder: Path) -> Path:
    """Unpack libslirp's source, and give the folder that it is in, made ready to be compiled."""
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(packed) as files:
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(folder)
    (source,) = folder.iterdir()
    stated = re.search(r"version : '(\d+)\.(\d+)\.(\d+)'", (source / "meson.build").read_text())
    if stated is None:
        raise Missing("libslirp's source does not say its version where it did")
    head = (source / "src/libslirp-version.h.in").read_text()
    for name, value in zip(("MAJOR", "MINOR", "MICRO"), stated.groups(), strict=True):
        head = head.replace(f"@SLIRP_{name}_VERSION@", value)
    (source / "src/libslirp-version.h").write_text(head.replace("@SLIRP_VERSION_STRING@", f'"{".".join(stated.groups())}"'))
    waiting = (source / "src/socket.c").read_text()
    if waiting.count(ONE_WAITS) != 1:
        raise Missing("libslirp's source does not say where it did how many connections may wait")
    (source / "src/socket.c").write_text(waiting.replace(ONE_WAITS, MANY_WAIT))
    return source


def make(source: Path, packages: Path, work: Path, compiler: str) -> bytes:
    """Compile libslirp.

    Parameters:
        source: its source, as `unpack` gives it.
        packages: where glib was unpacked, with its headers.
        work: a folder for what falls off.
        compiler: the version of zig that the lock names.

    Raises:
        Missing: that compiler is not installed, or it refuses.
    """
    try:
        installed = importlib.metadata.version("ziglang")
    except importlib.metadata.PackageNotFoundError:
        installed = "none"
    if installed != compiler:
        raise Missing(f"the compiler is ziglang {compiler}, and installed is {installed}: pip install ziglang=={compiler}")
    made, libraries = work / "libslirp.so.0", "usr/lib/x86_64-linux-gnu"
    includes = [f"-I{packages / name}" for name in ("usr/include/glib-2.0", f"{libraries}/glib-2.0/include")]
    linking = ["-Wl,-soname,libslirp.so.0", "-Wl,--version-script=src/libslirp.map", str(packages / libraries / "libglib-2.0.so.0")]
    sources = sorted(str(path.relative_to(source)) for path in source.glob("src/*.c"))
    command = [sys.executable, "-m", "ziglang", "cc", "-target", TARGET, *OPTIONS, "-Isrc", *includes, *sources, "-o", str(made)]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(work)}
    environment |= {f"ZIG_{name}_CACHE_DIR": str(work / "zig") for name in ("GLOBAL", "LOCAL")}
    done = subprocess.run(
        [*command, *linking], cwd=source, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"libslirp cannot be compiled: {done.stderr.strip()[-400:]}")
    return made.read_bytes()
