"""Which packages an image has, and images side by side."""

from __future__ import annotations

import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.comparison import compare_images
from dockermagic.images.entries import Package
from dockermagic.images.layer_tar import DATABASE as DATABASES
from dockermagic.images.packages import packages_in
from dockermagic.images.rpm import rpm_packages
from tests.unit.archives import Made, image_of

DPKG = (
    b"Package: libc6\nStatus: install ok installed\nVersion: 2.36\nInstalled-Size: 12\n\n"
    b"Package: old\nStatus: deinstall ok config-files\n"
)


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        ("var/lib/dpkg/status", DPKG, [("dpkg", "libc6", "2.36", 12288)]),
        ("var/lib/dpkg/status.d/base", b"Package: base\nVersion: 1\n", [("dpkg", "base", "1", 0)]),
        (
            "lib/apk/db/installed",
            b"P:musl\nV:1.2\nI:600\n\nP:zlib\nV:1.3\n",
            [("apk", "musl", "1.2", 600), ("apk", "zlib", "1.3", 0)],
        ),
        ("usr/lib/python3/site-packages/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n\nVersion: 9", [("pip", "a", "1", 0)]),
        ("app/node_modules/@x/y/package.json", b'{"name": "@x/y", "version": "2.0"}', [("npm", "@x/y", "2.0", 0)]),
        ("app/node_modules/y/package.json", b"[1", []),
        ("etc/os-release", b'NAME=A\nPRETTY_NAME="Alpine 3"\nVERSION_ID=3\n', [("os", "Alpine 3", "3", 0)]),
        ("var/lib/rpm/rpmdb.sqlite", b"SQLite", [("rpm", "", "", 0)]),
        ("app/package.json", b'{"name": "x", "version": "1"}', []),
    ],
)
def test_packages(path: str, content: bytes, found: list[tuple[str, str, str, int]]) -> None:
    assert [(each.system, each.name, each.version, each.size) for each in packages_in(path, content)] == found


@given(
    st.sampled_from(["var/lib/dpkg/status", "lib/apk/db/installed", "a/node_modules/b/package.json", "etc/os-release"]), st.binary()
)
def test_damaged_databases_are_no_packages(path: str, content: bytes) -> None:
    assert all(isinstance(package, Package) for package in packages_in(path, content))


def test_images_side_by_side() -> None:
    base = [Made("lib/apk/db/installed", b"P:musl\nV:1.2\n"), Made("etc/os-release", b"PRETTY_NAME=Tiny")]
    one = image_of(base, [Made("usr/share/x", b"1" * 5000)])
    other = image_of(base, [Made("usr/share/x", b"1" * 10)], name="slim:1")
    found = compare_images([one, other])
    assert found.shared == 1
    assert found.directories == (("/usr/share", (5000, 10)),)
    assert found.packages == ()
    assert "Tiny" in found.text()
    assert "92" not in found.text()
    newer = image_of([Made("lib/apk/db/installed", b"P:musl\nV:1.3\n")], name="new:1")
    assert compare_images([one, newer]).packages == (("apk", "musl", ("1.2", "1.3")),)
    assert "not told by this engine" in found.html()


def test_a_later_database_is_the_one_that_counts() -> None:
    image = image_of([Made("lib/apk/db/installed", b"P:a\nV:1\n\nP:b\nV:1\n")], [Made("lib/apk/db/installed", b"P:a\nV:2\n")])
    assert [(each.name, each.version) for each in image.packages] == [("a", "2")]


DATABASE = lzma.decompress(Path(__file__).with_name("rpmdb.sqlite.xz").read_bytes())
"""Made by rpm 4.18 (`rpm -i --justdb`) of two packages that rpmbuild made: `hello-course` with an epoch, and `tiny`."""


def test_a_database_that_rpm_wrote() -> None:
    told = [("rpm", "hello-course", "1:1.2-3", 5000), ("rpm", "tiny", "0.1-3", 12)]
    for path in ("var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"):
        assert sorted((each.system, each.name, each.version, each.size) for each in packages_in(path, DATABASE)) == told
        assert DATABASES.search(path), "it is read as a whole"


def test_a_database_in_an_older_format_is_named() -> None:
    assert [each.name for each in packages_in("var/lib/rpm/Packages", b"\0" * 12 + b"\x61\x15\x06\0")] == [""]


@given(st.lists(st.tuples(st.integers(0, len(DATABASE) - 1), st.binary(max_size=40)), max_size=8), st.integers(0, len(DATABASE)))
def test_a_damaged_rpm_database_is_survived(damage: list[tuple[int, bytes]], end: int) -> None:
    broken = bytearray(DATABASE)
    for place, data in damage:
        broken[place : place + len(data)] = data
    for each in packages_in("var/lib/rpm/rpmdb.sqlite", bytes(broken[: end or None])):
        assert each.system == "rpm"


def test_a_database_that_never_ends_is_left() -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        endless = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM n) SELECT CAST(x AS BLOB) AS blob FROM n WHERE x<0"
        base.execute(f"CREATE VIEW Packages AS {endless}")
        assert rpm_packages(base.serialize()) is None
