"""Roots of plain distributions, made with debootstrap, and what repo2docker does in them with the folder `binder/`.

A root holds a distribution's minimum, a Python and, but for one, nothing of Docker's. One of them is old (C library 2.31), and
its Python was compiled from the source, as pyenv does it.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.rig import images, packages
from tests.rig.engines import Engine
from tests.rig.places import CACHE, ROOT, STATE, RigError, say

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
"""The certificates that this machine trusts; a pod's pip is given the same."""
COMPILED = "pool/main/p/python3.13/python3.13_3.13.5.orig.tar.xz"
BUILDS_PYTHON = (
    "ca-certificates,gcc,libc6-dev,make,libbz2-dev,libffi-dev,liblzma-dev,libncurses-dev,libreadline-dev,"
    "libsqlite3-dev,libssl-dev,uuid-dev,zlib1g-dev"
)
SYSTEM_PYTHON = "ca-certificates,python3,python3-venv"
ENGINES = "docker.io,iptables,iproute2,rootlesskit,slirp4netns,uidmap"
"""What a private dockerd and a rootless one are made of."""
HOME = "/home/jovyan"
ENVIRONMENT = "/srv/environment"
USER = "sed -i '/:1000:1000:/d' /etc/passwd; echo jovyan:x:1000:1000::/home/jovyan:/bin/sh >> /etc/passwd"
"""Adds the user; Ubuntu gives the number 1000 to one of its own."""


@dataclass(frozen=True)
class Distribution:
    """What a root is made of: a suite of an archive, whose keys a package holds in a file, and the Python that is used in it."""

    suite: str
    python: str
    include: str = SYSTEM_PYTHON
    archive: str = packages.ARCHIVE
    keyring: tuple[str, str] = ("debian-archive-keyring", "debian-archive-keyring.gpg")
    components: str = "main"
    script: str = ""


DISTRIBUTIONS = {
    "debian": Distribution("bookworm", "/usr/bin/python3"),
    "ubuntu": Distribution(
        "noble",
        "/usr/bin/python3",
        archive="http://archive.ubuntu.com/ubuntu",
        keyring=("ubuntu-keyring", "ubuntu-archive-keyring.gpg"),
        components="main,universe",
        script="/usr/share/debootstrap/scripts/gutsy",
    ),
    "old-debian": Distribution("bullseye", "/opt/python/bin/python3", BUILDS_PYTHON),
}

WITH_ENGINES = {"debian-docker": Distribution("bookworm", "/usr/bin/python3", f"{SYSTEM_PYTHON},{ENGINES}")}
"""A root that has what an engine of its own is made of."""


def tag(name: str) -> str:
    """Give the name that a distribution's root has as an image."""
    return f"dm-test-root-{name}:latest"


def put(client: docker.DockerClient, name: str) -> str:
    """Put a distribution's root on an engine as an image, and give the image's name.

    Raises:
        RigError: this machine cannot make it.
    """
    if not client.images.list(tag(name)):
        client.api.import_image(src=str(_packed(name)), repository=tag(name).partition(":")[0], tag="latest")
    return tag(name)


def _packed(name: str) -> Path:
    """Give a root as an archive; made once."""
    path = CACHE / "roots" / f"{name}.tar"
    if path.exists():
        return path
    if not packages.installed("debootstrap"):
        packages.install("debootstrap")
    distribution, root = {**DISTRIBUTIONS, **WITH_ENGINES}[name], path.with_suffix("")
    package, file = distribution.keyring
    keyring = packages.unpack(packages.NEW, package) / "usr/share/keyrings" / file
    say(f"making a root of {distribution.suite} with debootstrap (a minute, once)")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    command = ["debootstrap", "--variant=minbase", f"--keyring={keyring}", f"--components={distribution.components}"]
    command += [f"--include={distribution.include}", distribution.suite, str(root), distribution.archive]
    _run([*command, *([distribution.script] if distribution.script else [])], path.with_suffix(".log"))
    if distribution.include == BUILDS_PYTHON:
        _compile(root, path.with_suffix(".log"))
    half = path.with_suffix(".half")
    left_out = [
        f"--exclude=./{each}" for each in ("dev/*", "proc/*", "sys/*", "var/cache/apt/*", "var/lib/apt/lists/*", "usr/src/*")
    ]
    _run(["tar", "-C", str(root), *left_out, "-cf", str(half), "."], path.with_suffix(".log"))
    shutil.rmtree(root)
    return half.rename(path)


def _compile(root: Path, log: Path) -> None:
    """Compile a Python in a root, from the source that Debian has: none of its own is new enough."""
    say("compiling a Python there (three minutes, once)")
    with urllib.request.urlopen(f"{packages.ARCHIVE}/{COMPILED}", timeout=300) as answer:
        source = answer.read()
    with tarfile.open(fileobj=io.BytesIO(source)) as files:
        files.extraction_filter = getattr(tarfile, "tar_filter", None)
        files.extractall(root / "usr/src")
    inside = "cd /usr/src/Python-3* && ./configure -q --prefix=/opt/python && make -s -j2 && make -s install"
    _run(["chroot", str(root), "sh", "-c", inside], log)


