"""Files out of layers, shared layers and stages, against the engine: what a container reads, what a removal frees."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dockermagic.commands.cell import carry_out
from dockermagic.commands.comparing import COMPARE
from dockermagic.commands.files import FILES
from dockermagic.commands.layers import LAYERS
from dockermagic.engine import Engine
from dockermagic.errors import UsageError
from dockermagic.images.shelf import Shelf
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session
from tests.engine.making import make

pytestmark = pytest.mark.again

TEXT = """FROM busybox AS tools
RUN head -c 300000 /dev/zero > /tool && head -c 100000 /dev/zero > /app
FROM busybox
ENV DB_PASSWORD=hunter2hunter2
COPY --from=tools /app /app
RUN mkdir /d && echo TOKEN=sk_live_abcdefghijklmnopqrst > /d/.env && ln /d/.env /d/again && echo one > /d/text
RUN rm /d/.env && echo two > /d/text
"""


class Room:
    """Lines as a notebook gives them, with variables."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        monkeypatch.setattr(Shelf, "__init__", lambda self, where=None: setattr(self, "folder", where or folder))
        self.session = Session(engine)
        self.variables: dict[str, Any] = {}
        self.shell = SimpleNamespace(user_ns=self.variables, kernel=None)

    def do(self, verb: Any, *words: str) -> Any:
        return carry_out(verb, list(words), self.session, self.shell, ((NOTEBOOK, "test"), (KERNEL, "test")), Path("/"))


@pytest.fixture
def room(here: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Room]:
    opened = Room(here, monkeypatch, tmp_path)
    yield opened
    opened.session.close()


def read(here: Engine, image: str, path: str) -> bytes:
    """Read a file as a container has it."""
    container = here.api.create_container(image, ["true"])
    try:
        slices, _ = here.api.get_archive(container, path)
        with tarfile.open(fileobj=io.BytesIO(b"".join(slices))) as archive:
            found = archive.extractfile(archive.next())  # type: ignore[arg-type]
            assert found is not None
            return found.read()
    finally:
        here.api.remove_container(container)


def test_files_and_stages_and_secrets_of_a_build(here: Engine, room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    build = room.variables["build"] = make(TEXT, engine=here)
    image = room.do(LAYERS, "build")
    assert [layer.step.line for layer in image.layers] == [3, 5, 6, 7]
    room.variables["image"] = image

    for path in ("/d/text", "/d/again"):
        assert room.do(FILES, "image", path).content == read(here, build.image_id, path)
    gone = room.do(FILES, "image:3", "/d/.env")
    assert (gone.content, gone.layer, gone.gone) == (b"TOKEN=sk_live_abcdefghijklmnopqrst\n", 3, 4)
    with pytest.raises(UsageError, match=r"There is no /d/\.env"):
        room.do(FILES, "image", "/d/.env")
    assert [each.gone for each in room.do(FILES, "image", "--find", ".env")] == [4]
    assert room.do(FILES, "--diff", "image:3", "image", "/d/text").diff[-2:] == ("-one", "+two")
    assert "sk_live_abc" not in capsys.readouterr().out

    given = room.do(LAYERS, "image", "--secrets", "--reveal")
    assert {"hunter2hunter2", "TOKEN=sk_live_abcdefghijklmnopqrst"} <= set(given.values)
    assert "sk_live_abc" in capsys.readouterr().out, "a terminal saves nothing"

    flow = room.do(LAYERS, "build", "--stages")
    assert [(stage.name, stage.final) for stage in flow.stages] == [("tools", False), ("stage-1", True)]
    assert [(each.source, each.line, each.to) for each in flow.handed] == [(0, 5, "stage-1")]
    # An engine that keeps files says how many bytes of them there are, one that keeps their archives, how much those take.
    assert 400_000 <= flow.stages[0].made < 430_000
    assert 100_000 <= flow.copied(0) < 120_000

    found = room.do(COMPARE, "image", "busybox")
    assert found.shared == 1
    assert ("/app", (100_000, 0)) in found.directories


def test_a_kept_image_has_its_instructions_when_it_is_opened_again(here: Engine, room: Room) -> None:
    build = make("FROM busybox\nRUN true\nWORKDIR /\nRUN echo 1 > /x", engine=here)
    first = room.do(LAYERS, build.image_id)
    again = room.do(LAYERS, build.image_id)
    told = [[(layer.step.instruction, layer.step.line) for layer in image.layers] for image in (first, again)]
    assert told[0] == told[1]
    assert all(layer.step.instruction for layer in again.layers)


def test_what_a_removal_frees(here: Engine, room: Room) -> None:
    """Images are committed, not built: what is built stays in the build cache."""
    made = []
    below = "busybox"
    for size in (307_200, 204_800):
        container = here.api.create_container(below, ["sh", "-c", f"head -c {size} /dev/zero > /f{size}"])
        try:
            here.api.start(container)
            here.api.wait(container)
            below = here.api.commit(container, "dm-test-shared", str(size))["Id"]
        finally:
            here.api.remove_container(container)
        made.append(below)
    try:
        found = room.do(LAYERS, "--shared", *made)
        by_id = {image.id: image for image in found.images}
        assert found.alone(by_id[made[0]]) == 0, "the upper one stands on its layers"
        # An image store of containerd's counts blocks of the disk, directories among them.
        assert 204_800 <= found.alone(by_id[made[1]]) < 220_000
        assert 512_000 <= found.freed([by_id[each] for each in made]) < 540_000
        before = here.api.df()["LayersSize"]
        here.api.remove_image(made.pop())
        if "snapshotter" not in json.dumps(here.api.info()["DriverStatus"]):
            assert before - here.api.df()["LayersSize"] == 204_800
    finally:
        for each in reversed(made):
            here.api.remove_image(each)
