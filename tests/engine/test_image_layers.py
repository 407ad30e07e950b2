"""Images opened layer by layer, against the engine's own archives: what a container sees, and what each layer holds.

Truths: `GET /containers/{id}/export` for the files that a container sees; `GET /images/{name}/get`, unpacked with tar the plain
way, for the layers; and the layers' sizes as the engine's history tells them.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from dockermagic.engine import Engine
from dockermagic.errors import ArchiveError, EngineError
from dockermagic.images import open as opening
from dockermagic.images.entries import Entry, place_of
from dockermagic.images.forward import Forward
from dockermagic.images.model import Image
from dockermagic.images.open import open_image
from dockermagic.images.shelf import Shelf
from dockermagic.images.stack import Node
from tests.engine import dive
from tests.engine.making import make

pytestmark = pytest.mark.again

KINDS = {
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character",
    tarfile.BLKTYPE: "block",
}
CONTAINERS_OWN = {
    ".dockerenv",
    "dev",
    "proc",
    "sys",
    "etc/hosts",
    "etc/hostname",
    "etc/resolv.conf",
    "etc/mtab",
    "run",
    "tmp",
    "etc",
}

SETS = {
    "whiteouts": "RUN mkdir /a && echo 1 > /a/one && echo 2 > /a/two\nRUN rm /a/one\nRUN rm -r /a",
    "opaque": "RUN mkdir /a && echo 1 > /a/one\nRUN rm -r /a && mkdir /a && echo 2 > /a/two",
    "hard links": "RUN echo 12345 > /one && ln /one /two && ln /one /three\nRUN rm /one",
    "renames": "RUN mkdir /d && echo 123 > /d/file\nRUN mv /d /e\nRUN mv /e/file /e/other",
    "chmod alone": "RUN head -c 5000 /dev/zero > /file\nRUN chmod 600 /file\nRUN chown 1000 /file",
    "rewritten": "RUN echo same > /file\nRUN rm /file && echo same > /file",
    "unicode": "RUN mkdir '/früh 日本' && echo x > '/früh 日本/ñ.txt'",
    "links": "RUN mkdir /a && ln -s /a /b && ln -s nowhere /c && echo x > /b/file",
    "a file becomes a folder": "RUN echo 1 > /x\nRUN rm /x && mkdir /x && echo 2 > /x/y\nRUN rm -r /x && echo 3 > /x",
    "pipes": "RUN mkfifo /pipe",
    "long names": f"RUN mkdir -p /{'/'.join(['directory'] * 20)} && echo x > /{'/'.join(['directory'] * 20)}/file",
    "a sparse file": "RUN dd if=/dev/zero of=/sparse bs=1 count=1 seek=99999999 2>/dev/null",
    "many files": "RUN mkdir /m && cd /m && for i in $(seq 3000); do echo $i > f$i; done",
    "nothing": "RUN true",
    "many layers": "\n".join(f"RUN echo {number} > /file && echo {number} > /n{number}" for number in range(12)),
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Give a shelf of this module's own."""
    return Shelf(tmp_path_factory.mktemp("layers"))


def seen(image: Image) -> dict[str, tuple[str, int, int, str]]:
    """Give what the picture says that a container sees."""
    found: dict[str, tuple[str, int, int, str]] = {}
    waiting: list[tuple[str, Node]] = [("", image.stacked.top)]
    while waiting:
        path, node = waiting.pop()
        if node.entry is not None and path:
            found[path] = told(node.entry)
        waiting += [(f"{path}/{name}" if path else name, child) for name, child in node.below.items()]
    return {path: what for path, what in found.items() if of_the_image(path)}


def told(entry: Entry) -> tuple[str, int, int, str]:
    kind = "file" if entry.kind == "hardlink" else entry.kind
    return kind, 0 if kind == "file" else entry.mode, entry.uid, entry.link if kind == "symlink" else ""


def of_the_image(path: str) -> bool:
    return path not in CONTAINERS_OWN and not path.startswith(("dev/", "proc/", "sys/", "run/"))


def exported(here: Engine, image: str) -> tuple[dict[str, tuple[str, int, int, str]], int]:
    """Give what a container of the image holds, by its own export; and the bytes of its files, each content once."""
    container = here.api.create_container(image, ["true"])
    try:
        archive = io.BytesIO(b"".join(here.api.export(container)))
    finally:
        here.api.remove_container(container)
    found, size = {}, 0
    with tarfile.open(fileobj=archive) as opened:
        members = opened.getmembers()
    for member in members:
        place = place_of(member.name)
        if place is None or not of_the_image(place[0]) or not place[0]:
            continue
        kind = KINDS.get(member.type, "file")
        found[place[0]] = (
            kind,
            0 if kind == "file" else member.mode & 0o7777,
            member.uid,
            member.linkname if kind == "symlink" else "",
        )
        size += member.size if member.isreg() else 0
    return found, size


