"""Fingerprints of a context, and which of its files a COPY takes: odd files, odd names, odd patterns."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.ignore import Ignore
from dockermagic.builds.why import reading, walk
from dockermagic.builds.why.matching import Selection, take
from dockermagic.builds.why.prints import Print, Tree, compare
from dockermagic.builds.why.walk import Walker, fingerprint


def tree_of(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def taken(tree: Tree, *sources: str, **more: object) -> list[str]:
    return sorted(take(Selection(sources, **more), tree).files)  # type: ignore[arg-type]  # what the case gives


def test_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree_of(tmp_path, a_txt="a", src__b_txt="b\nc\n")
    os.utime(tmp_path / "a.txt")
    monkeypatch.setattr(reading, "TICK", -(10**12))
    tree, known = fingerprint(str(tmp_path))
    assert tree.files["src/b.txt"].lines == 2
    monkeypatch.setattr(walk, "read_print", lambda *_: pytest.fail("read again"))
    assert fingerprint(str(tmp_path), known=known)[0] == tree


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tree_of(tmp_path, a_txt="one") / "a.txt"
    monkeypatch.setattr(reading, "TICK", -(10**12))
    before, known = fingerprint(str(tmp_path))
    info = path.stat()
    path.write_text("two")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    after, _ = fingerprint(str(tmp_path), known=known)
    assert compare(before.files, after.files)[0].change == "content"


def test_a_file_touched_a_moment_ago_is_read_again(tmp_path: Path) -> None:
    tree_of(tmp_path, a_txt="a")
    assert fingerprint(str(tmp_path))[1] == {}


def test_pipes_sockets_and_links_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "nowhere").symlink_to("gone/away")
    with socket.socket(socket.AF_UNIX) as opened:
        folder = os.open(tmp_path, os.O_RDONLY)
        opened.bind(f"/proc/self/fd/{folder}/door")
        os.close(folder)
        tree, _ = fingerprint(str(tmp_path))
    assert {path: seen.kind for path, seen in tree.files.items()} == {"pipe": "o", "door": "o", "loop": "l", "nowhere": "l"}
    assert not tree.doubts
    assert taken(tree, ".") == ["door", "loop", "nowhere", "pipe"]
    assert taken(tree, "loop") == ["loop"]
    assert taken(tree, "nowhere") == []


def test_what_cannot_be_read_is_in_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree_of(tmp_path, a_txt="a", b_txt="b")
    opened = os.open

    def refusing(path: str, *more: int) -> int:
        if path.endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *more)

    monkeypatch.setattr(reading.os, "open", refusing)
    tree, _ = fingerprint(str(tmp_path))
    assert tree.doubts == {"a.txt"}
    assert take(Selection((".",)), tree).doubts == ("a.txt",)
    assert take(Selection(("b.txt",)), tree).doubts == ()


def test_what_changes_while_it_is_read_is_in_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tree_of(tmp_path, a_txt="a") / "a.txt"
    read = os.read

    def meanwhile(handle: int, count: int) -> bytes:
        if path.stat().st_size == 1:
            path.write_text("more")
        return read(handle, count)

    monkeypatch.setattr(reading.os, "read", meanwhile)
    assert fingerprint(str(tmp_path))[0].doubts == {"a.txt"}


def test_a_name_that_is_not_utf8_is_in_doubt(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))).write_text("x")
    assert len(fingerprint(str(tmp_path))[0].doubts) == 1


def test_a_walk_can_be_stopped(tmp_path: Path) -> None:
    with pytest.raises(walk.Stopped):
        Walker(str(tmp_path), stopped=lambda: True).walk()


@pytest.mark.parametrize("patterns", [("a",), ("a", "!a/keep"), ("**/*.log", "!b/x.log"), ("*",), ("*", "!a"), ("a/*", "b")])
def test_the_walk_leaves_out_what_dockerignore_does(tmp_path: Path, patterns: tuple[str, ...]) -> None:
    tree_of(tmp_path, a__keep="1", a__x_log="2", a__d__y="3", b__x_log="4", c="5")
    ignore = Ignore(patterns)
    wanted = {path for path in ("a/keep", "a/x.log", "a/d/y", "b/x.log", "c") if not ignore.matches(path)}
    found, _ = fingerprint(str(tmp_path), patterns)
    assert {path for path, seen in found.files.items() if seen.kind == "f"} == wanted
    for start in ("a", "b", "a/d", "c", "nothing"):
        near, _ = fingerprint(str(tmp_path), patterns, (start,))
        files = {path for path, seen in near.files.items() if seen.kind == "f"}
        assert files == {path for path in wanted if path == start or path.startswith(start + "/")}


FILES = ("package.json", "package-lock.json", "src/a.js", "src/deep/b.js", ".hidden", "docs/x.md", "docs/y.txt")
TREE = Tree.of(
    {
        **{path: Print("f", 0o644, path, 1, 1) for path in FILES},
        **{path: Print("d", 0, "", 0, 0) for path in ("src", "src/deep", "docs")},
        "current": Print("l", 0, "src", 0, 0),
        "up": Print("l", 0, "../../docs/x.md", 0, 0),
    }
)


@pytest.mark.parametrize(
    ("sources", "wanted"),
    [
        (("package*.json",), ["package-lock.json", "package.json"]),
        (("./package.json",), ["package.json"]),
        (("/package.json",), ["package.json"]),
        (("../package.json",), ["package.json"]),
        (("src",), ["src", "src/a.js", "src/deep", "src/deep/b.js"]),
        (("src/",), ["src", "src/a.js", "src/deep", "src/deep/b.js"]),
        (("s*",), ["src", "src/a.js", "src/deep", "src/deep/b.js"]),
        (("*/*.js",), ["src/a.js"]),
        (("**/*.js",), ["src/a.js"]),
        (("docs/?.txt", ".hidden"), [".hidden", "docs/y.txt"]),
        (("docs/[x-z].*",), ["docs/x.md", "docs/y.txt"]),
        (("current/a.js",), ["src/a.js"]),
        (("up",), ["docs/x.md"]),
        (("nothing*",), []),
        (("[",), []),
    ],
)
def test_what_a_copy_takes(sources: tuple[str, ...], wanted: list[str]) -> None:
    assert taken(TREE, *sources) == wanted


def test_the_whole_context_has_dotfiles_and_links() -> None:
    assert taken(TREE, ".") == sorted(TREE.files)


def test_exclude_and_parents() -> None:
    assert taken(TREE, "src", exclude=("**/*.js",)) == ["src", "src/deep"]
    assert "src/deep/b.js" in taken(TREE, "src/./deep/*.js", parents=True)
    assert "docs/x.md" not in taken(TREE, "src/./deep/*.js", parents=True)


def test_a_missing_source_is_told() -> None:
    assert take(Selection(("nope", "src")), TREE).missing == ("nope",)


def test_changes_are_told_one_by_one() -> None:
    old = {
        "a": Print("f", 0o644, "1", 1, 1),
        "b": Print("f", 0o644, "2", 5, 1),
        "c": Print("l", 0, "a", 0, 0),
        "d": Print("f", 0, "4", 0, 1),
    }
    new = {
        "A": old["a"],
        "b": Print("f", 0o644, "3", 7, 1),
        "c": Print("l", 0, "b", 0, 0),
        "d": Print("f", 1, "4", 0, 1),
        "e": old["b"],
    }
    assert [(each.path, each.change, each.was, each.lines) for each in compare(old, new)] == [
        ("A", "renamed", "a", 0),
        ("b", "content", "", 2),
        ("c", "link", "", 0),
        ("d", "mode", "", 0),
        ("e", "added", "", 5),
    ]


def test_equal_files_are_not_taken_for_renamed_ones() -> None:
    one = Print("f", 0o644, "same", 1, 1)
    assert {(each.path, each.change) for each in compare({"a": one, "b": one}, {"c": one})} == {
        ("a", "deleted"),
        ("b", "deleted"),
        ("c", "added"),
    }


@given(st.lists(st.text("ab*?[]\\/.!{}^-", max_size=8), max_size=3), st.lists(st.text("ab*?[!/.", max_size=6), max_size=2))
def test_no_pattern_makes_it_fail(sources: list[str], exclude: list[str]) -> None:
    take(Selection(tuple(sources), tuple(exclude)), TREE)
    take(Selection(tuple(sources), tuple(exclude), parents=True), TREE)
