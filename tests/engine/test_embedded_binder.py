"""An image that repo2docker makes, and others that are made with its steps on plain roots; then what learners do in such a pod."""

from __future__ import annotations

from typing import Any

import docker
import pytest

from dockermagic.console.room import IMAGES
from tests.engine.test_embedded_course import LESSONS
from tests.rig import embedded, engines, pods, repo2docker, roots
from tests.rig.fixtures import had

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]

WANTED = [name for name in LESSONS if name[:2] in {"01", "02", "03", "04", "05", "06", "07", "11"}]
"""The lessons up to ports, and Compose's booking system."""


@pytest.fixture(scope="module", params=["repo2docker", *roots.DISTRIBUTIONS])
def binder(engine: str, request: pytest.FixtureRequest) -> Any:
    """The images that come out, one after the other."""
    here = engines.at(engine)
    client = here.client()
    course = had(lambda: roots.bundle(here))
    if request.param == "repo2docker":
        made = had(lambda: repo2docker.image(here, embedded.wheel(), course))
    else:
        made = had(lambda: roots.binder(client, request.param, embedded.wheel(), course))
    yield client, made
    client.images.remove(made, force=True)
    if request.param in roots.DISTRIBUTIONS:
        client.images.remove(roots.tag(request.param), force=True)


def test_a_learner_starts_builds_runs_and_keeps(binder: tuple[docker.DockerClient, str]) -> None:
    command = "mkdir -p work && cd work && exec python /opt/tests/embedded_pod.py /opt/busybox.tar"
    mounts = {had(embedded.busybox): "/opt/busybox.tar"}
    told = pods.ran(*binder, ["-c", command], mounts, within=200, entrypoint="sh")
    found = told.together()
    assert told.code == 0, told.said[-3000:]
    assert found["rung"] == "User-mode Linux"
    assert found["page"] == found["near"] == "built\n"
    assert found["kept"] == "kept\n"
    assert found["left"] == found["open"] == []


def test_lessons_run_while_the_engine_that_start_began_is_shared(
    binder: tuple[docker.DockerClient, str],
) -> None:
    command = "mkdir -p tried && cd tried && exec python /opt/tests/embedded_course.py ~/notebooks $*"
    told = pods.ran(*binder, ["sh", "-c", command, "sh", "--", *WANTED], {}, within=1200)
    there = next(fact["there"] for fact in told.facts if fact.get("name") == "images")
    assert there == sorted(IMAGES), "on the disk that the image's last step has prepared; nothing was loaded"
    failed = {fact["name"]: fact["failed"] for fact in told.facts if fact.get("failed")}
    assert failed == {}
    assert [fact["name"] for fact in told.facts if "failed" in fact] == WANTED, told.said[-3000:]


def test_make_demo_where_there_is_neither_docker_nor_root(engine: str) -> None:
    client = engines.at(engine).client()
    said, running, left = had(lambda: roots.demo(client, "debian", embedded.kernel()))
    client.images.remove(roots.tag("debian"), force=True)
    assert "the embedded engine runs, without root" in said
    assert "Write the image" in said
    assert "demo: 19 cells" in said
    assert any("parts/linux" in line for line in running)
    assert not [line for line in left if "parts/linux" in line or "dockermagic" in line]
