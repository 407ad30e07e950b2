"""What an earlier run of this notebook's kernel has left on the engine.

A kernel that dies removes nothing. So the first thing that a kernel makes leaves a small file in the user's cache, and the next
`%load_ext` in the same notebook asks the engine whether anything is still there. Without such a file the engine is not asked:
loading the extension stays quick.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockermagic.errors import DockerMagicError
from dockermagic.labels import KERNEL, container_made_by, whose
from dockermagic.views.units import plural

if TYPE_CHECKING:
    from dockermagic.session import Session

__all__ = [
    "forget",
    "forget_projects",
    "forget_volumes",
    "nameless_volumes",
    "note",
    "note_project",
    "note_volumes",
    "offer",
    "projects",
]

PROJECT = "com.docker.compose.project"
"""What Compose writes on all that it makes."""
_VOLUMES, _PROJECTS = "volumes", "projects"
_MOST = 1000
"""Nameless volumes, and Compose projects, that are remembered."""


def _folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("dockermagic") / "kernels"


def note(labels: Mapping[str, str]) -> None:
    """Note that this run of the kernel has made something; where it cannot be written, nothing is offered later.

    Parameters:
        labels: what is put on all that is made: whose it is, and which run.
    """
    path = _folder() / f"{labels.get(KERNEL, '')}.json"
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"notebook": _key(labels), "pid": os.getpid()}))


def _key(labels: Mapping[str, str]) -> str:
    return " ".join(whose(labels))


def forget(labels: Mapping[str, str] | None = None) -> None:
    """Forget the kernels of a notebook, or of all: what they made was removed."""
    for path, _ in _ended(_key(labels or {}), also_living=True):
        with contextlib.suppress(OSError):
            path.unlink()


def nameless_volumes() -> dict[str, str]:
    """Give the nameless volumes that containers of notebooks have left behind, and the notebook of each.

    A volume without a name has no labels either, so that only this list tells whose it was.
    """
    return _read(_VOLUMES)


def note_volumes(notebook: str, names: Iterable[str]) -> None:
    """Note nameless volumes that a container of a notebook leaves behind."""
    _keep(_VOLUMES, {**nameless_volumes(), **dict.fromkeys(names, notebook)})


def forget_volumes(names: Iterable[str]) -> None:
    """Forget volumes that are gone."""
    gone = set(names)
    _keep(_VOLUMES, {name: notebook for name, notebook in nameless_volumes().items() if name not in gone})


def note_project(labels: Mapping[str, str], name: str) -> None:
    """Note that a Compose project was made from a notebook: Compose's own labels do not tell.

    Parameters:
        labels: as for `note`.
    """
    _keep(_PROJECTS, {**_read(_PROJECTS), name: f"{labels.get(KERNEL, '')} {_key(labels)}"})


def projects(labels: Mapping[str, str] | None = None) -> list[str]:
    """Give the Compose projects that were made from a notebook, or from any."""
    key = _key(labels or {})
    return [name for name, noted in _read(_PROJECTS).items() if not key or noted.partition(" ")[2] == key]


def forget_projects(names: Iterable[str]) -> None:
    """Forget projects that are gone with all that they had."""
    gone = set(names)
    _keep(_PROJECTS, {name: noted for name, noted in _read(_PROJECTS).items() if name not in gone})


def _read(kind: str) -> dict[str, str]:
    try:
        found = json.loads((_folder() / kind).read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _keep(kind: str, things: dict[str, str]) -> None:
    if things == _read(kind):
        return
    path = _folder() / kind
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_text(json.dumps(dict(list(things.items())[-_MOST:])))
        beside.replace(path)


def offer(labels: Mapping[str, str], session: Session) -> str:
    """Say in a sentence what earlier runs have left; nothing when there is nothing.

    Parameters:
        labels: as for `note`.
        session: where the engine comes from; it is asked only when an earlier run has left a note.
    """
    kernel = labels.get(KERNEL, "")
    earlier = [path for path, run in _ended(_key(labels)) if run != kernel]
    if not earlier:
        return ""
    try:
        api, mine = session.engine.api, {"label": [*whose(labels), KERNEL]}
        containers = api.containers(all=True, filters=mine)
        others = {"network": api.networks(filters=mine), "volume": (api.volumes(filters=mine) or {}).get("Volumes") or []}
        composed = _of_projects(api, [name for name in projects(labels) if not _read(_PROJECTS)[name].startswith(f"{kernel} ")])
    except (DockerMagicError, OSError, ValueError):
        return ""  # no engine now: the note stays for the next time
    except Exception as error:  # docker-py's own errors, whose module is not imported for this
        if not type(error).__module__.startswith(("docker", "requests")):
            raise
        return ""
    found = {"container": [each for each in containers if container_made_by(each.get("Labels"))], **others}
    left = {what: sum((each.get("Labels") or {}).get(KERNEL, kernel) != kernel for each in all_) for what, all_ in found.items()}
    left = {what: count + composed[what] for what, count in left.items()}
    if not any(left.values()):
        for path in earlier:
            with contextlib.suppress(OSError):
                path.unlink()
        return ""
    number = ", ".join(plural(count, what) for what, count in left.items() if count)
    return f"Of an earlier run of this notebook: {number} still here. %docker_lifecycle shows them, %docker_reset removes them."


def _of_projects(api: Any, names: Iterable[str]) -> dict[str, int]:
    """Count what Compose projects have on the engine."""
    counts = {"container": 0, "network": 0, "volume": 0}
    for name in names:
        of = {"label": f"{PROJECT}={name}"}
        counts["container"] += len(api.containers(all=True, filters=of))
        counts["network"] += len(api.networks(filters=of))
        counts["volume"] += len((api.volumes(filters=of) or {}).get("Volumes") or [])
    return counts


def _ended(notebook: str, *, also_living: bool = False) -> Iterator[tuple[Path, str]]:
    """Give the notes of kernels that run no more: the file, and which run it was."""
    with contextlib.suppress(OSError):
        for path in list(_folder().glob("*.json")):
            try:
                noted = json.loads(path.read_text())
                name, pid = str(noted["notebook"]), int(noted["pid"])
            except (OSError, ValueError, KeyError, TypeError, OverflowError):
                continue
            if (not notebook or name == notebook) and (also_living or not _lives(pid)):
                yield path, path.stem


def _lives(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":
        return False  # asking there would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
