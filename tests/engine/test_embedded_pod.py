"""A pod as Binder gives it: no privilege, no Docker; dockermagic and its engine are installed there from their wheels."""

from __future__ import annotations

import io
import secrets
import tarfile
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from tests.rig import embedded, engines, images, pods
from tests.rig.fixtures import had

DOCKERFILE = f"""FROM {images.DEBIAN}
COPY usr /usr/
RUN echo 'jovyan:x:1000:1000::/home/jovyan:/bin/sh' >> /etc/passwd && mkdir -p /home/jovyan/work && chown -R 1000:1000 /home/jovyan
ENV PYTHONPATH=/opt/site HOME=/home/jovyan
WORKDIR /home/jovyan/work
"""


@pytest.fixture(scope="module")
def image(engine: str) -> Iterator[tuple[docker.DockerClient, str]]:
    """An image with Debian's Python, and no package of Docker's."""
    client, name = engines.at(engine).client(), f"dm-test-pod:{secrets.token_hex(3)}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        root = had(embedded.python_root)
        for folder in ("usr", "lib"):  # some of Debian's packages still have their libraries in /lib, which is /usr/lib
            tar.add(root / folder, "usr/lib" if folder == "lib" else "usr")
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(DOCKERFILE)
        tar.addfile(entry, io.BytesIO(DOCKERFILE.encode()))
    packed.seek(0)
    client.images.build(fileobj=packed, custom_context=True, tag=name, rm=True, forcerm=True)
    yield client, name
    client.images.remove(name, force=True)


@pytest.fixture(scope="module")
def facts(image: tuple[docker.DockerClient, str]) -> dict[str, Any]:
    """What a learner saw there, from a cold start on."""
    client, name = image
    mounts = {had(embedded.site): "/opt/site", had(embedded.busybox): "/opt/busybox.tar"}
    told = pods.ran(client, name, ["python3", "/opt/tests/embedded_pod.py", "/opt/busybox.tar"], mounts, within=150)
    assert told.code == 0, told.said[-3000:]
    return told.together()


def test_an_engine_starts_where_nothing_is_allowed(facts: dict[str, Any]) -> None:
    assert facts["title"].startswith("Docker Engine 2")
    assert facts["rung"] == "User-mode Linux"
    assert facts["refusals"] == ["private dockerd", "rootless dockerd"]
    assert facts["said"].startswith("The engine ended unexpectedly")


def test_a_learner_builds_runs_and_keeps(facts: dict[str, Any]) -> None:
    assert facts["built"] is True
    assert facts["page"] == facts["near"] == "built\n"
    assert facts["bound"] == "shared\n"
    assert facts["back"] == "back\n"


def test_many_may_ask_the_engine_at_once(facts: dict[str, Any]) -> None:
    assert facts["turned_away"] == 0


def test_nobody_else_reaches_the_engine(facts: dict[str, Any]) -> None:
    assert facts["modes"] == ["0o600", "0o700"]
    assert facts["listening"] == [
        "0100007F:1F90",
        "0100007F:1F91",
    ]  # 127.0.0.1, 8080 and 8081: what was published, and nothing else
    assert "reached" not in facts["reached"]
    assert facts["reached"].count("nc:") == 3


def test_a_guest_sees_the_folders_that_were_asked_for_and_no_more(facts: dict[str, Any]) -> None:
    assert facts["confined"] is True
    got_into = [line for line in facts["climbed"].splitlines() if line.startswith("got into")]
    assert got_into == ["got into /home/jovyan/work"]  # its own, and none of those above, beside or linked to


def test_a_folder_or_a_port_that_cannot_be_had_is_refused_in_words(facts: dict[str, Any]) -> None:
    assert "does not reach /home/jovyan: only /home/jovyan/work is shared" in facts["outside"]
    assert "%docker_engine start --share /home/jovyan" in facts["outside"]
    assert "read-only file system" in facts["behind"]
    assert "Port 9999 of this machine is taken" in facts["taken"]


def test_what_crashes_is_noticed_and_comes_back_with_its_images_and_volumes(facts: dict[str, Any]) -> None:
    assert facts["after_network"] == "built\n"
    assert facts["noticed_after"] < 2
    assert facts["kept"] == "kept\n"


def test_nothing_is_left_when_it_is_stopped(facts: dict[str, Any]) -> None:
    assert facts["left"] == []
    assert facts["open"] == []
