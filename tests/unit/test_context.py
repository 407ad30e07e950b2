from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.builds.context import Context, Entry
from dockermagic.builds.ignore import Ignore
from dockermagic.builds.weight import Weight
from dockermagic.errors import UsageError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.txt", "b/c.txt", "b/d/e.txt", "b-c", "node_modules/x/index.js", "logs/one.log", "logs/keep/two.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "empty").mkdir()
    return tmp_path


def paths(root: Path, exclude: str = "", only: str = "") -> list[str]:
    ignore, include = Ignore(exclude.split()) if exclude else None, Ignore(only.split()) if only else None
    return [entry.path for entry in Context(root).walk(ignore, include)]


def test_folders_come_before_their_content_and_names_are_sorted(tree: Path) -> None:
    assert paths(tree)[:6] == ["a.txt", "b", "b/c.txt", "b/d", "b/d/e.txt", "b-c"]
    assert "empty" in paths(tree)


def test_excluded_folders_are_left_out_whole(tree: Path) -> None:
    assert not [path for path in paths(tree, "node_modules logs") if path.startswith(("node_modules", "logs"))]


def test_an_exception_brings_its_folders_back(tree: Path) -> None:
    found = paths(tree, "logs !logs/keep")
    assert [path for path in found if path.startswith("logs")] == ["logs", "logs/keep", "logs/keep/two.log"]


def test_only_what_is_asked_for_and_the_folders_on_the_way(tree: Path) -> None:
    assert paths(tree, only="b/d/e.txt a.txt") == ["a.txt", "b", "b/d", "b/d/e.txt"]
    assert paths(tree, "b/d", only="b") == ["b", "b/c.txt"]


def test_kinds_of_files(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("12345")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("/nowhere")
    os.link(tmp_path / "file", tmp_path / "second")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "sock"))
        found = {entry.path: entry for entry in Context(tmp_path).walk(None, None)}
        assert list(Context(tmp_path).pieces("sock")) == []
    assert (found["file"].size, stat.S_IMODE(found["file"].mode), found["file"].target) == (5, 0o640, "")
    assert found["link"].target == "file"
    assert found["broken"].target == "/nowhere"
    assert found["second"].target == "file"
    assert stat.S_ISFIFO(found["pipe"].mode)
    assert stat.S_ISSOCK(found["sock"].mode)


def test_a_further_name_stands_alone_when_the_first_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    os.link(tmp_path / "a", tmp_path / "b")
    (entry,) = Context(tmp_path).walk(Ignore(["a"]), None)
    assert (entry.path, entry.target) == ("b", "")


def test_names_are_what_they_are(tmp_path: Path) -> None:
    names = ["a b", "é", "日本", "'\"", "x\ny", "-dash", "[b]"]
    for name in names:
        (tmp_path / name).write_text("")
    assert sorted(paths(tmp_path)) == sorted(names)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    with pytest.raises(UsageError, match="not UTF-8"):
        paths(tmp_path)


def test_symlinks_on_the_way_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "deep" / "f").write_text("1")
    (tmp_path / "short").symlink_to("real/deep")
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "back").symlink_to("../real")
    (tmp_path / "loop").symlink_to("loop")
    context = Context(tmp_path)
    assert context.follow(["short/f"]) == ("real/deep/f", "short")
    assert context.follow(["/up/back/deep"]) == ("real/deep", "up/back")
    assert context.follow(["loop"]) == ("loop",)
    assert context.follow(["sh*"]) == ("real/deep", "sh*")
    assert context.follow(["."]) == ()
    assert context.follow(["nowhere"]) == ("nowhere",)


def test_a_large_context_names_its_three_biggest_folders() -> None:
    def entries() -> Iterator[Entry]:
        for folder, size in (("data", 60), ("models", 45), ("src", 1), ("tiny", 0)):
            yield Entry(f"{folder}/file", stat.S_IFREG, size * 1_000_000, 0, 0, 0)

    weight = Weight()
    assert len(list(weight.weighing(entries()))) == 4
    (remark,) = weight.remarks()
    assert "106 MB in 4 files" in remark
    assert remark.index("data/ 60 MB") < remark.index("models/ 45 MB") < remark.index("src/ 1 MB")
    assert "tiny" not in remark


def test_a_notebook_in_the_context_is_remarked_upon() -> None:
    weight = Weight()
    assert list(weight.weighing(iter([Entry("lesson.ipynb", stat.S_IFREG, 5, 0, 0, 0)])))
    (remark,) = weight.remarks()
    assert "lesson.ipynb" in remark
    assert "*.ipynb" in remark
    assert not list(Weight().remarks())


def test_no_more_is_read_than_was_announced(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * 300_000)
    context = Context(tmp_path)
    assert sum(map(len, context.pieces("log"))) == 300_000
    assert sum(map(len, context.pieces("log", 200_001))) == 200_001


def test_a_pipe_in_a_files_place_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "was-a-file")
    assert list(Context(tmp_path).pieces("was-a-file")) == []


def test_a_file_that_is_gone_is_left_to_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(Context(tmp_path).pieces("nowhere"))


def test_what_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="“folder” of the context cannot be read: is a directory") as caught:
        list(Context(tmp_path).pieces("folder"))
    assert str(tmp_path) not in str(caught.value)


def test_a_context_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is gone"):
        list(Context(tmp_path / "gone").walk(None, None))


def test_folders_deeper_than_pythons_calls(tmp_path: Path) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    try:
        assert sum(1 for _ in Context(tmp_path).walk(None, None)) == 1500
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)
