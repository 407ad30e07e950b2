"""An engine in a pod is started and ended again and again, some of its processes by kill: nothing is lost, nothing left."""

from __future__ import annotations

import os

import docker
import pytest

from tests.engine.test_embedded_pod import image
from tests.rig import embedded, pods
from tests.rig.fixtures import had

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(3000)]

COUNT = int(os.environ.get("DOCKERMAGIC_CYCLES", "25"))
WITH_BROWSERS = max(1, COUNT // 5)
"""How many of them are done with browsers, in `test_embedded_browsers`."""


def test_starts_and_ends_by_kill_lose_nothing_and_leave_nothing(image: tuple[docker.DockerClient, str]) -> None:
    client, name = image
    mounts = {had(embedded.site): "/opt/site", had(embedded.busybox): "/opt/busybox.tar"}
    command = ["python3", "/opt/tests/embedded_cycles.py", "/opt/busybox.tar", str(COUNT - WITH_BROWSERS)]
    told = pods.ran(client, name, command, mounts, within=2900)
    found = told.together()
    assert found, told.said[-2000:]
    assert found["wrong"] == []
    assert found["cycles"] == COUNT - WITH_BROWSERS
    assert not [file for file in found["files"] if file.endswith(".sock")]
