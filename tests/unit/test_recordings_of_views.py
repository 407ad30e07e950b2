"""Recording what views show, and showing it again."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.compose.model import Stack
from dockermagic.compose.picture import StackDrawer
from dockermagic.compose.project import Project, Service
from dockermagic.containers.lifecycle.picture import ContainersDrawer
from dockermagic.errors import RecordError, UsageError
from dockermagic.log import Log
from dockermagic.recordings import magic
from dockermagic.recordings.badge import BadgedDrawer, badge, date_text
from dockermagic.recordings.kinds import KINDS
from dockermagic.recordings.player import Pace, play
from dockermagic.recordings.recorder import Recorder
from dockermagic.recordings.recording import read
from dockermagic.views import tap
from dockermagic.views.show import open_view
from dockermagic.views.standing import open_standing
from tests.unit import life_examples
from tests.unit.test_record import example


class Kernelless:
    """A shell in a terminal, whose cells begin and end."""

    def __init__(self) -> None:
        self.hooks: dict[str, list[Any]] = {"pre_run_cell": [], "post_run_cell": []}
        self.user_ns: dict[str, Any] = {}
        self.events = SimpleNamespace(
            register=lambda name, function: self.hooks[name].append(function),
            unregister=lambda name, function: self.hooks[name].remove(function),
        )

    def cell(self, source: str, work: Any) -> None:
        for function in list(self.hooks["pre_run_cell"]):
            function(SimpleNamespace(raw_cell=source))
        work()
        for function in list(self.hooks["post_run_cell"]):
            function(None)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernelless]:
    monkeypatch.chdir(tmp_path)
    yield Kernelless()
    running = tap.listened_to()
    if isinstance(running, Recorder):
        magic.record("--stop", None)
    magic._SHOWN.clear()
    assert not any("recording" in thread.name for thread in threading.enumerate())


def started() -> Build:
    steps = tuple(replace(step, status="waiting", output=Log()) for step in example().steps)
    return replace(example(), steps=steps, finished=None, outcome=None, image_id="")


def show_build() -> None:
    view = open_view(BuildDrawer())
    view.update(started())
    view.update(replace(started(), steps=example().steps))
    view.close(example())


def recorded(shell: Kernelless, name: str = "demo.recording") -> Path:
    """Record a build, a container that goes on, and its end in a later cell."""
    magic.record(name, shell)
    shell.cell("# the first\n%%dockerfile -t hello:1\nFROM busybox", show_build)
    stands: list[Any] = []

    def stand() -> None:
        stands.append(open_standing(ContainersDrawer()))
        stands[0].update(life_examples.containers())

    shell.cell("%docker_run -d --name web -e TOKEN=hunter2 busybox", stand)
    stopped = life_examples.forced_stop()
    shell.cell("%docker stop web", lambda: (show_build(), stands[0].update(stopped)))
    magic.record("--stop", shell)
    return Path(name)


def test_what_was_shown_is_shown_again_with_its_badge(shell: Kernelless, capsys: pytest.CaptureFixture[str]) -> None:
    path = recorded(shell)
    assert not shell.hooks["pre_run_cell"]
    assert "hunter2" not in path.read_text()
    recording = read(path)
    assert [cell.names for cell in recording.cells] == [("hello:1",), ("web",), ("hello:1",)]
    assert recording.cells[0].source == "%%dockerfile -t hello:1"
    was = capsys.readouterr().out
    assert "recorded on" not in was
    assert magic.replay("--speed 1000 --pause 0 demo.recording", shell) == ""
    out = capsys.readouterr().out
    badges = re.findall(r"recorded on (.+), (Docker Engine [\d.]+) · cell (\d)", out)
    assert [(date, engine) for date, engine, _ in badges] == [
        (date_text(recording.began + cell.began), engine)
        for cell, engine in zip(recording.cells, ["Docker Engine 28", "Docker Engine 28.5.2", "Docker Engine 28"], strict=True)
    ]
    assert "RUN echo" in out
    assert "web" in out


def test_a_later_cells_changes_are_not_shown_with_an_earlier_one(shell: Kernelless, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(shell)
    capsys.readouterr()
    magic.replay("--instant demo.recording web", shell)
    alone = capsys.readouterr().out
    assert "running" in alone
    assert "137" not in alone
    assert "hello:1" not in alone


def test_cells_one_by_one_and_by_name(shell: Kernelless, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(shell)
    capsys.readouterr()
    for number in (1, 2, 3):
        magic.replay("--next --instant demo.recording", shell)
        assert f"cell {number}:" in capsys.readouterr().out
    with pytest.raises(UsageError, match="no further cell: all 3"):
        magic.replay("--next demo.recording", shell)
    magic.replay("--instant demo.recording hello:1", shell)
    out = capsys.readouterr().out
    assert "cell 1:" in out
    assert "cell 3:" in out
    assert "cell 2:" not in out
    with pytest.raises(UsageError, match="has no cell “api”") as found:
        magic.replay("demo.recording api", shell)
    assert "2 (web)" in found.value.hint
    told = magic.replay("--list demo.recording", shell)
    assert told is not None
    assert "hello:1" in told.splitlines()[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM busybox", "is not a recording"),
        ('{"format": "dockermagic build", "version": 1}\n', "is not a recording"),
        ('{"format": "dockermagic recording", "version": 2}\n', "this dockermagic reads format 1"),
        ('{"format": "dockermagic recording", "version": 1, "began": 1, "notebook": "n", "engine": ""}\n', "holds no cell"),
        ('{"format": "dockermagic recording", "version": 1, "began": 1, "notebook": "n", "engine": ""}\n{"frame": 9}\n', "damaged"),
    ],
)
def test_what_cannot_be_shown_is_told(shell: Kernelless, text: str, said: str) -> None:
    Path("x").write_text(text)
    with pytest.raises((RecordError, UsageError), match=said):
        magic.replay("x", shell)
    with pytest.raises(RecordError, match="cannot be read"):
        magic.replay("nowhere", shell)


def test_a_line_that_was_cut_off_costs_only_itself_and_any_other_damage_is_told(shell: Kernelless) -> None:
    text = recorded(shell).read_text()
    half = text[: text.rindex('{"closed"') + 5]
    Path("half").write_text(half)
    assert len(read(Path("half")).cells) == 3
    lines = text.splitlines(keepends=True)
    for place in range(1, len(lines)):
        for wrong in ("{}\n", "[]\n", "nothing\n", '{"at": 1, "frame": 1, "delta": ["=", 5]}\n'):
            Path("wrong").write_text("".join([*lines[:place], wrong, *lines[place + 1 :]]))
            try:
                magic.replay("--instant wrong", shell)
            except (RecordError, UsageError):
                continue


def test_a_recording_is_not_overwritten_by_running_its_cell_again(shell: Kernelless) -> None:
    before = recorded(shell).read_text()
    with pytest.raises(UsageError, match="is there already") as found:
        magic.record("demo.recording", shell)
    assert "--replace demo.recording" in found.value.hint
    assert Path("demo.recording").read_text() == before
    Path("notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is no recording"):
        magic.record("--replace notes.txt", shell)
    assert Path("notes.txt").read_text() == "mine"
    magic.record("--replace demo.recording", shell)
    with pytest.raises(UsageError, match="being recorded already"):
        magic.record("other", shell)
    assert "0 cells" in str(magic.record("", shell))
    magic.record("--stop", shell)
    with pytest.raises(UsageError, match="Nothing is being recorded"):
        magic.record("--stop", shell)
    with pytest.raises(UsageError, match="cannot be written"):
        magic.record("no/such/folder", shell)


def test_what_is_shown_again_is_not_recorded_again(shell: Kernelless) -> None:
    recorded(shell)
    magic.record("second", shell)
    shell.cell("%docker_replay demo.recording", lambda: magic.replay("--instant demo.recording", shell))
    told = magic.record("--stop", shell)
    assert "0 cells" in str(told)


def test_a_file_that_cannot_be_written_further_ends_the_recording_and_not_the_cell(shell: Kernelless) -> None:
    magic.record("demo.recording", shell)
    recorder = tap.listened_to()
    assert isinstance(recorder, Recorder)
    recorder._file.close()
    shell.cell("%%dockerfile", show_build)
    assert recorder.trouble
    assert "could not be written further" in str(magic.record("--stop", shell))


def test_every_kind_of_view_can_be_revived_and_is_badged() -> None:
    web = life_examples.containers(labels=(("com.docker.compose.service", "web"),))
    stack = Stack(Project(name="shop", services=(Service("web"),)), web, began=life_examples.T, ended=life_examples.T + 2)
    assert "data-do" in StackDrawer().html(stack, life_examples.T + 5)
    models = {
        "build": (example(), BuildDrawer()),
        "stack": (stack, StackDrawer()),
        "containers": (stack.containers, ContainersDrawer()),
    }
    assert set(models) == set(KINDS)
    for name, (model, drawer) in models.items():
        kind = KINDS[name]
        again = kind.again(model)
        assert kind.names(model)
        badged = BadgedDrawer(drawer, badge(0.0, kind.engine(model)), "cell 1: <x>", lambda: None)
        pictures = [
            badged.html(again, life_examples.T + 5),
            badged.text(again, life_examples.T + 5, 80),
            badged.bundle(again)["text/html"],
            badged.bundle(again)["text/plain"],
        ]
        pictures.append("".join(text for text, _ in badged.rows(again, life_examples.T + 5, 80, 10)[0]))
        pictures.append(badged.lines(None, again)[0])
        for picture in pictures:
            assert "recorded on 1 January 1970" in picture or "recorded on 31 December 1969" in picture, name
            assert "Docker Engine 28" in picture
        assert "data-do" not in pictures[0]
        assert "<x>" not in pictures[0]


def test_it_moves_as_it_did(shell: Kernelless, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = read(recorded(shell))
    given: list[Any] = []
    view = SimpleNamespace(update=given.append, tick=lambda: None, close=given.append)
    monkeypatch.setattr("dockermagic.recordings.player.open_view", lambda drawer, shell=None: view)
    play(recording, recording.cells[:1], Pace(speed=1000))
    assert [build.outcome for build in given] == [None, None, "succeeded"][-len(given) :]
    assert len(given) == len(recording.cells[0].views[0].frames) >= 2
    assert [build.recorded for build in given][-1]
    assert not given[0].recorded
