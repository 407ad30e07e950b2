"""What this machine is and allows, looked up: the facts that the ladder decides by, and the folders that are used."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from dockermagic.engine.embedded import places
from dockermagic.engine.embedded.disk import free
from dockermagic.engine.embedded.ladder import PRIVATE_PARTS, ROOTLESS_PARTS, Facts
from dockermagic.engine.embedded.places import Places, Room
from dockermagic.errors import EngineError

SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin:/usr/share/docker.io/contrib"
"""The last is where Debian puts what starts rootless Docker."""
TRACE_ME = 0
UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork")


def program(name: str) -> str:
    """Give the path of a program, also where only root looks; "" when there is none."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_PATH}") or ""


def possible() -> bool:
    """Whether an embedded engine can be on a system like this at all."""
    return sys.platform.startswith("linux")


def other_engine() -> bool:
    """Whether another engine has its bridge in this network."""
    return Path("/sys/class/net/docker0").exists()


def parts() -> Path | None:
    """Give the folder of the package's parts; None when the package is not installed."""
    found = importlib.util.find_spec("dockermagic_engine")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "parts"
    return folder if (folder / "linux").exists() else None


def look() -> Facts:
    """Look the machine up."""
    folder = parts()
    uid = os.getuid() if hasattr(os, "getuid") else -1
    return Facts(
        system=sys.platform,
        arch=platform.machine().lower(),
        uid=uid,
        programs=frozenset(name for name in {*PRIVATE_PARTS, *ROOTLESS_PARTS} if program(name)),
        wheel=str(folder) if folder else "",
        refused_namespaces=_refused_namespaces(),
        refused_ids=refused_ids(uid),
        refused_tun=_refused_tun(),
        refused_mounts=_refused([*UNSHARE, "--mount-proc", "true"], "namespaces are not allowed here"),
        refused_ptrace=_refused_ptrace(),
        memory=allowed_memory(),
        other_engine=other_engine(),
    )


def _refused(command: list[str], why: str) -> str:
    """Try a command that needs what an engine would need; give why it cannot be."""
    if not shutil.which(command[0]):
        return f"{why.removesuffix(' here')}, or cannot be tried: {command[0]} is not installed"
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{why}: {error}"
    said = done.stderr.decode(errors="replace").strip().partition("\n")[0].rpartition(": ")[2].rstrip(".")
    return "" if done.returncode == 0 else f"{why}: {said or done.returncode}"


def _refused_namespaces() -> str:
    """Try what rootless Docker and its containers need of the kernel; give why it cannot be."""
    inside = [*UNSHARE, "--user", "--map-root-user"]
    mounts = [*inside, "sh", "-c", "mount -t proc proc /proc && mount -t sysfs -o ro sysfs /sys"]
    return _refused([*inside, "true"], "user namespaces are not allowed here") or _refused(
        mounts, "/proc and /sys cannot be mounted in a user namespace here"
    )


def refused_ids(uid: int, etc: Path = Path("/etc"), status: Path = Path("/proc/self/status")) -> str:
    """Give why a user namespace gets no more numbers than one: what newuidmap and newgidmap go by."""
    with contextlib.suppress(OSError):
        if "NoNewPrivs:\t1" in status.read_text():
            return "newuidmap gains no privileges here (no_new_privs)"
    with contextlib.suppress(OSError):
        if "\nsubid:" in f"\n{(etc / 'nsswitch.conf').read_text()}":
            return ""  # they are not in files
    name = _name(uid)
    for path in (etc / "subuid", etc / "subgid"):
        owners = set()
        with contextlib.suppress(OSError):
            owners = {line.partition(":")[0] for line in path.read_text().splitlines()}
        if not owners & {name, str(uid)}:
            return f"{path} has no range for {name}"
    return ""


def _name(uid: int) -> str:
    import pwd  # not everywhere

    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def _refused_tun() -> str:
    """Try to open the device that carries the network of a user namespace; give why it cannot be."""
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC))
    except OSError as error:
        return f"/dev/net/tun, for the network, cannot be opened: {error.strerror or error}"
    return ""


def _refused_ptrace() -> str:
    script = f"import ctypes,sys; sys.exit(ctypes.CDLL(None).ptrace({TRACE_ME},0,0,0) != 0)"
    done = subprocess.run([sys.executable, "-E", "-s", "-S", "-c", script], capture_output=True, check=False)
    return "" if done.returncode == 0 else "ptrace is not allowed here"


def allowed_memory() -> int:
    """Give how many bytes this process and its kin may use: the machine's, or what its control group allows."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            found.append(int(Path(path).read_text()))
    return min(found)


def find_places() -> Places:
    """Choose the folders, and make the run's.

    Raises:
        EngineError: there is none that this user can write to, or somebody else has taken its name.
    """
    uid = os.getuid()
    refusals = []
    for run in places.run_folders(os.environ, uid):
        refusal = _own(run, uid)
        if not refusal:
            data = _data_folder(uid)
            prepared = places.prepared_disk(os.environ, Path(sys.prefix))
            return Places(run, data, prepared if prepared.exists() else None)
        refusals.append(f"{run}: {refusal}")
    raise EngineError(
        f"There is no folder for the engine's sockets: {'; '.join(refusals)}.", f"Name one that only you can enter: {places.RUN}"
    )


def _own(run: Path, uid: int) -> str:
    """Make a folder for this user alone; say why it is not."""
    try:
        run.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = run.lstat()
    except OSError as error:
        return error.strerror or str(error)
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != uid:
        return "it is somebody else's"
    if stat.S_IMODE(about.st_mode) & 0o077:
        return "others may enter it"
    return "" if len(str(run)) < 80 else "its name is too long for sockets"


def _data_folder(uid: int) -> Path:
    folders = places.data_folders(os.environ, Path.home(), uid, platform.node())
    for folder in folders:
        if (folder / "base.img").exists() or (folder / "layer.cow").exists():
            return folder
    # One after the other: no folder is made where an earlier one does.
    found = places.roomiest(Room(folder, _can_write(folder), _free(folder)) for folder in folders)
    if found is None:
        raise EngineError(
            f"There is no folder for the engine's disk: none of {', '.join(map(str, folders))} can be written to.",
            f"Name one: {places.DATA}",
        )
    return found.path


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tried = folder / f".tried-{os.getpid()}"
        tried.write_bytes(b"x")
        tried.unlink()
    except OSError:
        return False
    return True


def _free(folder: Path) -> int:
    try:
        return free(folder)
    except OSError:
        return 0
