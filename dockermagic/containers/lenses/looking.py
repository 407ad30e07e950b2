"""Looking inside a container: a script in it, or beside it in a helper container that shares its network and processes.

1. `docker exec` with the container's own shell, as root.
2. If it has none: a helper container made of an image that is here and has a shell, in the container's network and process
   namespaces (`--network container:ID --pid container:ID`), removed again at once.
3. If there is no such image: nobody can look.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, DockerException

from dockermagic.containers.messages import HELPER

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["look", "run_inside", "without_mounts"]

_SHELLED = ("busybox", "alpine", "debian", "ubuntu", "bash", "buildpack-deps", "python", "node", "nginx", "redis", "postgres")
"""Images that are known to have a shell, by the beginning of their name."""
_WITHIN = 15


def look(engine: Engine, id: str, script: str) -> str | None:
    """Give what a script prints inside a container that runs; None if nobody could look.

    Raises:
        docker.errors.DockerException: the engine does not answer.
    """
    code, printed = run_inside(engine, id, ["sh", "-c", script], user="0")
    if code in (126, 127) or "== end" not in printed:
        return _beside(engine, id, script) or (printed if "== end" in printed else None)
    return printed


def run_inside(engine: Engine, id: str, command: list[str], *, user: str = "") -> tuple[int, str]:
    """Run a command in a container and give its exit code and what it printed; 126 or 127 where there is no such program."""
    api: Any = engine.api
    try:
        made = api.exec_create(id, command, user=user)
        printed: bytes = api.exec_start(made["Id"])
        code = api.exec_inspect(made["Id"]).get("ExitCode")
    except APIError as error:
        # Podman refuses the start itself when there is no such program.
        return 127, str(error.explanation or error)
    return int(code or 0), printed.decode("utf-8", "replace")


def _beside(engine: Engine, id: str, script: str) -> str | None:
    """Run a script in a helper container that shares the container's network and processes."""
    image = _image_with_shell(engine)
    if image is None:
        return None
    api: Any = engine.api
    try:
        host = api.create_host_config(network_mode=f"container:{id}", pid_mode=f"container:{id}", cap_add=["SYS_PTRACE"])
        made = api.create_container(
            image,
            ["-c", script],
            entrypoint=["sh"],
            user="0",
            host_config=host,
            labels={HELPER: "1"},
            healthcheck={"test": ["NONE"]},
        )
    except DockerException:
        return None
    return _ended(engine, str(made["Id"]))


def without_mounts(engine: Engine, image: str, script: str, arguments: list[str]) -> str | None:
    """Give what a script prints in a container of an image that has neither mounts nor a network; None if it has no shell."""
    api: Any = engine.api
    try:
        made = api.create_container(
            image, ["-c", script, "sh", *arguments], entrypoint=["sh"], user="0", labels={HELPER: "1"},
            host_config=api.create_host_config(network_mode="none"), healthcheck={"test": ["NONE"]},
        )  # fmt: skip
    except DockerException:
        return None
    return _ended(engine, str(made["Id"]))


def _ended(engine: Engine, helper: str) -> str | None:
    """Start a helper, and give what it has printed; it is removed."""
    api: Any = engine.api
    try:
        api.start(helper)
        api.wait(helper, timeout=_WITHIN)
        printed: bytes = api.logs(helper)
        return printed.decode("utf-8", "replace")
    except (DockerException, OSError):
        return None
    finally:
        with contextlib.suppress(DockerException):
            api.remove_container(helper, force=True, v=True)


def _image_with_shell(engine: Engine) -> str | None:
    """Give the smallest image here that is known to have a shell."""
    api: Any = engine.api
    tags = [(int(image.get("Size") or 0), str(tag)) for image in api.images() for tag in image.get("RepoTags") or ()]
    return min((each for each in tags if each[1].rpartition("/")[2].startswith(_SHELLED)), default=(0, None))[1]