def _run(command: list[str], log: Path) -> None:
    with log.open("ab") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RigError(f"{' '.join(command[:2])} failed, see {log}: {log.read_text(errors='replace')[-300:]}")


class Inside:
    """A container of a distribution's root, with a user whose home is this repository; steps are done in it one by one."""

    def __init__(self, client: docker.DockerClient, name: str, given: dict[Path, str], environment: dict[str, str]) -> None:
        """Begin one.

        Parameters:
            given: files of this machine, and where they are to be read.
            environment: variables of every step.
        """
        self.name, self.environment = name, {"HOME": HOME, **environment}
        self.environment |= dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), "/opt/certificates")
        files = {**given, BUNDLE: "/opt/certificates"}
        # As mounts, for what is given as volumes would be in the image that is made of it.
        mounts = [docker.types.Mount(inside, str(path), type="bind", read_only=True) for path, inside in files.items()]
        self.container = client.containers.run(put(client, name), ["sleep", "infinity"], detach=True, init=True, mounts=mounts)

    def __enter__(self) -> Inside:
        try:
            self.step(f"{USER}; mkdir -p {HOME} {ENVIRONMENT}", "0", "/")
            done = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], stdout=subprocess.PIPE, check=True)
            self.container.put_archive(HOME, done.stdout)
            self.step(f"chown -R 1000:1000 {HOME} {ENVIRONMENT}", "0", "/")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.container.remove(force=True)

    def step(self, command: str, user: str = "1000:1000", folder: str = HOME) -> str:
        """Run a command of the shell; gives what it printed.

        Raises:
            RigError: it failed.
        """
        code, said = self.container.exec_run(["sh", "-c", command], user=user, workdir=folder, environment=self.environment)
        text = said.decode(errors="replace") if isinstance(said, bytes) else ""
        if code:
            raise RigError(f"{self.name}: `{command}` failed: {text[-1500:]}")
        return text

    def processes(self) -> list[str]:
        """Give the command lines of all that runs in it."""
        top = self.container.top(ps_args="-eo pid,args")
        return [line[-1] for line in top["Processes"]]


def bundle(engine: Engine) -> Path:
    """Have the course's images written into one file, as an instructor does.

    Raises:
        RigError: they cannot be.
    """
    from dockermagic.console.room import IMAGES

    images.provide(engine, IMAGES)
    path = STATE / "engine/course.tar"
    path.parent.mkdir(parents=True, exist_ok=True)
    _run(["env", f"DOCKER_HOST={engine.url}", f"{sys.prefix}/bin/dockermagic", "bundle", "-o", str(path)], path.with_suffix(".log"))
    path.chmod(0o644)
    return path


def binder(client: docker.DockerClient, name: str, wheel: Path, course: Path) -> str:
    """Do what repo2docker does with `binder/` on a distribution's root; gives the image that comes out.

    1. A user of number 1000, whose home is the repository, and an environment of Python that belongs to the user.
    2. As that user: the requirements are installed, then `postBuild` runs.
    3. `start` begins what a pod of the image runs.

    Parameters:
        wheel: the embedded engine's, for the package index does not have it yet.
        course: the course's images, for there is no registry.

    Raises:
        RigError: a step failed.
    """
    lasting = {"PATH": f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/bin", "HOME": HOME}
    engine, archive = f"/opt/{wheel.name}", f"/opt/{course.name}"
    given = {"DOCKERMAGIC_ENGINE": engine, "DOCKERMAGIC_IMAGES": archive}
    with Inside(client, name, {wheel: engine, course: archive}, {**lasting, **given}) as inside:
        inside.step(f"{DISTRIBUTIONS[name].python} -m venv {ENVIRONMENT}")
        inside.step("python -m pip install --no-cache-dir -r binder/requirements.txt")
        inside.step("chmod +x binder/postBuild && ./binder/postBuild")
        inside.step("chmod +x binder/start")
        changes = [*(f'ENV {key}="{value}"' for key, value in lasting.items()), "USER 1000", f"WORKDIR {HOME}"]
        changes.append(f'ENTRYPOINT ["{HOME}/binder/start"]')
        return str(inside.container.commit(f"dm-test-binder-{name}", changes=changes).id)


def demo(client: docker.DockerClient, name: str, kernel: Path) -> tuple[str, list[str], list[str]]:
    """Do what a stranger does on a distribution's root, as an ordinary user: `make demo`, then `make down`.

    Parameters:
        kernel: for the embedded engine, that need not be compiled.

    Returns:
        What `make demo` printed; what ran after it; what ran after `make down`.

    Raises:
        RigError: it failed.
    """
    with Inside(client, name, {kernel: "/opt/kernel"}, {"DOCKERMAGIC_KERNEL": "/opt/kernel"}) as inside:
        inside.step("apt-get update -q && apt-get install -y -q --no-install-recommends make zstd dpkg-dev", "0", "/")
        said, running = inside.step("make demo"), inside.processes()
        inside.step("make down")
        return said, running, inside.processes()
