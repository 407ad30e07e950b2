"""Images' archives, read as they come: every layout, every compression, and everything that is wrong with one."""

from __future__ import annotations

import contextlib
import tarfile
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.errors import ArchiveError
from dockermagic.images.archive import Meter, config_of, read_archive
from dockermagic.images.entries import Entry, Files, place_of
from dockermagic.images.forward import Forward
from dockermagic.images.layer_tar import read_layer
from tests.unit.archives import PACKED, Made, cut, diff_id, docker_archive, folder, layer, oci_archive

ONE = layer(folder("app"), Made("app/one.txt", b"one\n" * 100), Made("app/link", type=tarfile.SYMTYPE, link="one.txt"))
TWO = layer(Made("app/.wh.one.txt"), Made("app/two.txt", b"two"), Made("app/zwei.txt", type=tarfile.LNKTYPE, link="app/two.txt"))
LAYOUTS: dict[str, Callable[[list[bytes]], bytes]] = {
    "docker": docker_archive,
    **{f"oci {how or 'plain'}": (lambda layers, how=how: oci_archive(layers, how)) for how in PACKED},
}


def read(archive: bytes, sizes: list[int] | None = None, meter: Meter | None = None) -> tuple[list[Files], dict[str, bytes]]:
    found: list[Files] = []
    return found, read_archive(cut(archive, sizes or [65_536]), found.append, meter=meter)


@pytest.mark.parametrize("layout", LAYOUTS)
@given(sizes=st.lists(st.integers(1, 3000), max_size=6))
@settings(max_examples=15)
def test_every_layout_gives_the_same(layout: str, sizes: list[int]) -> None:
    found, texts = read(LAYOUTS[layout]([ONE, TWO]), sizes)
    by_id = {files.diff_id: files for files in found}
    assert set(by_id) == {diff_id(ONE), diff_id(TWO)}
    assert [(entry.path, entry.kind, entry.size) for entry in by_id[diff_id(TWO)].entries] == [
        ("app/one.txt", "removed", 0),
        ("app/two.txt", "file", 3),
        ("app/zwei.txt", "hardlink", 0),
    ]
    assert config_of(texts, [diff_id(ONE), diff_id(TWO)])["rootfs"]["diff_ids"] == [diff_id(ONE), diff_id(TWO)]
    assert config_of(texts, [diff_id(TWO)]) == {}
    assert (by_id[diff_id(ONE)].packed is not None) == (layout in ("oci gzip", "oci zstd"))


