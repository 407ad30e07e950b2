"""Pods as Binder gives them: an ordinary user without capabilities, 2 GB, one CPU; a program of the tests says what it saw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from tests.rig.places import ROOT

PROGRAMS = ROOT / "tests/engine"
STRICT: dict[str, Any] = {
    "user": "1000:1000",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "mem_limit": "2g",
    "nano_cpus": 1_000_000_000,
    "init": True,
}


@dataclass(frozen=True)
class Told:
    """What a program in a pod told: its facts, in the order of time, all that it printed, and the exit code."""

    facts: Sequence[Mapping[str, Any]]
    said: str
    code: int

    def together(self) -> dict[str, Any]:
        """Give all facts as one; of those of the same name the last."""
        return {name: value for fact in self.facts for name, value in fact.items()}


@contextmanager
def started(
    client: docker.DockerClient,
    image: str,
    command: Sequence[str],
    mounts: Mapping[Path, str],
    shared: Mapping[Path, str] | None = None,
    own: Sequence[str] = (),
    **different: Any,
) -> Iterator[Container]:
    """Start a pod, and remove it in the end.

    Parameters:
        mounts: folders and files of this machine, and where the pod can read them; the tests' programs are in /opt/tests.
        shared: folders that the pod can write to.
        own: folders of the pod that are a volume each, and no layer of its image.
        different: what is different from a strict pod, in the words of the Docker SDK.
    """
    volumes = {str(path): {"bind": inside, "mode": "ro"} for path, inside in {**mounts, PROGRAMS: "/opt/tests"}.items()}
    volumes |= {str(path): {"bind": inside, "mode": "rw"} for path, inside in (shared or {}).items()}
    fresh = [docker.types.Mount(path, None, type="volume") for path in own]
    pod = client.containers.create(image, list(command), volumes=volumes, mounts=fresh, **{**STRICT, **different})
    try:
        pod.start()
        yield pod
    finally:
        pod.remove(force=True, v=True)


def ran(
    client: docker.DockerClient, image: str, command: Sequence[str], mounts: Mapping[Path, str], *, within: int, **different: Any
) -> Told:
    """Run a command in a pod of its own, and give what it told.

    Parameters:
        mounts, different: as in `started`, and what else that takes.
        within: seconds that it may take.
    """
    with started(client, image, command, mounts, **different) as pod:
        code = pod.wait(timeout=within)["StatusCode"]
        said = pod.logs().decode(errors="replace")
    return Told([json.loads(line[5:]) for line in said.splitlines() if line.startswith("fact ")], said, code)
