"""What no BuildKit accepts is refused in words, and nothing else: Engine 20.10.24 said the same to each of these."""

from __future__ import annotations

import pytest

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.errors import DockerfileError

F = "FROM busybox\n"


def refused(text: str) -> DockerfileError:
    with pytest.raises(DockerfileError) as caught:
        read_dockerfile(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 0, "empty"),
        (" \n\n", 1, 0, "empty"),
        ("# only a comment\n", 1, 0, "only comments"),
        ("ARG A=1\n", 1, 0, "no FROM"),
        ("RUN x\n", 1, 1, "before the first FROM"),
        ("ARG A\nENV a=b\nFROM busybox\n", 2, 1, "before the first FROM"),
        (F + "  RNU x\n", 2, 3, "RNU is not an instruction"),
        (F + "echo hi\n", 2, 1, "echo is not an instruction"),
        (F + "RUN a\n  && b\n", 3, 3, "&& is not an instruction"),
        (F + "\\\n", 2, 0, "continuation"),
        ("FROM\n", 1, 1, "FROM needs"),
        ("FROM a b\n", 1, 8, "FROM takes one image"),
        ("FROM a AS\n", 1, 8, "FROM takes one image"),
        ("FROM a build b\n", 1, 8, "FROM takes one image"),
        ("FROM a AS b c\n", 1, 8, "FROM takes one image"),
        ("FROM busybox # comment\n", 1, 14, "FROM takes one image"),
        ("FROM a AS 1x\n", 1, 11, '"1x" cannot be the name'),
        (F + "ENV\n", 2, 1, "ENV needs"),
        (F + "ENV A\n", 2, 5, "ENV A has no value"),
        (F + "ENV A=b c\n", 2, 9, '"c" has no ='),
        (F + "ENV =b\n", 2, 5, "no name before"),
        (F + "LABEL a\n", 2, 7, "LABEL a has no value"),
        (F + "ARG\n", 2, 1, "ARG needs"),
        (F + "ARG =1\n", 2, 5, "no name"),
        (F + "EXPOSE\n", 2, 1, "EXPOSE needs"),
        (F + "USER\n", 2, 1, "USER needs"),
        (F + "VOLUME\n", 2, 1, "VOLUME names no folder"),
        (F + "VOLUME []\n", 2, 1, "VOLUME names no folder"),
        (F + "WORKDIR\n", 2, 1, "WORKDIR needs"),
        (F + "STOPSIGNAL\n", 2, 1, "STOPSIGNAL needs"),
        (F + "MAINTAINER\n", 2, 1, "MAINTAINER needs"),
        (F + "ONBUILD\n", 2, 1, "ONBUILD needs"),
        (F + "ONBUILD FROM x\n", 2, 1, "cannot hold FROM"),
        (F + "ONBUILD ONBUILD RUN x\n", 2, 1, "cannot hold ONBUILD"),
        (F + "HEALTHCHECK\n", 2, 1, "HEALTHCHECK needs"),
        (F + "HEALTHCHECK CMD\n", 2, 1, "no command"),
        (F + "HEALTHCHECK NONE x\n", 2, 18, "NONE takes nothing"),
        (F + "HEALTHCHECK curl x\n", 2, 13, "cannot be followed by curl"),
        (F + "SHELL\n", 2, 1, "SHELL takes a list"),
        (F + "SHELL sh -c\n", 2, 1, "SHELL takes a list"),
        (F + "SHELL []\n", 2, 1, "SHELL takes a list"),
        (F + "COPY\n", 2, 1, "what to copy"),
        (F + "COPY a\n", 2, 1, "where to copy"),
        (F + 'COPY ["a"]\n', 2, 1, "where to copy"),
        (F + "ADD a\n", 2, 1, "where to copy"),
        (F + 'CMD ["a", 1]\n', 2, 1, "only"),
        (F + "RUN cat <<EOF\nx\n", 2, 9, "<<EOF has no end"),
        (F + "RUN <<EOF\nx\n EOF\n", 2, 5, "<<EOF has no end"),
        ("# escape=x\n" + F, 1, 0, "escape character"),
        ("# escape=`\n# escape=`\n" + F, 2, 0, "twice"),
        (F + "RUN " + "x" * 65536, 2, 0, "longer than"),
    ],
)
def test_what_no_buildkit_accepts(text: str, line: int, column: int, says: str) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column)
    assert says in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("word", "likely"),
    [
        ("RNU", "RUN"),
        ("FORM", "FROM"),
        ("COPPY", "COPY"),
        ("WORKDIRR", "WORKDIR"),
        ("Entrypoin", "ENTRYPOINT"),
        ("EXPOS", "EXPOSE"),
        ("ENVV", "ENV"),
        ("NUR", "RUN"),
    ],
)
def test_a_misspelt_instruction_names_the_likely_one(word: str, likely: str) -> None:
    assert refused(f"{F}{word} x y\n").hint == f"Did you mean {likely}?"


def test_hints_for_what_beginners_do() -> None:
    assert "\\ at its end" in refused(F + "RUN a\n&& b\n").hint
    assert "cell of its own" in refused(F + "!ls\n").hint
    assert "FROM python AS 3.12" not in refused("FROM python 3.12\n").message
    assert "FROM python:3.12" in refused("FROM python 3.12\n").hint
    assert "line of its own" in refused("FROM busybox # why\n").hint


@pytest.mark.parametrize(
    "text",
    [
        F + "RUN\n",
        F + "CMD\n",
        F + "ENTRYPOINT\n",
        F + "CMD []\n",
        F + 'CMD ["a\n',
        F + 'RUN ["echo", x]\n',
        F + "CMD [NaN]\n",
        F + "CMD " + "[" * 5000 + "\n",
        F + "CMD [" + "1" * 5000 + "\n",
        F + "ENV A b c\n",
        F + "LABEL a b\n",
        F + "LABEL 'a b'=c\n",
        F + 'LABEL a="b c" d=e\n',
        F + "ENV a=b \\\n  c=d\n",
        F + "ARG A B=1\n",
        F + "USER a b\n",
        F + "ONBUILD RNU x\n",
        F + "HEALTHCHECK none\n",
        F + "healthcheck --interval=5s cmd true\n",
        F + 'SHELL ["a"]\n',
        "FROM busybox AS b\nFROM busybox AS b\n",
        "FROM busybox AS b-1_2.x\n",
        "FROM scratch\n",
        "ARG A\nFROM $A\n",
        F + "COPY <<EOF /x\nEOF\n",
        F + "RUN " + "x" * 60000,
        F + "EXPOSE 80 443/udp\n",
    ],
)
def test_what_buildkit_accepts_is_never_refused(text: str) -> None:
    assert read_dockerfile(text).stages