def test_a_layer_that_is_there_twice_is_read_once() -> None:
    found, _ = read(docker_archive([ONE, TWO, ONE]))
    assert [files.diff_id for files in found] == [diff_id(ONE), diff_id(TWO)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_empty_layer(layout: str) -> None:
    empty = layer()
    found, _ = read(LAYOUTS[layout]([ONE, empty]))
    assert {files.diff_id: len(files.entries) for files in found} == {diff_id(ONE): 3, diff_id(empty): 0}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(data=st.data())
@settings(max_examples=40)
def test_a_truncated_archive_is_never_taken_for_whole(layout: str, data: st.DataObject) -> None:
    whole = LAYOUTS[layout]([ONE, TWO])
    length = data.draw(st.integers(0, len(whole) - 1))
    found: list[Files] = []
    with contextlib.suppress(ArchiveError):
        read_archive(cut(whole[:length], [4096]), found.append)
    # What was given out before the end came is whole: its SHA-256 says so.
    expected = {files.diff_id: files for files in read(whole)[0]}
    for files in found:
        assert files == expected.get(files.diff_id, files)
        assert files.diff_id not in expected or files.entries == expected[files.diff_id].entries


@given(st.binary(max_size=4000))
def test_garbage_is_refused_or_empty(garbage: bytes) -> None:
    try:
        found, texts = read(garbage)
    except ArchiveError:
        return
    assert found == []
    assert texts == {}


@pytest.mark.parametrize("how", PACKED)
@given(data=st.data())
@settings(max_examples=40)
def test_a_damaged_layer_is_no_layer_of_the_image(how: str, data: st.DataObject) -> None:
    whole = bytearray(oci_archive([ONE], how))
    place = data.draw(st.integers(512, 512 + len(PACKED[how](ONE)) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        found, _ = read(bytes(whole))
    except ArchiveError:
        return
    intact = read_layer([ONE]).entries
    assert all(files.diff_id != diff_id(ONE) or list(files.entries) == intact for files in found)


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_bomb_stops_at_the_limit_and_takes_no_memory(how: str) -> None:
    bomb = oci_archive([layer(Made("zeros", bytes(200_000_000)))], how)
    tracemalloc.start()
    with pytest.raises(ArchiveError, match="far more"):
        read(bomb, meter=Meter(50_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_header_of_absurd_length_asks_for_no_memory() -> None:
    member = tarfile.TarInfo("././@PaxHeader")
    member.type, member.size = tarfile.XHDTYPE, 1 << 40
    with pytest.raises(ArchiveError, match="absurd"):
        read(member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("etc/passwd", ("etc/passwd", None)),
        ("./etc/", ("etc", None)),
        ("/etc//passwd", ("etc/passwd", None)),
        ("./", ("", None)),
        ("a/.wh.b", ("a/b", "removed")),
        (".wh.b", ("b", "removed")),
        ("a/.wh..wh..opq", ("a", "emptied")),
        (".wh..wh..opq", ("", "emptied")),
        (".wh..wh.plnk/1.2", None),
        ("../etc/passwd", None),
        ("a/../../etc", None),
        ("a/..b", ("a/..b", None)),
    ],
)
def test_names(name: str, place: tuple[str, str | None] | None) -> None:
    assert place_of(name) == place


def test_paths_that_lead_out_are_left_out_and_counted() -> None:
    contents = read_layer([layer(Made("../../etc/passwd", b"x"), Made("/absolute", b"x"), Made("a/../../b", b"x"))])
    assert [entry.path for entry in contents.entries] == ["absolute"]
    assert contents.unsafe == 2


def test_names_that_are_not_ascii_or_not_utf_8_or_long() -> None:
    long = "/".join(["directory"] * 40)
    raw = layer(Made("früh/日本.txt", b"x"), Made(long, b"x"), Made("bad\udcff", b"x"), format=tarfile.GNU_FORMAT)
    assert [entry.path for entry in read_layer([raw]).entries] == ["früh/日本.txt", long, "bad\udcff"]


def test_kinds() -> None:
    kinds = {
        "pipe": tarfile.FIFOTYPE,
        "terminal": tarfile.CHRTYPE,
        "disk": tarfile.BLKTYPE,
        "symlink": tarfile.SYMTYPE,
        "folder": tarfile.DIRTYPE,
    }
    entries = read_layer([layer(*(Made(name, type=type) for name, type in kinds.items()))]).entries
    assert [entry.kind for entry in entries] == ["fifo", "character", "block", "symlink", "directory"]


def test_a_file_larger_than_any_slice() -> None:
    content = bytes(range(256)) * 10_000
    (entry,) = read_layer(cut(layer(Made("big", content)), [1000])).entries
    assert isinstance(entry, Entry)
    assert entry.size == len(content)


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), max_size=5), st.lists(st.integers(0, 60), max_size=20))
def test_forward_reads_as_a_file_does(whole: bytes, sizes: list[int], reads: list[int]) -> None:
    stream, at = Forward(cut(whole, sizes)), 0
    for number, size in enumerate(reads):
        if number % 3 == 2:
            assert stream.seek(at + size) == min(at + size, max(len(whole), at))
            at = min(at + size, len(whole))
        else:
            assert stream.read(size) == whole[at : at + size]
            at = min(at + size, len(whole))
        assert stream.tell() == at
    assert b"".join(stream.rest()) == whole[at:]
