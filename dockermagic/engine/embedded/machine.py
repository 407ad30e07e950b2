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
from dockermagic.engine.embedded.ladder import ROOTLESS_PARTS, Facts
from dockermagic.engine.embedded.places import Places, Room
from dockermagic.errors import EngineError

SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
TRACE_ME = 0


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
        programs=frozenset(name for name in ("dockerd", *ROOTLESS_PARTS) if program(name)),
        wheel=str(folder) if folder else "",
        refused_namespaces=_refused(["unshare", "--user", "--map-root-user", "true"], "user namespaces are not allowed here"),
        refused_mounts=_refused(["unshare", "--net", "--mount", "--pid", "--fork", "true"], "namespaces are not allowed here"),
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
    said = done.stderr.decode(errors="replace").strip().rpartition(": ")[2]
    return "" if done.returncode == 0 else f"{why}: {said or done.returncode}"


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
            return Places(run, data)
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
        if (folder / "base.img").exists():
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
