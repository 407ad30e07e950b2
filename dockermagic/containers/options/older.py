"""What a request becomes for engines of different ages, as the docker command line does it.

1. A flag that the engine's API does not know yet is refused; so are those of Windows anywhere else.
2. A MAC address belongs to a network since API 1.44; the command line sends none to older engines.
3. KernelMemory is a thing of API 1.40 and 1.41 alone.
4. bind-recursive=readonly needs API 1.44; a platform is asked for since 1.41.

Source: docker/cli, cli/command/container/opts.go (annotations "version" and "ostype"); docker/docker, client/container_create.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dockermagic.errors import ContainerFailed

Api = tuple[int, int]
NEEDS: dict[str, Api] = {"annotation": (1, 43), "cgroupns": (1, 41), "gpus": (1, 40), "health-start-interval": (1, 44)}
WINDOWS = frozenset({"cpu-count", "cpu-percent", "io-maxbandwidth", "io-maxiops"})
_ENGINES: dict[Api, str] = {(1, 40): "19.03", (1, 41): "20.10", (1, 43): "24", (1, 44): "25"}


def read_version(text: str) -> Api:
    """Read an API version: "1.41"."""
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def adapted(body: Mapping[str, Any], given: Iterable[str], api: Api, system: str = "linux") -> dict[str, Any]:
    """Give the body of POST /containers/create for one engine.

    Parameters:
        body: as in `RunRequest`; it is not changed.
        given: the flags on the line.
        api: the engine's API version; `system`: its operating system, as in GET /version.

    Raises:
        ContainerFailed: the engine cannot do what is asked.
    """
    for flag in given:
        if NEEDS.get(flag, api) > api:
            raise _too_old(f"--{flag}", NEEDS[flag], api)
        if flag in WINDOWS and system != "windows":
            raise ContainerFailed(
                f"--{flag} is for Windows containers; this engine runs {system.capitalize()} ones.", "Leave it out."
            )
    host = dict(body["HostConfig"])
    if not (1, 40) <= api < (1, 42):
        host.pop("KernelMemory", None)
    if api < (1, 44):
        _refuse_newer(body, api)
    return {**body, "HostConfig": host}


def _refuse_newer(body: Mapping[str, Any], api: Api) -> None:
    if any(each["MacAddress"] for each in body["NetworkingConfig"]["EndpointsConfig"].values()):
        raise _too_old("A MAC address in a network", (1, 44), api)
    for mount in body["HostConfig"].get("Mounts", ()):
        if mount.get("BindOptions", {}).get("ReadOnlyForceRecursive"):
            raise _too_old("bind-recursive=readonly", (1, 44), api)


def _too_old(what: str, needed: Api, api: Api) -> ContainerFailed:
    return ContainerFailed(
        f"{what} needs Docker Engine {_ENGINES[needed]} or newer (API {needed[0]}.{needed[1]}); this one has {api[0]}.{api[1]}.",
        "Leave it out, or use a newer engine.",
    )
