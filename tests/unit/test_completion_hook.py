"""Completing as IPython asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from dockermagic.builds.flags import DOCKERFILE
from dockermagic.completions.hook import hook, listing
from dockermagic.completions.world import World


@pytest.fixture
def shell() -> Iterator[Any]:
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def completed(shell: Any, text: str) -> list[tuple[str, str]]:
    with provisionalcompleter():
        return [(found.text, found.type) for found in shell.Completer.completions(text, len(text))]


def test_tab_and_taking_it_back(shell: Any, tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    (tmp_path / "app").mkdir()
    world = World({DOCKERFILE.name: DOCKERFILE}, lambda kind: ["busybox:latest"], listing(lambda: tmp_path))
    unhook = hook(shell, lambda: world)
    assert completed(shell, "%%dockerfile --targ") == [("--target", "flag: Build up to this stage of a multi-stage Dockerfile.")]
    assert completed(shell, "%%dockerfile\nFROM busy") == [("busybox:latest", "image")]
    assert completed(shell, "%%dockerfile\nCOPY ") == [("app/", "folder"), ("main.py", "file")]
    assert completed(shell, "%%dockerfile\nFROM a AS b\nCOPY --from=b")[0] == ("b", "stage")
    unhook()
    unhook()
    assert ("busybox:latest", "image") not in completed(shell, "%%dockerfile\nFROM busy")


def test_a_world_that_breaks_is_no_traceback(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def world() -> World:
        raise ZeroDivisionError

    unhook = hook(shell, world)
    try:
        assert "print" in [text for text, _ in completed(shell, "prin")]
    finally:
        unhook()
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err


def test_folders_that_are_not_there(tmp_path: Path) -> None:
    files = listing(lambda: tmp_path)
    assert files("", "nowhere/") == ()
    assert files("-", "") == ()
    assert files("", "\x00/") == ()
