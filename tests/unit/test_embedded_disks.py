"""Which disk an embedded engine begins with, and which addresses its networks have."""

from __future__ import annotations

import os
import struct
import zlib
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.engine.embedded import disk, subnets
from dockermagic.engine.embedded.places import PREPARED, Places, prepared_disk
from dockermagic.errors import EngineError

SIZE = 4 * disk.GB


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "disk.z"
    path.write_bytes(zlib.compress(disk.HEAD.pack(disk.MAGIC, SIZE, 4096)))
    return path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "run", tmp_path / "data", tmp_path / "prepared.img")


def prepare(path: Path, size: int = SIZE, when: int = 1_800_000_000) -> None:
    with path.open("wb") as file:
        file.write(b"images")
        file.truncate(size)
    os.utime(path, (when, when + 0.25))


def begin_layer(places: Places, size: int = SIZE, when: int = 1_800_000_000) -> None:
    places.data.mkdir(exist_ok=True)
    places.layer.write_bytes(disk.LAYER_HEAD.pack(disk.LAYER_MAGIC, 3, when, size) + bytes(4096))


def test_a_disk_is_written_where_it_is_not_empty(tmp_path: Path) -> None:
    blocks = b"".join(struct.pack("<Q", at) + bytes([mark]) * 4096 for at, mark in ((4096, 1), (1 << 20, 2)))
    packed = zlib.compress(disk.HEAD.pack(disk.MAGIC, 8 << 20, 4096) + blocks)
    disk.expand(packed, tmp_path / "disk")
    content = (tmp_path / "disk").read_bytes()
    assert (len(content), content[4095:4097], content[1 << 20], content.count(0)) == (8 << 20, b"\0\1", 2, (8 << 20) - 8192)
    for damaged in (b"", packed[:-9], zlib.compress(b"x" * 50), zlib.compress(zlib.decompress(packed)[:-1])):
        with pytest.raises(EngineError, match="damaged"):
            disk.expand(damaged, tmp_path / "other")


def test_without_a_prepared_disk_the_base_is_the_package_s(template: Path, places: Places) -> None:
    assert disk.provide(template, places, 4) == disk.Disk(places.base)
    assert disk.provide(template, places, 8) == disk.Disk(places.base, grow=True)
    assert places.base.stat().st_size == 2 * SIZE


def test_a_prepared_disk_is_used_as_it_is(template: Path, places: Places) -> None:
    prepare(tmp := places.prepared or Path())
    assert disk.provide(template, places, 4) == disk.Disk(tmp)
    begin_layer(places)
    assert disk.provide(template, places, 8) == disk.Disk(tmp), "what was written to keeps its size"
    assert not places.base.exists()


def test_who_wants_more_room_gets_a_copy(template: Path, places: Places) -> None:
    prepare(places.prepared or Path())
    assert disk.provide(template, places, 5) == disk.Disk(places.base, grow=True)
    with places.base.open("rb") as file:
        assert file.read(7) == b"images\0"
    assert places.base.stat().st_size == 5 * disk.GB
    assert places.base.stat().st_blocks * 512 < disk.GB // 100, "empty blocks take no room"


def test_a_base_of_one_s_own_stays_with_its_layer(template: Path, places: Places) -> None:
    disk.provide(template, places, 4)
    begin_layer(places)
    prepare(places.prepared or Path())
    assert disk.provide(template, places, 4) == disk.Disk(places.base)
    assert places.layer.exists()


@pytest.mark.parametrize("change", ["size", "time", "gone", "no layer at all"])
def test_a_layer_whose_base_is_another_now_goes_and_that_is_said(template: Path, places: Places, change: str) -> None:
    prepared = places.prepared or Path()
    begin_layer(places)
    if change == "no layer at all":
        places.layer.write_bytes(b"")
    if change != "gone":
        prepare(prepared, SIZE + (change == "size") * 4096, 1_800_000_000 + (change == "time"))
    given_one = disk.provide(template, places, 4)
    assert ("is gone" if change == "gone" else "has been replaced") in given_one.lost
    assert given_one.base == (places.base if change == "gone" else prepared)
    assert not places.layer.exists()
    assert disk.provide(template, places, 4).lost == "", "it is said once"


def test_what_is_prepared_is_written_to_itself(template: Path, places: Places) -> None:
    assert disk.provide(template, Places(places.run, places.data), 4, prepare=True) == disk.Disk(places.base, layered=False)


def test_a_disk_that_cannot_be_made_is_said(template: Path, places: Places) -> None:
    places.data.write_text("a file")
    with pytest.raises(EngineError, match="cannot be made in"):
        disk.provide(template, places, 4)


@pytest.mark.parametrize(("state", "features", "well"), [(1, 0x2C2, True), (1, 0x2C6, False), (0, 0x2C2, False)])
def test_whether_a_disk_was_shut_down(tmp_path: Path, state: int, features: int, well: bool) -> None:
    block = bytearray(1024)
    block[0x38:0x3C] = (0xEF53).to_bytes(2, "little") + state.to_bytes(2, "little")
    block[0x60:0x64] = features.to_bytes(4, "little")
    (tmp_path / "disk").write_bytes(bytes(1024) + block)
    assert disk.ended_well(tmp_path / "disk") is well


def test_where_the_prepared_disk_is() -> None:
    assert prepared_disk({}, Path("/env")) == Path("/env/share/dockermagic/engine.img")
    assert prepared_disk({PREPARED: "/srv/disk"}, Path("/env")) == Path("/srv/disk")


HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
ROUTES = (
    HEAD
    + "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
)


def test_the_routes_of_a_host() -> None:
    assert subnets.routes(ROUTES) == (IPv4Network("172.17.0.0/16"),)
    assert subnets.routes("") == ()


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([], ""),
        (["10.0.0.0/8", "192.168.1.0/24"], ""),
        (["172.17.0.0/16"], "--bip=10.214.0.1/24 --default-address-pool=base=10.215.0.0/16,size=24"),
        (["172.20.1.0/24", "10.0.0.0/8"], "--bip=192.168.128.1/24 --default-address-pool=base=192.168.192.0/18,size=24"),
        (["172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16", "100.64.0.0/10"], ""),
    ],
)
def test_the_addresses_of_a_guest(known: list[str], said: str) -> None:
    assert subnets.options([IPv4Network(each) for each in known]) == said


@given(st.text() | st.lists(st.text(alphabet="0123456789ABCDEF\t ", max_size=60)).map("\n".join))
def test_any_table_is_read(table: str) -> None:
    assert all(each.prefixlen for each in subnets.routes(table))


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 32))))
def test_a_table_is_read_as_it_was_written(nets: list[tuple[int, int]]) -> None:
    wanted = tuple(IPv4Network(net, strict=False) for net in nets)
    rows = [(int(each.network_address), int(each.netmask)) for each in wanted]
    lines = (
        f"e\t{a.to_bytes(4, 'little').hex().upper()}\t0\t1\t0\t0\t0\t{m.to_bytes(4, 'little').hex().upper()}\t0" for a, m in rows
    )
    assert subnets.routes(HEAD + "\n".join(lines)) == wanted
