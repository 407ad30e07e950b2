"""The engine that is here, and private ones: each in namespaces of its own, so that nobody else's network or mounts change.

A second dockerd beside a running one must share neither its network namespace nor its bridge: with `--bridge=none` it deletes
the first one's docker0. In a process namespace of its own it takes containerd, shims and containers along when it ends.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.errors import DockerException

from tests.rig import packages
from tests.rig.places import RigError, say
from tests.rig.processes import Program, await_fact, child_of, start, started_at

DEFAULT = "unix:///var/run/docker.sock"
HOMES = Path("/var/tmp")
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "20.10": {packages.OLD: ("docker.io", "containerd", "runc")},
    "28": {packages.NEW: ("docker.io", "containerd"), packages.OLD: ("runc",)},
}
"""The packages of a private engine. The newest runc needs a newer C library than Debian 12 has; the older one serves as well."""
FEATURES = {"28": ["--feature", "containerd-snapshotter=true"]}
STARTS_WITHIN = 60.0
PRIVATE_PORTS = range(5000, 5050)
"""The ports of registries on a private engine's own loopback."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers: its address, what it says it is, and what of it is ours."""

    url: str
    name: str
    version: str
    program: Program | None = None
    home: Path | None = None
    clients: list[docker.DockerClient] = field(default_factory=list, compare=False, repr=False)
    ports: Iterator[int] = field(default_factory=lambda: iter(PRIVATE_PORTS), compare=False, repr=False)

    @property
    def inside(self) -> int | None:
        """A process inside its namespaces, for `nsenter`; None when it runs in ours."""
        return child_of(self.program.pid) if self.program and self.home else None

    def client(self) -> docker.DockerClient:
        """Give a client of its API; the same one each time."""
        if not self.clients:
            self.clients.append(docker.DockerClient(base_url=self.url, version="auto", timeout=120))
        return self.clients[0]

    def end(self) -> None:
        """End it if it is ours, and remove all that it held."""
        RUNNING.pop(self.url, None)
        while self.clients:
            self.clients.pop().close()
        if self.program is not None:
            self.program.end(ask=self.inside)
        if self.home is not None:
            shutil.rmtree(self.home, ignore_errors=True)


RUNNING: dict[str, Engine] = {}
"""The engines that this process knows, by address."""


def gateway(client: docker.DockerClient) -> str:
    """Give the engine's own address on its default bridge.

    An engine that starts for the first time tells the subnet alone; the gateway is then the subnet's first address.
    """
    (told, *_) = client.networks.get("bridge").attrs["IPAM"]["Config"]
    return str(told.get("Gateway") or next(ipaddress.ip_network(told["Subnet"]).hosts()))


def at(url: str) -> Engine:
    """Give the engine at an address that a fixture gave."""
    return RUNNING[url]


def answers(url: str, program: Program | None = None, home: Path | None = None) -> Engine | None:
    """Give the engine at an address, None when none answers there."""
    try:
        client = docker.DockerClient(base_url=url, version="auto", timeout=10)
    except DockerException:
        return None
    try:
        version = client.version()
    except (DockerException, OSError):
        return None
    finally:
        client.close()
    parts = {part["Name"]: part["Version"] for part in version.get("Components") or []}
    if "Podman Engine" in parts:
        return Engine(url, "podman", parts["Podman Engine"], program, home)
    return Engine(url, "docker", version["Version"], program, home)


def here() -> Engine | None:
    """Give the engine that this machine has: that of DOCKER_HOST, else the one at the default socket.

    Raises:
        RigError: DOCKER_HOST is set, and nobody answers there.
    """
    wanted = os.environ.get("DOCKER_HOST", "")
    engine = answers(wanted or DEFAULT)
    if engine is None and wanted:
        raise RigError(f"DOCKER_HOST is {wanted}, and no engine answers there")
    return _known(engine) if engine else None


def provide() -> Engine:
    """Give the engine that this machine has; with none, install and start one that stays.

    Raises:
        RigError: there is none, and none can be started here; the message says what to do.
    """
    engine = here()
    if engine is not None:
        return engine
    if os.geteuid() != 0:
        raise RigError(
            "no engine answers at /var/run/docker.sock. Start Docker, or, on Debian or Ubuntu: "
            "sudo apt-get install docker.io && sudo usermod -aG docker $USER, then log in again"
        )
    if not packages.installed("dockerd"):
        packages.install("docker.io", "iptables", "ca-certificates")
    return _start_for_all()