@pytest.mark.parametrize("what", SETS)
def test_what_a_container_sees(here: Engine, shelf: Shelf, what: str) -> None:
    build = make(f"FROM busybox\n{SETS[what]}", engine=here)
    image = open_image(here, build.image_id, shelf=shelf)
    expected, _ = exported(here, build.image_id)
    assert seen(image) == expected
    efficiency, wasted, repeats = dive.judge(dive.read(here, build.image_id))
    assert image.efficiency == pytest.approx(efficiency)
    assert (image.waste.bytes, {each.path: each.bytes for each in image.waste.repeats}) == (wasted, repeats)
    assert image.complete
    assert sum(step.layer > 0 for step in image.steps) == len(image.layers)
    assert [layer.step.instruction.partition(" ")[0] for layer in image.layers[1:]] == ["RUN"] * (len(image.layers) - 1)


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        "RUN mkdir /m && cd /m && for i in $(seq 50000); do : > f$i; done\nRUN rm -r /m",
        "RUN dd if=/dev/zero of=/sparse bs=1 count=1 seek=1073741823 2>/dev/null\nRUN chmod 600 /sparse",
    ],
    ids=["50,000 files", "a sparse file of 1 GB"],
)
def test_large_ones(here: Engine, shelf: Shelf, text: str) -> None:
    build = make(f"FROM busybox\n{text}", engine=here)
    image = open_image(here, build.image_id, shelf=shelf)
    container = here.api.create_container(build.image_id, ["true"])
    try:
        with tarfile.open(fileobj=_Export(here.api.export(container)), mode="r|") as opened:
            expected = {place[0]: member.size for member in opened if (place := place_of(member.name)) and of_the_image(place[0])}
    finally:
        here.api.remove_container(container)
    found = {entry.path: entry.size for entry in image.files() if of_the_image(entry.path)}
    assert {path: size for path, size in found.items() if size} == {path: size for path, size in expected.items() if size}
    assert found.keys() == expected.keys() - {""}
    assert image.hidden == (1 << 30 if "sparse" in text else 0)
    assert sum(change.kind == "removed" for change in image.changes(3)) == ("rm -r" in text)


class _Export(io.RawIOBase):
    """A stream of slices as a file, for tarfile."""

    def __init__(self, slices: Iterable[bytes]) -> None:
        self.stream = Forward(slices)

    def read(self, size: int = -1) -> bytes:
        return self.stream.read(size)


def test_hidden_bytes_are_those_that_the_last_picture_lacks(here: Engine, shelf: Shelf) -> None:
    text = "FROM busybox\nRUN head -c 70000 /dev/zero > /big\nRUN rm /big\nRUN echo 1 > /small\nRUN echo 22 > /small"
    image = open_image(here, make(text, engine=here).image_id, shelf=shelf)
    assert image.hidden == 70_000 + 2
    assert [image.stacked.hidden[layer.number - 1] for layer in image.layers[1:]] == [70_000, 0, 2, 0]
    assert [[(change.path, change.kind) for change in image.changes(layer.number)] for layer in image.layers[1:]] == [
        [("big", "added")],
        [("big", "removed")],
        [("small", "added")],
        [("small", "changed")],
    ]


def test_a_secret_that_was_removed_is_still_there(here: Engine, shelf: Shelf) -> None:
    text = "FROM busybox\nRUN mkdir /app && echo DB_PASSWORD=hunter2hunter2 > /app/.env\nRUN rm /app/.env"
    image = open_image(here, make(text, engine=here).image_id, shelf=shelf)
    assert {(number, finding.path) for number, finding in image.findings} == {(2, "app/.env")}
    bundle = image._repr_mimebundle_()
    assert "gone for a container, but still in the layer" in bundle["text/html"]
    assert "hunter2" not in "".join(bundle.values()).replace("echo DB_PASSWORD=hunter2hunter2", "")


def test_a_shared_base_is_read_once(here: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(tmp_path)
    base = make("FROM busybox\nRUN echo base > /base", engine=here)
    first = open_image(here, base.image_id, shelf=shelf)

    def streamed(*arguments: object) -> Image:
        raise AssertionError("it was read before")

    monkeypatch.setattr(opening, "_streamed", streamed)
    again = open_image(here, base.image_id, shelf=shelf)
    assert [layer.files for layer in again.layers] == [layer.files for layer in first.layers]


def test_an_image_that_is_not_there(here: Engine, shelf: Shelf) -> None:
    with pytest.raises(EngineError, match=r"[Nn]o such image"):
        open_image(here, "dm-test-nothing:1", shelf=shelf)


def test_a_layer_that_the_archive_lacks_is_told(here: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = make("FROM busybox\nRUN echo lacking > /x", engine=here)
    monkeypatch.setattr(opening, "read_archive", lambda slices, found, look, meter: {})
    with pytest.raises(ArchiveError, match="lacks 2 of its layers"):
        open_image(here, build.image_id, shelf=Shelf(tmp_path))
