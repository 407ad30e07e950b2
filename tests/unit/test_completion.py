"""What Tab offers: in magics' lines and in Dockerfiles, for any text and any place in it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.flags import DOCKERFILE
from dockermagic.completions.complete import complete
from dockermagic.completions.words import words_before
from dockermagic.completions.world import Completion, Kind, World
from dockermagic.flags import Command, Flag

RUN_FLAGS = (
    Flag("detach", "d", "bool", help="Return at once."),
    Flag("name", "", "string", "NAME", "Name the container."),
    Flag("network", "", "list", "NETWORK", "Join a network."),
    Flag("publish", "p", "list", "PORTS", "Publish a port."),
    Flag("pull", "", "string", "WHEN", "When to fetch."),
    Flag("restart", "", "string", "POLICY", "When to start again."),
    Flag("interactive", "i", "bool", help="Keep stdin open."),
    Flag("tty", "t", "bool", help="A terminal."),
    Flag("env-file", "", "list", "FILE", "Variables of a file."),
    Flag("secretly", "", "bool", hidden=True),
)
COMMANDS = {
    command.name: command
    for command in (
        DOCKERFILE,
        Command("%docker_run", "", "Run a container.", RUN_FLAGS, interspersed=False),
        Command("%docker run", "", "Run a container.", RUN_FLAGS, interspersed=False),
        Command("%docker_layers", "", "Open an image.", ()),
        Command("%docker_files", "", "Show a file.", ()),
        Command("%docker_compare", "", "Compare.", ()),
        Command("%docker stop", "", "Stop containers.", (Flag("timeout", "t", "int", help="Seconds."),)),
        Command("%docker volume rm", "", "Remove volumes.", ()),
        Command("%docker volume ls", "", "List volumes.", ()),
        Command("%docker network connect", "", "Connect.", ()),
    )
}
NAMES: dict[str, Sequence[str]] = {
    "image": ("busybox:latest", "hello:1"),
    "container": ("web", "worker"),
    "volume": ("data",),
    "network": ("bridge", "host", "none", "shop"),
}
FILES = {"": ["app/", "main.py", ".git/"], "app/": ["static/", "index.html", "with space.txt"]}


def names(kind: Kind) -> Sequence[str]:
    return NAMES[kind]


def files(context: str, inside: str) -> Sequence[str]:
    return FILES.get(inside, []) if context in ("", "./here") else ["other.txt"]


WORLD = World(COMMANDS, names, files)


def at(text: str) -> list[Completion]:
    """Complete where the | is."""
    cursor = text.index("|")
    return complete(text[:cursor] + text[cursor + 1 :], cursor, WORLD)


def texts(text: str) -> list[str]:
    return [found.text for found in at(text)]


def result(text: str) -> list[str]:
    """Give the whole text for each completion."""
    cursor = text.index("|")
    whole = text[:cursor] + text[cursor + 1 :]
    return [whole[: one.start] + one.text + whole[one.end :] for one in complete(whole, cursor, WORLD)]


LINES = {
    "%docker_run --na|": ["--name"],
    "%docker_layers b|": ["busybox:latest"],
    "%docker_files he|": ["hello:1"],
    "%docker_compare hello:1 b|": ["busybox:latest"],
    "%docker_run -|": [
        "--detach",
        "--name",
        "--network",
        "--publish",
        "--pull",
        "--restart",
        "--interactive",
        "--tty",
        "--env-file",
    ],
    "%docker_run -d|": ["-d"],
    "%docker_run --pull |": ["always", "missing", "never"],
    "%docker_run --pull=n|": ["never"],
    "%docker_run --detach=|": ["true", "false"],
    "%docker_run --network s|": ["shop"],
    "%docker_run --network b|": ["bridge"],
    "%docker_run --restart un|": ["unless-stopped"],
    "%docker_run -dit b|": ["busybox:latest"],
    "%docker_run -p |": [],
    "%docker_run -p80:80 h|": ["hello:1"],
    "%docker_run --env-file ma|": ["main.py"],
    "%docker_run --env-file app/i|": ["app/index.html"],
    "%docker_run --env-file app/w|": ['"app/with space.txt"'],
    "%docker_run busybox --na|": [],
    "%docker_run busybox b|": [],
    "%docker st|": ["stop"],
    "%docker v|": ["volume"],
    "%docker volume |": ["rm", "ls"],
    "%docker volume rm d|": ["data"],
    "%docker stop w|": ["web", "worker"],
    "%docker stop web wo|": ["worker"],
    "%docker stop -t |": [],
    "%docker network connect |": ["bridge", "host", "none", "shop"],
    "%docker network connect shop w|": ["web", "worker"],
    "c = %docker stop we|": ["web"],
    "x = 1\n%docker stop we|\ny = 2": ["web"],
    "%docker stop 'we|": [],
    "%unknown --f|": [],
    "print(%docker|": [],
    "docker stop w|": [],
    "%%bash\n%docker stop w|": [],
    "%%dockerfile --ta|": ["--tag", "--target"],
    "%%dockerfile --target |\nFROM a AS one\nFROM b AS two": ["one", "two"],
    "%%dockerfile --build-arg |\nARG VERSION=1\nFROM a": ["VERSION"],
    "%%dockerfile --progress p|\nFROM a": ["plain"],
}


@pytest.mark.parametrize("text", LINES)
def test_lines(text: str) -> None:
    assert texts(text) == LINES[text]


DOCKERFILES = {
    "FR|": ["FROM"],
    "fr|": ["FROM"],
    "FROM b|": ["busybox:latest"],
    "FROM busybox AS base\nFROM ba|": ["base"],
    "FROM busybox |": ["AS"],
    "FROM --pl|": ["--platform="],
    "FROM a AS build\nFROM b\nCOPY --from=b|": ["build", "busybox:latest"],
    "COPY --|": ["--from=", "--chown=", "--chmod=", "--link", "--parents", "--exclude="],
    "COPY m|": ["main.py"],
    "COPY main.py a|": ["app/"],
    "COPY app/|": ["app/static/", "app/index.html", '"app/with space.txt"'],
    "COPY .|": [".git/"],
    "COPY --from=base m|": [],
    "RUN --m|": ["--mount="],
    "RUN --mount=type=c|": ["type=cache"],
    "RUN --mount=type=cache,ta|": ["target="],
    "FROM a AS build\nRUN --mount=type=bind,from=b|": ["build"],
    "RUN --network=n|": ["none"],
    "RUN echo \\\n  --m|": [],
    "RUN <<EOF\nCO|\nEOF": [],
    "RUN <<EOF\necho\nEOF\nCO|": ["COPY"],
    "# FR|": [],
    "ARG VERSION=1\nENV MODE=a\nRUN echo $V|": ["VERSION"],
    "ARG VERSION=1\nRUN echo ${V|": ["VERSION"],
    "HEALTHCHECK --i|": ["--interval="],
    "HEALTHCHECK C|": ["CMD"],
    "ONBUILD CO|": ["COPY"],
    "STOPSIGNAL SIGK|": ["SIGKILL"],
    'CMD ["|': [],
}


@pytest.mark.parametrize("text", DOCKERFILES)
def test_dockerfiles(text: str) -> None:
    assert texts(f"%%dockerfile -t a:1\n{text}") == DOCKERFILES[text]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("%docker_run --pull=n| x", "%docker_run --pull=never x"),
        ("%%dockerfile\nfr| busybox", "%%dockerfile\nFROM busybox"),
        ("%%dockerfile\nFROM a AS build\nCOPY --from=bui|", "%%dockerfile\nFROM a AS build\nCOPY --from=build"),
        ("%%dockerfile\nRUN --mount=type=cache,tar|", "%%dockerfile\nRUN --mount=type=cache,target="),
        ("%%dockerfile\nARG MODE=1\nRUN echo ${MO|}", "%%dockerfile\nARG MODE=1\nRUN echo ${MODE}"),
        ("%%dockerfile --context ./other\nCOPY o|", "%%dockerfile --context ./other\nCOPY other.txt"),
        ("%%dockerfile ./other\nCOPY o|", "%%dockerfile ./other\nCOPY other.txt"),
        ("%%dockerfile\nCOPY /ma|", "%%dockerfile\nCOPY main.py"),
        ("\n  %docker stop we|", "\n  %docker stop web"),
    ],
)
def test_what_stands_there_afterwards(text: str, wanted: str) -> None:
    assert result(text) == [wanted]


def test_flags_say_what_they_are_for() -> None:
    assert [found.help for found in at("%docker_run --na|")] == ["Name the container."]
    assert [found.help for found in at("%docker st|")] == ["Stop containers."]
    assert "Name the image" in at("%%dockerfile --ta|")[0].help


PIECES = st.sampled_from(
    [
        *("%", "%%", "dockerfile", "docker", "_run", "stop", "--", "-", "network", "=", "'", '"', "\\", "FROM", "COPY", "--from="),
        *("<<EOF", "RUN", "--mount=", ",", "$", "{", "#", "é", "AS", "a/b/", "w", "ONBUILD", " ", "\n", "\t", "\r", "\0", "\ud800"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(), st.integers(-5, 300))
def test_any_text_and_any_cursor(text: str, cursor: int) -> None:
    for found in complete(text, cursor, WORLD):
        assert 0 <= found.start <= found.end <= len(text)
        assert found.end == max(0, min(cursor, len(text)))
        assert "\n" not in text[found.start : found.end]


@given(st.text(alphabet="ab '\"\\-=\t"))
def test_words_end_where_the_line_ends(line: str) -> None:
    words = words_before(line)
    assert 0 <= words.start <= len(line)
    if not words.quoted:
        assert line[words.start :] == words.current


def test_it_takes_no_time() -> None:
    body = "\n".join(f"FROM image{number} AS stage{number}\nRUN echo {number} \\\n  && true" for number in range(2000))
    many = World(COMMANDS, lambda kind: [f"{kind}{number}" for number in range(5000)], files)
    text = f"%%dockerfile -t a\n{body}\nCOPY --from="
    began = time.thread_time()  # of this thread alone: other tests may run beside it
    found = complete(text, len(text), many)
    assert len(found) == 200
    assert time.thread_time() - began < 0.1
