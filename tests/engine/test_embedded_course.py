"""The course in a pod as Binder gives it: the lessons, and the booking system with real PostgreSQL and Node.js."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import docker
import pytest

from dockermagic.compose.program import PACKAGE
from tests.engine.test_embedded_pod import image
from tests.rig import embedded, images, pods
from tests.rig.applications import NODE, POSTGRES, REGISTRY
from tests.rig.fixtures import had
from tests.rig.places import ROOT

__all__ = ["image"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

LESSONS = [path.stem for path in sorted((ROOT / "notebooks").glob("[01]*.md"))]
IMAGES = (images.BUSYBOX, images.DEBIAN, POSTGRES, NODE, REGISTRY)
INSIDE = [f"/opt/images/{number}.tar" for number in range(len(IMAGES))]
"""Where a pod finds the images that lessons use."""


def archived(folder: Path) -> Path:
    """Put those images into a folder that everybody can read."""
    for number, each in enumerate(IMAGES):
        shutil.copy(had(lambda each=each: images.archive(each)), folder / f"{number}.tar")  # type: ignore[misc]
        (folder / f"{number}.tar").chmod(0o644)
    for above in (folder, folder.parent, folder.parent.parent):
        above.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def lessons(image: tuple[docker.DockerClient, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of each lesson, one after the other in one pod."""
    client, name = image
    archives = archived(tmp_path_factory.mktemp("images"))
    site = had(lambda: embedded.site("course", "ipykernel", "nbclient", "jupytext", PACKAGE))
    mounts = {site: "/opt/site", ROOT / "notebooks": "/opt/notebooks", archives: "/opt/images"}
    command = ["python3", "/opt/tests/embedded_course.py", "/opt/notebooks", *INSIDE, "--", *LESSONS]
    told = pods.ran(client, name, command, mounts, within=800)
    return {fact["name"]: fact for fact in told.facts}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lessons: dict[str, Any], name: str) -> None:
    assert lessons[name]["failed"] == ""


def test_an_engine_that_rests_holds_little(lessons: dict[str, Any]) -> None:
    held = lessons["rest"]["memory"]
    assert {"parts/linux", "network.py", "embedded.supervisor"} <= held.keys()
    assert sum(held.values()) <= 300, f"MB held after the course: {held}"
