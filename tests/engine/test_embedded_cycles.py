"""An engine in a pod is started and ended again and again, some of its processes by kill: nothing is lost, nothing left."""

from __future__ import annotations

import json
import os
from pathlib import Path

import docker
import pytest

from tests.engine.test_embedded_pod import image
from tests.rig import embedded
from tests.rig.fixtures import had

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

HERE = Path(__file__).parent
COUNT = int(os.environ.get("DOCKERMAGIC_CYCLES", "25"))


def test_starts_and_ends_by_kill_lose_nothing_and_leave_nothing(image: tuple[docker.DockerClient, str]) -> None:
    client, name = image
    mounts = {str(had(embedded.site)): "/opt/site", str(had(embedded.busybox)): "/opt/busybox.tar", str(HERE): "/opt/tests"}
    pod = client.containers.create(
        name,
        ["python3", "/opt/tests/embedded_cycles.py", "/opt/busybox.tar", str(COUNT)],
        user="1000:1000",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit="2g",
        nano_cpus=1_000_000_000,
        init=True,
        volumes={path: {"bind": inside, "mode": "ro"} for path, inside in mounts.items()},
    )
    try:
        pod.start()
        pod.wait(timeout=2900)
        said = pod.logs().decode(errors="replace")
    finally:
        pod.remove(force=True, v=True)
    found = [json.loads(line[5:]) for line in said.splitlines() if line.startswith("fact ")]
    assert found, said[-2000:]
    assert found[0]["wrong"] == []
    assert found[0]["cycles"] == COUNT
    assert not [file for file in found[0]["files"] if file.endswith(".sock")]
