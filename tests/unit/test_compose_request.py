"""`%compose` lines: what is ours, what is Compose's, which project."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.compose.request import ComposeRequest, project_name, read_compose
from dockermagic.errors import UsageError

FILE = "services: {a: {image: busybox}}\n"


def read(line: str, cell: str | None = None, **environ: str) -> ComposeRequest:
    request = read_compose(line, cell, "/books", environ, "My Lesson")
    assert request is not None
    return request


def test_a_cell_means_up_and_goes_to_the_input() -> None:
    request = read("-d --wait db --as stack", FILE)
    assert (request.verb, request.words, request.save_as) == ("up", ("-d", "--wait", "db"), "stack")
    assert request.line() == ["-f", "-", "--project-directory", "/books", "up", "-d", "--wait", "db"]
    assert request.detached
    assert (request.project, request.notebook) == ("", "my-lesson")


def test_a_cell_with_another_command() -> None:
    assert read("config --services", FILE).line()[-2:] == ["config", "--services"]
    assert read("--profile debug up -d", FILE).line() == [
        "-f", "-", "--project-directory", "/books", "--profile", "debug", "up", "-d",
    ]  # fmt: skip


def test_compose_s_own_flags_stay_before_the_command() -> None:
    request = read("-f a.yaml --file=b.yaml -p shop --profile x --dry-run down -v")
    assert request.files == ("a.yaml", "b.yaml")
    assert request.flags == ("-f", "a.yaml", "--file", "b.yaml", "--profile", "x", "--dry-run")
    assert (request.project, request.verb, request.words) == ("shop", "down", ("-v",))
    assert read("-fa.yaml ps").files == ("a.yaml",)


def test_what_a_program_gets_is_not_ours() -> None:
    request = read("exec -e A=1 --as out db tool --as x --no-raise")
    assert request.save_as == "out"
    assert request.words == ("-e", "A=1", "db", "tool", "--as", "x", "--no-raise")
    assert not request.no_raise
    assert read("run --rm --no-raise db sh").no_raise


@pytest.mark.parametrize("prefix", ["docker compose ", "docker-compose ", ""])
def test_a_pasted_line(prefix: str) -> None:
    assert read(f"{prefix}up -d").words == ("-d",)


def test_the_project_s_name() -> None:
    assert read("ps", COMPOSE_PROJECT_NAME="mine").project == "mine"
    assert read("-p other ps", COMPOSE_PROJECT_NAME="mine").project == "other"
    assert read("ps").project == ""


@pytest.mark.parametrize(
    ("line", "yes"), [("-d", True), ("-dV", True), ("--detach", True), ("--detach=false", False), ("", False), ("-- -d", False)]
)
def test_detached(line: str, yes: bool) -> None:
    assert read(line, FILE).detached is yes


@pytest.mark.parametrize(
    ("line", "cell", "told"),
    [
        ("upp", None, "Did you mean %compose up"),
        ("--profil x up", None, "no flag"),
        ("-f x.yaml up", FILE, "names another one"),
        ("ls", FILE, "reads no Compose file"),
        ("up --as", None, "--as needs a value"),
        ("up --as 1x", None, "name of a variable"),
        ("-p", FILE, "needs a value"),
        ('up "x', None, "not closed"),
    ],
)
def test_slips(line: str, cell: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_compose(line, cell, "/books", {}, "n")


def test_help() -> None:
    for line in ("", "--help", "help"):
        assert read_compose(line, None, "/books", {}, "n") is None


@given(st.text(max_size=60), st.none() | st.just(FILE))
def test_any_line_is_read_or_refused_in_words(line: str, cell: str | None) -> None:
    try:
        request = read_compose(line, cell, "/books", {}, "n")
    except UsageError:
        return
    assert request is None or request.line()


@given(st.text(max_size=40))
def test_any_notebook_s_name_becomes_a_project_s(name: str) -> None:
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", project_name(name))
