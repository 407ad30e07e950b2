"""Dockerfiles, read as BuildKit reads them: Engine 20.10.24 refused what is refused here, and nothing more."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.dockerfile import Dockerfile, Instruction, read_dockerfile
from dockermagic.errors import DockerfileError

F = "FROM busybox\n"


def last(text: str) -> Instruction:
    return read_dockerfile(text).instructions[-1]


def test_an_instruction_knows_its_lines_and_its_words() -> None:
    found = read_dockerfile("# hello\n\nFROM busybox\n  RUN --network=none echo \\\n    a\nCMD sh\n").instructions
    assert [(each.keyword, each.line, each.last_line, each.column) for each in found] == [
        ("FROM", 3, 3, 1),
        ("RUN", 4, 5, 3),
        ("CMD", 6, 6, 1),
    ]
    assert found[1].name == "RUN --network=none echo \\\n    a"
    assert found[1].arguments == "echo     a"
    assert found[1].flags == ("--network=none",)
    assert [each.stage for each in found] == [0, 0, 0]


def test_comments_and_blank_lines_between_continued_lines_are_dropped() -> None:
    found = last(F + "RUN a \\\n# comment\n\n   \n  # indented\n  b\n")
    assert found.arguments == "a   b"
    assert (found.line, found.last_line) == (2, 7)
    assert "# comment" in found.name


def test_a_hash_inside_a_line_is_no_comment() -> None:
    assert last(F + "RUN echo # x\n").arguments == "echo # x"


def test_a_doubled_escape_does_not_continue_a_line() -> None:
    assert [each.keyword for each in read_dockerfile(F + "RUN echo \\\\\nRUN b\n").instructions] == ["FROM", "RUN", "RUN"]


@pytest.mark.parametrize("tail", ["\\", "\\ ", "\\\t "])
def test_spaces_behind_the_continuation_do_not_matter(tail: str) -> None:
    assert last(f"{F}RUN a {tail}\nb").arguments == "a b"


def test_a_continuation_at_the_end_of_the_file() -> None:
    assert last(F + "RUN echo a \\\n").arguments == "echo a"
    assert last(F + "RUN echo a \\").arguments == "echo a"


def test_a_lone_backslash_goes_on_with_the_next_line() -> None:
    found = read_dockerfile("\\\nFROM busybox\n").instructions
    assert [(each.keyword, each.line, each.last_line) for each in found] == [("FROM", 1, 2)]


def test_windows_line_ends_and_byte_order_mark() -> None:
    dockerfile = read_dockerfile("\ufeffFROM busybox\r\nRUN a \\\r\n  b\r\n")
    assert [each.arguments for each in dockerfile.instructions] == ["busybox", "a   b"]
    assert dockerfile.instructions[0].name == "FROM busybox"
    assert dockerfile.instructions[1].name == "RUN a \\\n  b"


def test_no_newline_at_the_end_and_tabs() -> None:
    assert last(F + "RUN x").name == "RUN x"
    assert last(F + "RUN\techo\ta").arguments == "echo\ta"


def test_keywords_in_any_case() -> None:
    assert [each.keyword for each in read_dockerfile("from busybox\nRun x\n").instructions] == ["FROM", "RUN"]


def test_the_escape_directive() -> None:
    dockerfile = read_dockerfile("# escape=`\nFROM busybox\nRUN dir C:\\ `\n  x\nRUN y\n")
    assert dockerfile.escape == "`"
    assert dockerfile.directives == (("escape", "`"),)
    assert dockerfile.instructions[1].arguments == "dir C:\\   x"


def test_directives_stand_above_everything_else() -> None:
    assert read_dockerfile("# comment\n# escape=`\n" + F).escape == "\\"
    assert read_dockerfile("\n# escape=`\n" + F).escape == "\\"
    assert read_dockerfile("#syntax=docker/dockerfile:1\n#  ESCAPE = `  \n" + F).escape == "`"


@pytest.mark.parametrize(
    ("text", "frontend", "foreign"),
    [
        (F, "", False),
        ("# syntax=docker/dockerfile:1\n" + F, "docker/dockerfile:1", False),
        ("#syntax = docker.io/docker/dockerfile:1.7-labs extra\n" + F, "docker.io/docker/dockerfile:1.7-labs", False),
        ("# syntax=docker/dockerfile-upstream:master\n" + F, "docker/dockerfile-upstream:master", False),
        ("# syntax=devthefuture/dockerfile-x\nINCLUDE a\n", "devthefuture/dockerfile-x", True),
        ("# escape=`\n# syntax=x/y\n" + F, "x/y", True),
        ("#!/usr/bin/env x\n# syntax=x/y\n" + F, "x/y", True),
        ("// syntax=x/y\nanything\n", "x/y", True),
        ('{"syntax": "x/y"}\n', "x/y", True),
        ("# comment\n# syntax=x/y\n" + F, "", False),
    ],
)
def test_the_frontend(text: str, frontend: str, foreign: bool) -> None:
    dockerfile = read_dockerfile(text)
    assert (dockerfile.frontend, dockerfile.foreign) == (frontend, foreign)


def test_a_foreign_frontend_may_have_any_instruction() -> None:
    assert last("# syntax=x/y\nINCLUDE ./a\nRUN <<EOF\nno end\n").keyword == "RUN"
    with pytest.raises(DockerfileError):
        read_dockerfile("# syntax=docker/dockerfile:1\nINCLUDE ./a\n")


def test_a_heredoc_belongs_to_its_instruction() -> None:
    dockerfile = read_dockerfile(F + "RUN <<EOF\nRUN not an instruction\n# nor a comment\nEOF\nCMD x\n")
    run = dockerfile.instructions[1]
    assert (run.line, run.last_line) == (2, 5)
    assert run.name == "RUN <<EOF\nRUN not an instruction\n# nor a comment\nEOF"
    assert [(each.name, each.text, each.expand, each.chomp) for each in run.heredocs] == [
        ("EOF", "RUN not an instruction\n# nor a comment\n", True, False)
    ]
    assert dockerfile.instructions[2].keyword == "CMD"


def test_two_heredocs_on_one_line() -> None:
    copy = last(F + "COPY <<one <<two /dest/\n1\none\n2\ntwo\n")
    assert [(each.name, each.text) for each in copy.heredocs] == [("one", "1\n"), ("two", "2\n")]


@pytest.mark.parametrize(
    ("written", "name", "expand", "chomp"),
    [
        ("<<EOF", "EOF", True, False),
        ('<<"EOF"', "EOF", False, False),
        ("<<'EOF'", "EOF", False, False),
        ("<<-EOF", "EOF", True, True),
        ("<<-'E F'", "E F", False, True),
        ("<< EOF", "EOF", True, False),
        ("3<<EOF", "EOF", True, False),
        ("<<E\\OF", "EOF", True, False),
    ],
)
def test_names_of_heredocs(written: str, name: str, expand: bool, chomp: bool) -> None:
    end = "\t" + name if chomp else name
    heredoc = last(f"{F}RUN cat {written}\ntext\n{end}\n").heredocs[0]
    assert (heredoc.name, heredoc.expand, heredoc.chomp, heredoc.text) == (name, expand, chomp, "text\n")


@pytest.mark.parametrize(
    "line",
    [
        "RUN cat <<< hello",
        "RUN echo $((1<<2))",
        "RUN echo 'a <<EOF'",
        'RUN ["cat", "<<EOF"]',
        "CMD cat <<EOF",
        "RUN echo it's <<EOF",
        "RUN echo a\\<<EOF",
        "ENV A=<<EOF",
        "RUN cat <<",
        "RUN cat <<E${A:-F}",
    ],
)
def test_what_looks_like_a_heredoc_and_is_none(line: str) -> None:
    dockerfile = read_dockerfile(f"{F}{line}\nRUN b\n")
    assert dockerfile.instructions[1].heredocs == ()
    assert len(dockerfile.instructions) == 3


def test_a_heredoc_inside_onbuild() -> None:
    assert last(F + "ONBUILD RUN <<EOF\na\nEOF\n").heredocs[0].text == "a\n"


def test_a_heredoc_with_windows_line_ends() -> None:
    assert last("FROM busybox\r\nRUN <<EOF\r\na\r\nEOF\r\n").heredocs[0].text == "a\r\n"


@pytest.mark.parametrize(
    ("line", "flags", "arguments"),
    [
        ("COPY --from=build --chown=1:1 a b", ("--from=build", "--chown=1:1"), "a b"),
        ("COPY a --from=b", (), "a --from=b"),
        (
            "RUN --mount=type=secret,id=a --mount=type=cache,target=/b c",
            ("--mount=type=secret,id=a", "--mount=type=cache,target=/b"),
            "c",
        ),
        ('COPY --chown="a b" c d', ("--chown=a b",), "c d"),
        ("COPY --chown='a b' c d", ("--chown=a b",), "c d"),
        ("COPY --link -- --a b", ("--link",), "--a b"),
        ("RUN --network=no\\ ne x", ("--network=no ne",), "x"),
        ("RUN - x", (), "- x"),
    ],
)
def test_flags(line: str, flags: tuple[str, ...], arguments: str) -> None:
    found = last(F + line + "\n")
    assert (found.flags, found.arguments) == (flags, arguments)


def test_values_of_one_flag() -> None:
    assert last(F + "RUN --mount=a --mount=b --network=c d").flag("mount") == ("a", "b")


def test_stages() -> None:
    dockerfile = read_dockerfile(
        "ARG V=1\nFROM --platform=linux/amd64 go:$V AS Build\nRUN x\nFROM busybox\nFROM build as last\n# end\nCMD y\n"
    )
    assert [(s.index, s.name, s.base, s.platform, s.line, s.named) for s in dockerfile.stages] == [
        (0, "build", "go:$V", "linux/amd64", 2, True),
        (1, "stage-1", "busybox", "", 4, False),
        (2, "last", "build", "", 5, True),
    ]
    assert [each.stage for each in dockerfile.instructions] == [-1, 0, 0, 1, 2, 2]


def test_global_arguments() -> None:
    dockerfile = read_dockerfile('ARG A=1 B="two words" C\nARG D=${A}-x\nARG E=${C:-none}\nFROM busybox\nARG F=9\n')
    assert dockerfile.global_arguments() == {"A": "1", "B": "two words", "D": "1-x", "E": "none"}
    assert dockerfile.global_arguments({"A": "7", "C": "c", "Z": "z", "TARGETARCH": "arm64"}) == {
        "A": "7",
        "B": "two words",
        "C": "c",
        "D": "7-x",
        "E": "c",
        "TARGETARCH": "arm64",
    }


SNIPPETS = """FROM busybox~|FROM a AS b~|RUN |COPY |ONBUILD |<<EOF|EOF|~|\\~|\r~|# |# escape=`~|
`~|ARG X=|${X|}|'|"|--from=|--mount=from=|[|]|ENV |
HEALTHCHECK | |\ufeff|# syntax="""
pieces = st.one_of(st.text(max_size=12), st.sampled_from(SNIPPETS.replace("\n", "").replace("~", "\n").split("|")))


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(DockerfileError):
        dockerfile = read_dockerfile(text)
        assert isinstance(dockerfile, Dockerfile)
        dockerfile.global_arguments()
        lines = text.count("\n") + 1
        places = [(each.line, each.last_line) for each in dockerfile.instructions]
        assert all(1 <= first <= final <= lines for first, final in places)
        assert all(one[1] < two[0] for one, two in pairwise(places))


@given(st.lists(pieces, max_size=25).map("".join))
def test_any_text_after_a_from_keeps_its_lines(text: str) -> None:
    with suppress(DockerfileError):
        dockerfile = read_dockerfile("FROM busybox\n" + text)
        source = dockerfile.text.split("\n")
        for each in dockerfile.instructions:
            first = each.name.split("\n")[0]
            assert first.rstrip("\r") in source[each.line - 1]
