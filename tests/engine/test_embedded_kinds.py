"""Pods of many kinds, stricter and looser ones: the right way is taken, or one message says what is missing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.engine.test_embedded_pod import image
from tests.rig import embedded, pods
from tests.rig.fixtures import had

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(200)]

NO_PTRACE = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["ptrace", "unshare"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}],
}
GUEST = "User-mode Linux"


def disk_of(folder: str) -> str:
    """Give the device of the disk that a folder is on."""
    number = os.stat(folder if os.path.isdir(folder) else "/").st_dev
    device = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    return f"/dev/{(device.parent if (device / 'partition').exists() else device).name}"


HOME = "/home/jovyan"
STARTS: dict[str, dict[str, Any]] = {
    "ptrace-refused": {"security_opt": ["no-new-privileges", f"seccomp={json.dumps(NO_PTRACE)}"]},
    "read-only-root": {"read_only": True, "tmpfs": {"/tmp": "mode=1777", HOME: "mode=777,size=1500m"}},
    "one-gigabyte": {"mem_limit": "1g"},
    "no-dev-shm": {"ipc_mode": "none"},
    "a-different-uid": {"user": "12345:12345"},
    "a-home-that-is-full": {"tmpfs": {HOME: "mode=777,size=1m"}},
    "a-home-on-a-slow-disk": {"device_write_bps": [{"Path": disk_of("/var/lib/docker"), "Rate": 1 << 20}]},
    "a-home-that-nobody-may-write-to": {"environment": {"HOME": "/usr"}},
    "namespaces-allowed": {"security_opt": ["seccomp=unconfined"]},
    "root": {"user": "0:0"},
}
"""Kinds of pods in which an engine starts: what is different from a strict one."""
REFUSES: dict[str, tuple[dict[str, Any], str]] = {
    "hardly-any-memory": ({"mem_limit": "300m"}, "600 MB are needed"),
    "no-folder-to-write-to": ({"read_only": True}, "can be written to"),
}
"""Kinds in which none can start: what is different, and some words of what is said."""


def seen(client: docker.DockerClient, name: str, **different: Any) -> dict[str, Any]:
    command = ["python3", "/opt/tests/embedded_kinds.py"]
    told = pods.ran(client, name, command, {had(embedded.site): "/opt/site"}, within=150, **different)
    assert told.facts, told.said[-3000:]
    return told.together()


@pytest.mark.parametrize("kind", STARTS)
def test_an_engine_starts(image: tuple[docker.DockerClient, str], kind: str) -> None:
    found = seen(*image, **STARTS[kind])
    assert str(found.get("title", "")).startswith("Docker Engine 2"), found
    assert found["containers"] == []
    assert found["rung"] == GUEST
    assert all(found["refusals"].values()), "what was passed over says why"


@pytest.mark.parametrize("kind", REFUSES)
def test_one_message_says_what_is_missing(image: tuple[docker.DockerClient, str], kind: str) -> None:
    different, words = REFUSES[kind]
    found = seen(*image, **different)
    assert "title" not in found
    assert words in json.dumps(found), found
