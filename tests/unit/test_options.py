from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.flags import DOCKERFILE, ELSEWHERE, read_secret
from dockermagic.builds.options import read_options
from dockermagic.builds.request import BuildRequest, Secret
from dockermagic.errors import DockerMagicError, UsageError
from dockermagic.flags import help_text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "token").write_text("t")
    return tmp_path


def read(line: str, folder: Path, **environ: str) -> BuildRequest:
    request = read_options(line, "FROM busybox\n", folder, environ)
    assert request is not None
    return request


def test_the_notebooks_folder_is_the_context(folder: Path) -> None:
    assert read("", folder) == BuildRequest("FROM busybox\n", str(folder))


def test_dockers_flags_as_docker_parses_them(folder: Path) -> None:
    request = read(
        "-qt a -t=b:1 --tag c --build-arg A=1 --build-arg=B --no-cache=false --pull --label k=v=w --target=x", folder, B="2"
    )
    assert request.tags == ("a", "b:1", "c")
    assert request.build_args == (("A", "1"), ("B", "2"))
    assert request.labels == (("k", "v=w"),)
    assert (request.quiet, request.no_cache, request.pull, request.target) == (True, False, True, "x")


def test_a_build_argument_without_a_value_anywhere_has_none(folder: Path) -> None:
    assert read("--build-arg A", folder).build_args == (("A", None),)


@pytest.mark.parametrize("line", ["--context {}/app", "--context={}/app", "{}/app"])
def test_another_context(folder: Path, line: str) -> None:
    assert read(line.format(folder), folder).context == str(folder / "app")


@pytest.mark.parametrize("line", ["-", "--no-context", "--context -", "--context=-"])
def test_an_empty_context(folder: Path, line: str) -> None:
    assert read(line, folder).context is None


def test_ours(folder: Path) -> None:
    request = read(f"--as build --write {folder}/Dockerfile.dev", folder)
    assert (request.save_as, request.write, request.dockerfile_path) == ("build", f"{folder}/Dockerfile.dev", "Dockerfile.dev")
    assert read(f"--write {folder}/app/Dockerfile", folder).dockerfile_path == ""


def test_secrets(folder: Path) -> None:
    request = read(f"--secret id=a,src={folder}/token --secret id=b,env=B --secret id=C", folder, B="1", C="2")
    assert request.secrets == (Secret("a", src=f"{folder}/token"), Secret("b", env="B"), Secret("C", env="C"))
    assert read_secret('"id=x","src=a,b"', {}) == Secret("x", src="a,b")
    assert read_secret("type=env,id=x,src=Y", {}) == Secret("x", env="Y")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--taag x", "--tag"),
        ("--tag", "hello:1"),
        ("-t Hello:1", "hello:1"),
        ("-t 'a b'", "no name for an image"),
        ("--context nowhere", "does not exist"),
        ("--context nowhere", "app"),
        ("--context token", "is a file"),
        ("https://example.org/x.git", "remote"),
        (". app", "argument"),
        ("--context . app", "Two contexts"),
        ("--no-context app", "exclude each other"),
        ("--as 1x", "variable"),
        ("--write nowhere/Dockerfile", "does not exist"),
        ("--write app", "is a folder"),
        ("--secret src=x", "id"),
        ("--secret id=x,src=nowhere", "does not exist"),
        ("--secret id=x,env=NOWHERE", "no variable NOWHERE"),
        ("--progress fast", "plain"),
        ("-f Dockerfile", "the cell is the Dockerfile"),
        ("--cache-from x", "--cache-from"),
        ("--add-host db", "db:10.0.0.5"),
        ("-t 'x", "quote"),
    ],
)
def test_slips_are_told_in_one_paragraph(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(UsageError) as caught:
        read(line, folder)
    assert said in str(caught.value)
    assert caught.value.hint


def test_help_is_asked_for_and_worth_reading(folder: Path) -> None:
    assert read_options("--help", "", folder, {}) is None
    text = help_text(DOCKERFILE)
    for name in ("--tag", "--context", "--secret", "--as", "--write", "%%dockerfile -t hello:1", "build.steps", "raises-exception"):
        assert name in text
    assert not any(f"--{name} " in text for name in ELSEWHERE if name != "load")
    assert max(map(len, text.splitlines())) <= 100


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused_in_words(line: str) -> None:
    with contextlib.suppress(DockerMagicError):
        read_options(line, "FROM x\n", Path("/"), {})
