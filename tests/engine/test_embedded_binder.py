"""The steps of `binder/`, carried out as repo2docker does, on plain roots of distributions; then what learners do in such a pod."""

from __future__ import annotations

from typing import Any

import docker
import pytest

from tests.engine.test_embedded_course import INSIDE, LESSONS, archived
from tests.rig import embedded, engines, pods, roots
from tests.rig.fixtures import had

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]

WANTED = [name for name in LESSONS if name[:2] in {"01", "02", "03", "04", "05", "06", "07", "11"}]
"""The lessons up to ports, and Compose's booking system."""


@pytest.fixture(scope="module", params=roots.DISTRIBUTIONS)
def binder(engine: str, request: pytest.FixtureRequest) -> Any:
    """The image that comes out, on one distribution after the other."""
    client = engines.at(engine).client()
    made = had(lambda: roots.binder(client, request.param, embedded.wheel()))
    yield client, made
    client.images.remove(made, force=True)
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
    binder: tuple[docker.DockerClient, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    command = "mkdir -p tried && cd tried && exec python /opt/tests/embedded_course.py ~/notebooks $*"
    mounts = {archived(tmp_path_factory.mktemp("images")): "/opt/images"}
    told = pods.ran(*binder, ["sh", "-c", command, "sh", *INSIDE, "--", *WANTED], mounts, within=1200)
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
