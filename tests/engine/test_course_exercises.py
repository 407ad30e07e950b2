"""Each exercise: the untouched stub fails, typical wrong ways fail with the hint that fits, the lesson's own solution passes."""

from __future__ import annotations

import atexit
import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import pytest
from docker.errors import APIError, NotFound
from IPython.core.interactiveshell import InteractiveShell

from dockermagic import CheckFailed, leftovers, session
from dockermagic.course import check as checks
from dockermagic.course.progress import Progress
from dockermagic.course.solutions import BEGIN, without_solutions
from dockermagic.engine import Engine
from tests.engine.course_exercises import LESSONS
from tests.engine.wrong_ways import Lesson
from tests.rig import sharing
from tests.rig.compose import compose as real_compose
from tests.rig.engines import at
from tests.rig.fixtures import had

pytestmark = pytest.mark.again

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def exercises(lesson: str) -> list[tuple[str, str]]:
    """Give each exercise's cell and the cell that checks it, from the lesson's source."""
    cells = [cell.source for cell in jupytext.read(FOLDER / f"{lesson}.md").cells if cell.cell_type == "code"]
    return [(cell, cells[place + 1]) for place, cell in enumerate(cells) if BEGIN in cell]


class Desk:
    """A learner's desk: a shell in a folder of its own, on a real engine."""

    def __init__(self, engine: Engine) -> None:
        self.api = engine.api
        self.shell = InteractiveShell()
        self.shell.history_manager.enabled = False
        self.shell.run_line_magic("load_ext", "dockermagic")
        self.shell.run_cell("from dockermagic import check, quiz")
        self.before, self.images = self.containers(), {str(each["Id"]) for each in self.api.images(all=True)}
        self.tags = self.names()

    def containers(self, *, stacks: bool = True) -> set[str]:
        found = self.api.containers(all=True)
        return {str(each["Id"]) for each in found if stacks or "com.docker.compose.project" not in each["Labels"]}

    def names(self) -> set[str]:
        return {tag for each in self.api.images() for tag in each["RepoTags"] or () if not tag.startswith("<none>")}

    def run(self, cell: str) -> BaseException | None:
        done = self.shell.run_cell(cell, silent=True)
        return done.error_in_exec or done.error_before_exec

    def clear(self, kept: set[str]) -> None:
        """Take away what a wrong way has made; what Compose has brought up stays, as it does for a learner."""
        for id in self.containers(stacks=False) - kept:
            with contextlib.suppress(APIError):
                self.api.remove_container(id, force=True, v=True)
        for volume in ("lesson-notes",):
            with contextlib.suppress(APIError):
                self.api.remove_volume(volume)
        with contextlib.suppress(APIError):
            self.api.remove_network("lesson-back")

    def close(self) -> None:
        for id in self.containers() - self.before:
            self.api.remove_container(id, force=True, v=True)
        self.clear(self.before)
        for volume in self.api.volumes()["Volumes"] or []:
            if volume["Name"].startswith("lesson-"):
                self.api.remove_volume(volume["Name"], force=True)
        for network in self.api.networks():
            if network["Name"].startswith("lesson-"):
                self.api.remove_network(network["Id"])
        for name in self.names() - self.tags:
            self.api.remove_image(name, force=True)
        for image in self.api.images(all=True):
            if image["Id"] not in self.images:
                with contextlib.suppress(NotFound):
                    self.api.remove_image(image["Id"], force=True)
        self.shell.run_line_magic("unload_ext", "dockermagic")
        self.shell.history_manager.end_session()
        atexit.unregister(self.shell.atexit_operations)


@pytest.fixture
def desk(
    request: pytest.FixtureRequest, here: Engine, docker_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    lesson: Lesson = request.param
    if lesson.needs:
        had(lambda: sharing.also(at(docker_engine), lesson.needs))
    if "%%compose" in (FOLDER / f"{lesson.name}.md").read_text():
        had(real_compose)
    for part in ("01-hello", "apps"):
        shutil.copytree(FOLDER / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))
    monkeypatch.setenv("DOCKER_HOST", docker_engine)
    monkeypatch.setattr(session, "CURRENT", session.Session(here))
    monkeypatch.setattr(leftovers, "_folder", lambda: tmp_path / ".kernels")
    monkeypatch.setattr(checks, "notebooks_progress", lambda shell=None: Progress("test", tmp_path / "progress"))
    desk = Desk(here)
    yield desk
    desk.close()


@pytest.mark.parametrize(
    ("desk", "lesson"),
    [pytest.param(each, each, id=each.name, marks=[pytest.mark.long] if each.long else []) for each in LESSONS],
    indirect=["desk"],
)
def test_the_exercises(desk: Desk, lesson: Lesson) -> None:
    for cell in lesson.prepare:
        assert desk.run(cell) is None, cell
    found = exercises(lesson.name)
    assert len(found) == len(lesson.exercises) >= 3
    for (solution, check), wrong_ways in zip(found, lesson.exercises, strict=True):
        kept = desk.containers()
        desk.run(without_solutions(solution))
        assert desk.run(check) is not None, f"{lesson.name}: the untouched stub passes: {check}"
        assert len(wrong_ways) >= 2
        for way in wrong_ways:
            for cell in way.cells:
                desk.run(cell)
            failed: Any = desk.run(check)
            assert isinstance(failed, CheckFailed), (way.cells, failed)
            said = "\n".join((failed.message, *failed.claim.hints))  # all tiers: how far they have gone depends on the tries before
            assert way.said in said, (way.cells, said)
            desk.clear(kept)
        assert desk.run(solution) is None, solution
        assert desk.run(check) is None, check
