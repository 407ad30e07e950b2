"""The course in a pod as Binder gives it: the lessons, and the booking system with real PostgreSQL and Node.js."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import docker
import pytest

from dockermagic.compose.program import PACKAGE
from tests.engine.test_embedded_pod import image
from tests.rig import embedded, images
from tests.rig.applications import NODE, POSTGRES, REGISTRY
from tests.rig.fixtures import had
from tests.rig.places import ROOT

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
LESSONS = [path.stem for path in sorted((ROOT / "notebooks").glob("[01]*.md"))]
IMAGES = (images.BUSYBOX, images.DEBIAN, POSTGRES, NODE, REGISTRY)


@pytest.fixture(scope="module")
def lessons(image: tuple[docker.DockerClient, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of each lesson, one after the other in one pod."""
    client, name = image
    archives = tmp_path_factory.mktemp("images")
    for number, each in enumerate(IMAGES):
        shutil.copy(had(lambda each=each: images.archive(each)), archives / f"{number}.tar")  # type: ignore[misc]
        (archives / f"{number}.tar").chmod(0o644)
    for folder in (archives, archives.parent, archives.parent.parent):
        folder.chmod(0o755)
    site = had(lambda: embedded.site("course", "ipykernel", "nbclient", "jupytext", PACKAGE))
    mounts = {
        str(site): "/opt/site",
        str(HERE): "/opt/tests",
        str(ROOT / "notebooks"): "/opt/notebooks",
        str(archives): "/opt/images",
    }
    command = ["python3", "/opt/tests/embedded_course.py", "/opt/notebooks"]
    command += [*(f"/opt/images/{number}.tar" for number in range(len(IMAGES))), "--", *LESSONS]
    pod = client.containers.create(
        name,
        command,
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
        pod.wait(timeout=800)
        said = pod.logs().decode(errors="replace")
    finally:
        pod.remove(force=True, v=True)
    found = [json.loads(line[5:]) for line in said.splitlines() if line.startswith("fact ")]
    return {fact["name"]: fact for fact in found}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lessons: dict[str, Any], name: str) -> None:
    assert lessons[name]["failed"] == ""


def test_an_engine_that_rests_holds_little(lessons: dict[str, Any]) -> None:
    held = lessons["rest"]["memory"]
    assert {"parts/linux", "network.py", "embedded.supervisor"} <= held.keys()
    assert sum(held.values()) <= 300, f"MB held after the course: {held}"
