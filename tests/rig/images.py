"""Base images for tests: pulled where a registry can be reached, else stand-ins made from Debian packages.

A stand-in has the real image's name and a label that says what it is. An image that is there is never replaced.
Stand-ins are written as image archives with fixed times, so that an image has the same id on every engine.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docker.errors import DockerException, ImageNotFound

from tests.rig import packages
from tests.rig.engines import Engine
from tests.rig.places import CACHE, RigError, say

LABEL = "dev.dockermagic.stand-in"
BUSYBOX, DEBIAN = "busybox:latest", "debian:bookworm-slim"
BASES = (BUSYBOX, DEBIAN)
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CREATED = "2024-01-01T00:00:00Z"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
NOT_IN_SLIM = (
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/info",
    "./usr/share/locale",
    "./var/cache/apt",
    "./var/lib/apt/lists",
)
LEAVES = ("/dev", "/proc", "/sys")


@dataclass(frozen=True, slots=True)
class Root:
    """The files of an image to be: a folder, the default command, and the package that they come from.

    `below` is the stand-in that they are laid on; `config` what else the image's configuration says.
    """

    folder: Path
    command: tuple[str, ...]
    package: str
    leave_out: tuple[str, ...] = ()
    below: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


def provide(engine: Engine, names: tuple[str, ...] = BASES) -> list[str]:
    """Put base images on an engine, unless they are there.

    Returns:
        The names that were not there before; `remove` takes them away again.

    Raises:
        RigError: no registry can be reached, and this machine cannot make the stand-in.
    """
    return [name for name in names if not present(engine, name) and _put(engine, name)]


def present(engine: Engine, name: str) -> bool:
    """Whether an engine has an image of this name."""
    try:
        engine.client().images.get(name)
    except ImageNotFound:
        return False
    return True


def remove(engine: Engine, names: list[str]) -> None:
    """Take images away that `provide` put there."""
    for name in names:
        if present(engine, name):
            engine.client().images.remove(name, force=True)


def _put(engine: Engine, name: str) -> bool:
    if engine.inside is None and registry_reachable():
        say(f"pulling {name}")
        try:
            engine.client().images.pull(name)
        except DockerException as error:
            say(f"pulling {name} failed ({error}), so a stand-in is made")
        else:
            return True
    with archive(name).open("rb") as file:
        engine.client().images.load(file)
    if not present(engine, name):
        raise RigError(f"{engine.name} took the archive of {name} and has no image of that name")
    return True


@cache
def registry_reachable() -> bool:
    """Whether Docker Hub answers from this machine, within three seconds."""
    try:
        urllib.request.urlopen("https://registry-1.docker.io/v2/", timeout=3)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return True


def archive(name: str) -> Path:
    """Give the archive of a stand-in (as `docker save` writes it), made when it is not in the cache yet."""
    from tests.rig import applications

    path = CACHE / "images" / f"{name.replace(':', '_')}{applications.edition(name)}.tar"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as work:
            root = {**ROOTS, **applications.ROOTS}[name](Path(work))
            finished = Path(work) / "image.tar"
            _write_archive(finished, name, root)
            finished.rename(path)
    return path


def _busybox(work: Path) -> Root:
    unpacked = packages.unpack(packages.OLD, "busybox-static")
    program = unpacked / "bin" / "busybox"
    folder = work / "root"
    for part in ("bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr/bin", "usr/sbin", "var/spool/mail", "var/www"):
        (folder / part).mkdir(parents=True)
    (folder / "tmp").chmod(0o1777)
    (folder / "root").chmod(0o700)
    (folder / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n")
    (folder / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")
    shutil.copy(program, folder / "bin" / "busybox")
    names = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if name != "busybox":
            os.link(folder / "bin" / "busybox", folder / "bin" / name)
    return Root(folder, ("sh",), f"busybox-static {packages.unpacked_version(packages.OLD, 'busybox-static')}")


def _debian(work: Path) -> Root:
    if os.geteuid() != 0:
        raise RigError(f"making {DEBIAN} needs root (debootstrap), and no registry can be reached")
    if not packages.installed("debootstrap"):
        packages.install("debootstrap")
    say(f"making {DEBIAN} with debootstrap (about a minute, once)")
    log = CACHE / "debootstrap.log"
    command = [
        "debootstrap",
        "--variant=minbase",
        f"--keyring={packages.KEYRING}",
        packages.OLD,
        str(work / "root"),
        packages.ARCHIVE,
    ]
    with log.open("wb") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RigError(f"debootstrap failed; see {log}")
    return Root(work / "root", ("bash",), f"debootstrap {packages.OLD} minbase", NOT_IN_SLIM)


ROOTS: dict[str, Callable[[Path], Root]] = {BUSYBOX: _busybox, DEBIAN: _debian}


def _write_archive(path: Path, name: str, root: Root) -> None:
    layer = path.with_name("layer.tar")
    with tarfile.open(layer, "w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(root.folder, ".", filter=lambda member: _as_in_image(member, root.leave_out))
    layers = [*([_below(root.below, path.with_name("below.tar"))] if root.below else []), layer]
    config = {
        "architecture": ARCHITECTURES[platform.machine()],
        "os": "linux",
        "created": CREATED,
        "config": {"Cmd": list(root.command), "Env": [PATH], "Labels": {LABEL: root.package}, **root.config},
        "history": [
            *({"created": CREATED, "created_by": f"stand-in {root.below}"} for _ in layers[1:]),
            {"created": CREATED, "created_by": f"stand-in made from {root.package}"},
            {"created": CREATED, "created_by": f"CMD {json.dumps(list(root.command))}", "empty_layer": True},
        ],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{_digest(each)}" for each in layers]},
    }
    text = json.dumps(config).encode()
    file_name = f"{hashlib.sha256(text).hexdigest()}.json"
    manifest = [{"Config": file_name, "RepoTags": [f"docker.io/library/{name}"], "Layers": [each.name for each in layers]}]
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for member, data in ((file_name, text), ("manifest.json", json.dumps(manifest).encode())):
            header = tarfile.TarInfo(member)
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
        for each in layers:
            tar.add(each, each.name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _below(name: str, path: Path) -> Path:
    """Take the layer out of another stand-in's archive."""
    with tarfile.open(archive(name)) as tar, path.open("wb") as out:
        layer = tar.extractfile("layer.tar")
        assert layer is not None
        shutil.copyfileobj(layer, out)
    return path


def _as_in_image(member: tarfile.TarInfo, leave_out: tuple[str, ...]) -> tarfile.TarInfo | None:
    """Take a file into a layer: owned as on disk under root, whole seconds, without what a slim image lacks."""
    if member.name.startswith(leave_out) and member.name not in leave_out:
        return None
    if member.name.startswith(tuple(f".{leaf}/" for leaf in LEAVES)) or member.isdev():
        return None
    member.mtime = 1704067200
    member.uname = member.gname = ""
    return member