def _start_for_all() -> Engine:
    """Start the system's dockerd at the default socket, unless installing it has already done so."""
    if Path("/run/systemd/system").is_dir() and await_fact(lambda: answers(DEFAULT) is not None, 15):
        return _answering(DEFAULT)
    say("starting dockerd (a few seconds)")
    dockerd = packages.find("dockerd")
    if dockerd is None:
        raise RigError("dockerd is not here even after installing docker.io")
    program = start("dockerd", [dockerd], stays=True)
    if not await_fact(lambda: answers(DEFAULT) is not None, STARTS_WITHIN, program):
        raise RigError(f"dockerd did not answer within {STARTS_WITHIN:.0f} s; see {program.log}: {program.last_words()}")
    return _answering(DEFAULT)


def _known(engine: Engine) -> Engine:
    return RUNNING.setdefault(engine.url, engine)


def _answering(url: str, program: Program | None = None, home: Path | None = None) -> Engine:
    engine = answers(url, program, home)
    if engine is None:
        raise RigError(f"the engine at {url} answered once and then no more")
    return _known(engine)


def private(version: str) -> Engine:
    """Start a private Docker Engine from unpacked Debian packages; it ends with this process, or with `Engine.end`.

    Parameters:
        version: "20.10" (graph drivers) or "28" (containerd image store).
    """
    _check_namespaces()
    roots = [packages.unpack(suite, *names) for suite, names in PARTS[version].items()]
    home = new_home()
    programs = "PATH=" + ":".join([f"{root}/usr/{folder}" for root in roots for folder in ("sbin", "bin")] + ["$PATH"])
    options = ["--data-root", f"{home}/data", "--exec-root", f"{home}/exec", "--pidfile", f"{home}/pid"]
    options += ["-H", f"unix://{home}/engine.sock", "--bip=172.29.26.1/24", "--config-file", f"{home}/daemon.json"]
    (home / "daemon.json").write_text("{}")
    dockerd = " ".join([f"{programs} {roots[0]}/usr/sbin/dockerd", *options, *FEATURES.get(version, [])])
    return _start_inside(f"engine-{version}", dockerd, home)


def podman() -> Engine:
    """Start a private Podman API service with its own storage; it ends with this process, or with `Engine.end`."""
    _check_namespaces()
    if not packages.installed("podman"):
        packages.install("podman")
    # Debian's Podman prefers crun, which refuses machines with both versions of cgroups; runc runs on all.
    runc = packages.unpack(packages.OLD, "runc") / "usr/sbin/runc"
    home = new_home()
    for name in ("root", "runroot", "tmp"):
        (home / name).mkdir()
    insecure = [f'[[registry]]\nlocation = "127.0.0.1:{port}"\ninsecure = true\n' for port in PRIVATE_PORTS]
    (home / "registries.conf").write_text("".join(['unqualified-search-registries = ["docker.io"]\n', *insecure]))
    variables = f"TMPDIR={home}/tmp CONTAINERS_REGISTRIES_CONF={home}/registries.conf"
    options = [f"--root={home}/root", f"--runroot={home}/runroot", f"--tmpdir={home}/tmp", f"--runtime={runc}"]
    options += ["--cgroup-manager=cgroupfs", "--events-backend=file", "--storage-driver=overlay"]
    # Its monitor leaves files in the folder that it was started in.
    command = f"cd {home}; {variables} podman {' '.join(options)} system service --time=0 unix://{home}/engine.sock"
    return _start_inside("podman", command, home)


def new_home() -> Path:
    """Make a folder for a private engine on a real disk; those whose owner has ended are removed."""
    for old in HOMES.glob("dm-rig-*"):
        with contextlib.suppress(ValueError):
            pid, _, started = old.name.removeprefix("dm-rig-").partition("-")
            if started_at(int(pid)) != started.partition("-")[0]:
                shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"dm-rig-{os.getpid()}-{started_at(os.getpid())}-", dir=HOMES))


def _check_namespaces() -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        raise RigError("a private engine needs root on Linux")


def _start_inside(name: str, command: str, home: Path) -> Engine:
    """Start a daemon in namespaces of its own; a shell above it passes the request to end on, and reaps."""
    say(f"starting {name} (a few seconds)")
    script = f"ip link set lo up; trap 'kill -TERM $daemon' TERM; {command} & daemon=$!; wait $daemon; wait $daemon"
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    program = start(name, [*unshare, "sh", "-c", script])
    url = f"unix://{home}/engine.sock"
    if not await_fact(lambda: answers(url) is not None, STARTS_WITHIN, program):
        program.end()
        raise RigError(f"{name} did not answer within {STARTS_WITHIN:.0f} s; see {program.log}: {program.last_words()}")
    return _answering(url, program, home)
