"""Which packages an image has, and images side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.comparison import compare_images
from dockermagic.images.entries import Package
from dockermagic.images.packages import packages_in
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
