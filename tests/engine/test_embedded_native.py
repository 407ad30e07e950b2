"""Pods that are loose enough for a dockerd of their own: it is taken, lives and ends as one in a guest does; or it is said why not.

What is proven of its end: after `%docker_engine stop`, and after its supervisor was killed, none of its processes is left (of
dockerd, containerd, containers, RootlessKit and its network), and after a stop no socket and no bridge either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import docker
import pytest

from dockermagic.engine.embedded.supervisor import STOPS_WITHIN
from tests.rig import embedded, engines, pods, roots
from tests.rig.fixtures import had

pytestmark = [pytest.mark.long, pytest.mark.timeout(200)]

GUEST, PRIVATE, ROOTLESS = "User-mode Linux", "private dockerd", "rootless dockerd"
LOOSE: dict[str, Any] = {
    "cap_drop": [],
    "cap_add": ["SYS_ADMIN", "NET_ADMIN"],
    "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
    "devices": ["/dev/net/tun"],
    "device_cgroup_rules": ["a *:* rwm"],
}
"""As much of a privileged pod as an engine needs: not every machine has all that such a pod is given."""
BARE = "umount $(awk '$2 ~ \"^/proc/|^/sys/firmware\" { print $2 }' /proc/mounts)"
"""Takes away what hides parts of /proc and /sys, as in a privileged pod."""
GROUPS = "for each in /sys /sys/fs/cgroup /sys/fs/cgroup/*; do mountpoint -q $each && mount -o remount,bind,rw $each; done"
"""Lets control groups be made, as in a privileged pod."""
USER = f"{roots.USER}; chown -R 1000:1000 {roots.HOME}"
RANGES = "echo jovyan:100000:65536 | tee /etc/subuid > /etc/subgid"
DEVICE = "chmod 666 /dev/net/tun"
BECOME = "exec setpriv --reuid 1000 --regid 1000 --clear-groups"
PACKAGE = "/opt/site/dockermagic_engine/parts"
"""The parts of the engine's package; what is mounted there hides them."""


@pytest.fixture(scope="module")
def image(engine: str) -> Iterator[tuple[docker.DockerClient, str]]:
    """A distribution with dockerd, and with all that a rootless one is made of."""
    client = engines.at(engine).client()
    yield client, had(lambda: roots.put(client, "debian-docker"))
    client.images.remove(roots.tag("debian-docker"), force=True)


def seen(
    image: tuple[docker.DockerClient, str], steps: list[str], program: str, *own: str, **different: Any
) -> tuple[dict[str, Any], str]:
    """Run a program of the tests in a pod; give what it told, and all that it printed.

    Parameters:
        steps: what root does there before; the last one becomes the program.
        own: folders that are volumes: an engine's data cannot be on a pod's own layers.
    """
    mounts = {had(embedded.site): "/opt/site", had(embedded.busybox): "/opt/busybox.tar"}
    *before, last = [f"mkdir -p {roots.HOME}/work && cd {roots.HOME}/work", *steps]
    command = ["sh", "-c", "; ".join([*before, f"{last} python3 /opt/tests/{program}"])]
    pod = {"user": "0:0", "environment": {"PYTHONPATH": "/opt/site", "HOME": roots.HOME}, **different}
    told = pods.ran(*image, command, mounts, within=150, own=[f"{roots.HOME}/.local", *own], **pod)
    found = told.together()
    assert found, told.said[-3000:]
    return found, told.said


LIVES: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    PRIVATE: (PRIVATE, [BARE, GROUPS, "exec"], LOOSE),
    ROOTLESS: (ROOTLESS, [BARE, USER, RANGES, DEVICE, BECOME], {**LOOSE, "sysctls": {"net.ipv4.ip_unprivileged_port_start": 1024}}),
}


