"""What reaches a build from its context, and what is sent again."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from dockermagic.engine import Engine
from tests.engine.making import make, salted, statuses

pytestmark = [pytest.mark.engine, pytest.mark.again]

Tag = Callable[[str], str]


def test_the_context_arrives_whole(everywhere: Engine, tmp_path: Path, tag: Tag) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep" / "er" / "ü ñ.txt").write_text("x")
    (tmp_path / "big").write_bytes(os.urandom(3_000_000))
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o750)
    (tmp_path / "link").symlink_to("deep/er")
    os.link(tmp_path / "tool", tmp_path / "twin")
    (tmp_path / "left.out").write_text("x")
    (tmp_path / ".dockerignore").write_text("*.out\n.dockerignore\n")
    text = "FROM busybox\nCOPY . /c\nRUN cd /c; find . | sort; stat -c '%a %u:%g %h %n' tool; sha256sum big; readlink link\n"
    build = make(text, tag=tag("whole"), context=tmp_path, no_cache=True, engine=everywhere)
    log = build.steps[2].log.splitlines()
    assert log[:10] == [
        ".",
        "./big",
        "./deep",
        "./deep/er",
        "./deep/er/ü ñ.txt",
        "./empty",
        "./link",
        "./tool",
        "./twin",
        "750 0:0 2 tool",
    ]

    assert log[10].split()[0] == hashlib.sha256((tmp_path / "big").read_bytes()).hexdigest()
    assert log[11] == "deep/er"
    assert build.transfer is not None
    assert build.transfer.finished
    assert build.transfer.current >= 3_000_000


def test_the_dockerfile_is_no_part_of_the_context(everywhere: Engine, context: Path, tag: Tag) -> None:
    text = f"FROM busybox\nCOPY . /c\n{salted()}\nRUN ls -A /c\n"
    build = make(text, tag=tag("alone"), context=context, no_cache=True, engine=everywhere)
    assert [name for name in build.steps[3].log.split() if name != ".dockerignore"] == ["one.txt", "two.txt"]


def test_an_empty_context(everywhere: Engine, tag: Tag) -> None:
    build = make(f"FROM busybox\n{salted()}\n", tag=tag("empty"), context=None, engine=everywhere)
    assert statuses(build) == ["cached", "ran"]


def test_an_edit_that_keeps_size_and_time_is_seen(here: Engine, context: Path, tag: Tag) -> None:
    path = context / "one.txt"
    text = "FROM busybox\nCOPY one.txt /\nRUN cat /one.txt\n"
    name = tag("edit")
    one, two = secrets.token_hex(8), secrets.token_hex(8)
    path.write_text(one)
    make(text, tag=name, context=context, engine=here)
    info = path.stat()
    path.write_text(two)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    build = make(text, tag=name, context=context, engine=here, no_cache=False)
    assert build.steps[1].status == "ran"
    assert build.steps[2].log == two


def test_touching_a_file_does_not_break_the_cache(everywhere: Engine, context: Path, tag: Tag) -> None:
    text = f"FROM busybox\n{salted()}\nCOPY one.txt /\nRUN cat /one.txt\n"
    name = tag("touch")
    make(text, tag=name, context=context, engine=everywhere)
    os.utime(context / "one.txt", (1, 1))
    assert statuses(make(text, tag=name, context=context, engine=everywhere)) == ["cached"] * 4


def test_only_what_changed_is_sent_again(here: Engine, context: Path, tag: Tag) -> None:
    (context / "large").write_bytes(os.urandom(2_000_000))
    text = "FROM busybox\nCOPY . /c\n"
    name = tag("again")
    first = make(text, tag=name, context=context, engine=here)
    (context / "one.txt").write_text("changed")
    second = make(text, tag=name, context=context, engine=here)
    assert first.transfer is not None
    assert second.transfer is not None
    assert first.transfer.current == 2_000_000 + 17 + 6
    assert second.transfer.current == len("changed")


def test_a_large_context_says_so_while_it_goes_on(everywhere: Engine, tmp_path: Path, tag: Tag) -> None:
    for folder, size in (("data", 60), ("models", 45), ("src", 1), ("tiny", 0)):
        (tmp_path / folder).mkdir()
        with (tmp_path / folder / "file").open("wb") as file:
            file.truncate(size * 1_000_000)
    build = make("FROM busybox\nCOPY src /src\nCOPY . /all\n", tag=tag("large"), context=tmp_path, engine=everywhere)
    (note,) = build.notes
    assert "106 MB in 4 files" in note
    assert note.index("data/ 60 MB") < note.index("models/ 45 MB") < note.index("src/ 1 MB")
    assert "tiny" not in note
