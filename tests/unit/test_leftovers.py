"""What an earlier run of the kernel has left is offered; nobody is asked when there is nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic import leftovers
from dockermagic.errors import EngineNotFound
from dockermagic.labels import KERNEL, NOTEBOOK, PLACE

A = {NOTEBOOK: "a", KERNEL: "new"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(leftovers, "_folder", lambda: tmp_path / "kernels")
    return tmp_path / "kernels"


@pytest.fixture
def ended() -> int:
    """Give the process id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def session(*found: dict[str, str]) -> Any:
    asked: list[object] = []

    def containers(**query: object) -> list[dict[str, Any]]:
        asked.append(query)
        return [{"Labels": labels} for labels in found]

    return SimpleNamespace(
        engine=SimpleNamespace(
            api=SimpleNamespace(containers=containers, networks=lambda **_: [], volumes=lambda **_: {"Volumes": None})
        ),
        asked=asked,
    )


def noted(cache: Path, notebook: str, kernel: str, pid: int) -> Path:
    cache.mkdir(exist_ok=True)
    path = cache / f"{kernel}.json"
    path.write_text(f'{{"notebook": "{NOTEBOOK}={notebook}", "pid": {pid}}}')
    return path


def test_without_a_note_the_engine_is_not_asked() -> None:
    engine = session({NOTEBOOK: "a", KERNEL: "old"})
    assert leftovers.offer(A, engine) == ""
    assert engine.asked == []


def test_what_an_ended_kernel_left_is_offered(cache: Path, ended: int) -> None:
    path = noted(cache, "a", "old", ended)
    engine = session({NOTEBOOK: "a", KERNEL: "old"}, {NOTEBOOK: "a", KERNEL: "new"}, {NOTEBOOK: "a"})
    assert "1 container still here" in leftovers.offer(A, engine)
    assert "%docker_reset" in leftovers.offer(A, engine)
    assert path.exists()


def test_another_notebooks_note_and_a_living_kernels_are_not_ours(cache: Path, ended: int) -> None:
    import os

    noted(cache, "b", "old", ended)
    noted(cache, "a", "living", os.getpid())
    engine = session({NOTEBOOK: "a", KERNEL: "living"})
    assert leftovers.offer(A, engine) == ""
    assert engine.asked == []


def test_a_notebook_of_the_same_name_elsewhere_is_another_one(cache: Path) -> None:
    here, there = {**A, PLACE: "here"}, {**A, PLACE: "there", KERNEL: "other"}
    leftovers.note(there)
    leftovers.note(here)
    engine = session(there)
    assert leftovers.offer({**here, KERNEL: "newer"}, engine) == ""
    assert engine.asked == []
    leftovers.forget(here)
    assert [path.stem for path in cache.iterdir()] == ["other"]


def test_a_note_of_what_is_gone_is_forgotten(cache: Path, ended: int) -> None:
    path = noted(cache, "a", "old", ended)
    assert leftovers.offer(A, session()) == ""
    assert not path.exists()


def test_without_an_engine_the_note_stays(cache: Path, ended: int) -> None:
    path = noted(cache, "a", "old", ended)

    class Without:
        @property
        def engine(self) -> Any:
            raise EngineNotFound("none")

    assert leftovers.offer(A, Without()) == ""  # type: ignore[arg-type]  # all that is used of it
    assert path.exists()


def test_a_note_is_made_once_and_forgotten_after_a_reset(cache: Path) -> None:
    leftovers.note({**A, KERNEL: "mine"})
    leftovers.note({**A, KERNEL: "mine"})
    leftovers.note({NOTEBOOK: "b", KERNEL: "other"})
    assert len(list(cache.iterdir())) == 2
    leftovers.forget(A)
    assert [path.stem for path in cache.iterdir()] == ["other"]
    leftovers.forget()
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"notebook": "dev.dockermagic.notebook=a", "pid": "x"}',
        "\x00",
        '{"notebook": "dev.dockermagic.notebook=a", "pid": 1e999}',
    ],
)
def test_a_damaged_note_costs_nothing(cache: Path, text: str) -> None:
    cache.mkdir()
    (cache / "x.json").write_text(text)
    assert leftovers.offer(A, session({NOTEBOOK: "a", KERNEL: "x"})) == ""