@pytest.mark.parametrize("kind", LIVES)
def test_it_starts_stops_returns_and_leaves_nothing(image: tuple[docker.DockerClient, str], kind: str) -> None:
    rung, steps, different = LIVES[kind]
    found, said = seen(image, steps, "embedded_native.py alone /opt/busybox.tar", **different)
    assert "failed" not in found, (found, said[-2000:])
    assert found["rung"] == found["rung_again"] == found["rung_after_kill"] == rung, found["refusals"]
    assert found["built"] is True
    assert found["page"] == found["page_again"] == found["page_after_crash"] == "built\n"
    assert found["bound"] == "given\n"
    assert found["modes"] == ["0o600", "0o700"]
    assert {"app:1", "busybox:latest"} <= set(found["images"])
    assert found["kept"] == found["kept_after_crash"] == found["kept_after_kill"] == "kept\n"
    assert found["crashed"].startswith("The engine ended unexpectedly (dockerd")
    assert found["left"] == found["left_by_kill"] == found["left_by_reset"] == []
    assert found["files"] == found["files_after_reset"] == found["open"] == found["data"] == []
    assert found["stopped_in"] < STOPS_WITHIN, "it ended when it was asked to, and was not killed"
    assert ("cannot expose privileged port 80" in found["low"]) is (rung == ROOTLESS), found["low"]


def test_it_does_no_harm_to_another_dockerd(image: tuple[docker.DockerClient, str]) -> None:
    different = {**LOOSE, "tmpfs": {PACKAGE: ""}}
    program = "embedded_native.py beside /opt/busybox.tar"
    found, said = seen(image, [BARE, GROUPS, "exec"], program, "/var/lib/docker", **different)
    assert "failed" not in found, (found, said[-2000:])
    assert found["rung"] == found["rung_after_kill"] == PRIVATE
    assert found["apart"] is True
    assert found["built"] is True
    assert found["page"] == "", "its network leads nowhere"
    assert found["left"] == found["left_by_kill"] == found["left_by_reset"] == found["files"] == []
    others = ("other_before", "other_after_stop", "other_after_kill", "other_after_reset")
    assert [found[each] for each in others] == ["other\n"] * 4
    assert found["other_bridge"] is True


def test_a_guest_is_taken_rather_than_a_network_that_leads_nowhere(image: tuple[docker.DockerClient, str]) -> None:
    found, _ = seen(image, [BARE, GROUPS, "ip link add docker0 type bridge", "exec"], "embedded_kinds.py", **LOOSE)
    assert found["rung"] == GUEST
    assert "another engine is here" in found["refusals"][PRIVATE]


CLOSED: dict[str, tuple[str, str, list[str], dict[str, Any]]] = {
    "no-namespaces": (PRIVATE, "namespaces are not allowed here", ["exec"], {"cap_drop": []}),
    "no-control-groups": (PRIVATE, "ead-only file system", [BARE, "exec"], LOOSE),
    "no-ranges": (ROOTLESS, "/etc/subuid has no range for jovyan", [BARE, USER, "rm -f /etc/subuid", DEVICE, BECOME], LOOSE),
    "no-device": (ROOTLESS, "/dev/net/tun", [BARE, USER, RANGES, "chmod 600 /dev/net/tun", BECOME], LOOSE),
    "hidden-parts-of-proc": (ROOTLESS, "/proc and /sys cannot be mounted", [USER, RANGES, DEVICE, BECOME], LOOSE),
    "no-new-privileges": (ROOTLESS, "no_new_privs", [BARE, USER, RANGES, DEVICE, f"{BECOME} --no-new-privs"], LOOSE),
    "newuidmap-without-privileges": (
        ROOTLESS,
        "newuidmap: write to uid_map failed",
        [BARE, USER, RANGES, DEVICE, "chmod u-s /usr/bin/newuidmap", BECOME],
        LOOSE,
    ),
}
"""Kinds of pods where the parts of an engine are there and it does not come up: which, words of the reason, what is done before."""


@pytest.mark.parametrize("kind", CLOSED)
def test_one_that_does_not_come_up_says_why_and_a_guest_is_taken(image: tuple[docker.DockerClient, str], kind: str) -> None:
    refused, words, steps, different = CLOSED[kind]
    found, said = seen(image, steps, "embedded_kinds.py", **different)
    assert found.get("rung") == GUEST, (found, said[-2000:])
    assert found["containers"] == []
    assert words in found["refusals"][refused], found["refusals"]
    assert found["seconds"] < 20
