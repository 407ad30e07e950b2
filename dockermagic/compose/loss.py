"""What `down -v` destroys: the project's volumes with their bytes, asked before it happens.

Source: `GET /system/df` of the Engine API (sizes), `GET /volumes` (labels).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockermagic.engine.answers import ask
from dockermagic.engine.engine import reason
from dockermagic.errors import EngineError
from dockermagic.views.hostile import one_line
from dockermagic.views.units import bytes_text, plural

if TYPE_CHECKING:
    from dockermagic.compose.model import Stack
    from dockermagic.engine import Engine

__all__ = ["loss", "nameless_volumes"]


def nameless_volumes(engine: Engine, project: str) -> list[str]:
    """Give the volumes without a name that a project's containers use: `down` without -v leaves them to nobody.

    Raises:
        EngineError: the engine does not answer.
    """
    from docker.errors import DockerException

    try:
        found = engine.api.containers(all=True, filters={"label": f"com.docker.compose.project={project}"})
    except (DockerException, OSError) as error:
        raise EngineError(f"The engine does not answer: {reason(error)}.") from error
    names = (str(mount.get("Name") or "") for each in found for mount in each.get("Mounts") or () if mount.get("Type") == "volume")
    return sorted({name for name in names if len(name) == 64 and not set(name) - set("0123456789abcdef")})


def loss(engine: Engine, stack: Stack) -> str:
    """Say which volumes are lost, one a line; empty if none is.

    Raises:
        EngineError: the engine does not answer.
    """
    from docker.errors import DockerException

    api: Any = engine.api
    try:
        found = api.volumes(filters={"label": f"com.docker.compose.project={stack.project.name}"}).get("Volumes") or []
    except (DockerException, OSError) as error:
        raise EngineError(f"The engine does not answer: {reason(error)}.") from error
    sizes = _sizes(engine) if found or stack.containers else {}
    kept = {each.name for each in stack.project.volumes if each.external}
    names = [str(each["Name"]) for each in found if each["Name"] not in kept]
    users: dict[str, list[str]] = {}
    for container in stack.containers:
        for mount in container.seen.mounts:
            if mount.type == "volume":
                users.setdefault(mount.name, []).append(f"{container.name}:{mount.destination}")
                if mount.anonymous and mount.name not in names:
                    names.append(mount.name)
    if not names:
        return ""
    rows = []
    for name in names:
        size = sizes.get(name, -1)
        shown = one_line(name if len(name) < 64 else f"{name[:12]}… (without a name)", 80)
        where = f", mounted at {one_line(', '.join(users[name]), 200)}" if name in users else ""
        rows.append(f"  {shown}: {bytes_text(size) if size >= 0 else 'size unknown'}{where}")
    return f"-v removes {plural(len(names), 'volume')} for good, with all that is in them:\n" + "\n".join(rows) + "\n"


def _sizes(engine: Engine) -> dict[str, int]:
    """Give the bytes of the volumes; nothing where the engine does not tell: what is lost can be said without."""
    try:
        volumes = ask(engine, "GET", "/system/df", query={"type": "volume"}).get("Volumes") or ()
    except EngineError:
        return {}
    return {str(each["Name"]): int((each.get("UsageData") or {}).get("Size", -1)) for each in volumes}
