"""A command taken apart: every word is told, with its own value, and nothing is run."""

from __future__ import annotations

import contextlib
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.explain import TABLES, Explanation, explain
from dockermagic.containers.explain_flags import MEANINGS, Link
from dockermagic.containers.flags import RUN
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Flag
from tests.unit.create_lines import LINES, REFUSED

SEED = "docker run -d --name my-app -p 3000:3000 my-node-image"
STOP = Command(
    "%docker stop",
    "[OPTIONS] CONTAINER [CONTAINER…]",
    "Stop containers.",
    (Flag("time", "t", "int", "N", "Seconds to wait."),),
    least=1,
)


def texts(explanation: Explanation) -> list[str]:
    return [piece.text for piece in explanation.pieces]


def test_the_seeds_command() -> None:
    explanation = explain(SEED)
    assert texts(explanation) == ["docker run", "-d", "--name my-app", "-p 3000:3000", "my-node-image"]
    assert [piece.kind for piece in explanation.pieces] == ["command", "flag", "flag", "flag", "image"]
    assert explanation.pieces[3].links == (Link("port 3000", "port 3000"),)
    assert "http://localhost:3000" in explanation.pieces[3].meaning
    assert "Docker Hub" in explanation.pieces[4].meaning
    assert "[this machine port 3000] ──▶ [container port 3000]" in explanation.text
    assert "──▶" in explanation.html


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("docker run -dit -p8080:80 busybox", ["-d", "-i", "-t", "-p 8080:80"]),
        ("docker run --memory=1g -e 'A=b c' busybox", ["--memory=1g", "-e 'A=b c'"]),
        ("docker run --rm=false busybox", ["--rm=false"]),
        ("docker run -- busybox", []),
        ("docker run -m=64m --read-only busybox", ["-m=64m", "--read-only"]),
    ],
)
def test_words_become_pieces(line: str, pieces: list[str]) -> None:
    assert texts(explain(line))[1:-1] == pieces


@pytest.mark.parametrize("before", ["", "$ ", "sudo docker ", "$ sudo docker ", "%docker ", "!docker ", "docker container "])
def test_what_comes_before_the_name_does_not_matter(before: str) -> None:
    assert texts(explain(f"{before}run --rm busybox"))[:2] == ["docker run", "--rm"]
    assert texts(explain("%docker_run --rm busybox"))[:2] == ["docker run", "--rm"]


def test_the_command_in_the_container_is_one_piece() -> None:
    last = explain("docker run busybox sh -c 'echo --rm -p 1'").pieces[-1]
    assert (last.text, last.kind) == ("sh -c 'echo --rm -p 1'", "program")
    assert "“echo --rm -p 1”" in last.meaning


def test_other_commands_are_told_by_their_tables() -> None:
    explanation = explain("docker stop -t 3 web db", {**TABLES, "stop": STOP})
    assert texts(explanation) == ["docker stop", "-t 3", "web", "db"]
    assert explanation.pieces[1].meaning == "Seconds to wait."
    assert explanation.pieces[2].meaning.startswith("The container")
    assert texts(explain("docker exec -it web sh"))[-2:] == ["web", "sh"]


@pytest.mark.parametrize(("line", "hint"), [("docker rnu x", "docker run"), ("", "docker run"), ("docker nonsense", "known")])
def test_an_unknown_command(line: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        explain(line)
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "line", ["docker run", "docker run -p 1:2:3:4 busybox", "docker run --nonsense busybox", "docker run 'busy"]
)
def test_what_docker_refuses_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        explain(line)


@pytest.mark.parametrize(
    ("flag", "links"),
    [
        ("-p 127.0.0.1::80/udp", (Link("127.0.0.1, a free port", "port 80 (udp)"),)),
        ("-p 8000-8009:90-99", (Link("port 8000", "port 90"), Link("port 8009", "port 99"))),
        ("-v ./data:/data:ro", (Link("./data", "/data"),)),
        ("-v db:/var/lib", (Link("db", "/var/lib", "volume"),)),
        ("-v /data", ()),
        ("--mount type=bind,src=/a,dst=/b", (Link("/a", "/b"),)),
        ("--mount src=db,dst=/b", (Link("db", "/b", "volume"),)),
        ("--rm", ()),
    ],
)
def test_what_leads_where_is_drawn(flag: str, links: tuple[Link, ...]) -> None:
    assert explain(f"docker run {flag} busybox").pieces[1].links == links


@pytest.mark.parametrize("line", [line for line in LINES if line not in REFUSED])
def test_every_line_can_be_taken_apart(line: str) -> None:
    explanation = explain(f"docker create {line}")
    assert all(piece.meaning.endswith((".", "…", ")")) or "http" in piece.meaning for piece in explanation.pieces), explanation.text
    assert explanation.text
    written = " ".join(texts(explanation)).replace("=", " ")
    for word in shlex.split(line):
        assert word in ("--", "") or word.startswith("-") or word.replace("=", " ").strip() in written.replace("'", ""), word


def test_every_meaning_is_of_a_flag() -> None:
    assert set(MEANINGS) <= {flag.long for flag in RUN.flags}


def test_nothing_hostile_is_drawn() -> None:
    html = explain("docker run -e 'A=<script>alert(1)</script>' --name x '-v' '/\x1b[31m:/y' busybox '<img onerror=x>'").html
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert "class=" not in html


@given(st.text(max_size=60))
def test_any_line_is_explained_or_refused(line: str) -> None:
    with contextlib.suppress(UsageError):
        assert explain(f"docker run {line}").text


def test_the_bundle_is_markup_and_text() -> None:
    bundle = explain(SEED)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert str(explain(SEED)) == bundle["text/plain"]
