"""What an engine says when it refuses, and what an exit code means, in words that say what to try."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.exec_request import read_attach, read_exec
from dockermagic.containers.exits import explain_exit
from dockermagic.containers.model import Container, Moment
from dockermagic.containers.parts import Seen
from dockermagic.containers.pull import read_progress
from dockermagic.containers.refusals import exit_code_of, explained
from dockermagic.containers.request import read_run
from dockermagic.errors import EngineError

RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to "
    'start container process: error during container init: exec: "{}": {}: unknown'
)


def told(message: str, line: str = "busybox app") -> tuple[str, str, int]:
    request = read_run(line, Path("/"), {})
    assert request is not None
    error = explained(EngineError(message), request)
    return error.message, error.hint, error.exit_code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (RUNC.format("app", "executable file not found in $PATH"), 127),
        (RUNC.format("/app", "stat /app: no such file or directory"), 127),
        (RUNC.format("/etc", "permission denied"), 126),
        (RUNC.format("/etc", "is a directory"), 126),
        ("Conflict.", 125),
        ("", 125),
    ],
)
def test_exit_codes_are_those_of_the_command_line(message: str, code: int) -> None:
    assert exit_code_of(message) == code


def test_the_layers_of_docker_are_left_out() -> None:
    message, hint, _ = told(RUNC.format("app", "executable file not found in $PATH"))
    assert message == 'error during container init: exec: "app": executable file not found in $PATH.'
    assert "Is the name right" in hint


@pytest.mark.parametrize(
    ("message", "line", "hint"),
    [
        (RUNC.format("-p", "executable file not found in $PATH"), "busybox -p 80:80", "Options go before the image"),
        (RUNC.format("echo hi", "executable file not found in $PATH"), "busybox 'echo hi'", "sh -c 'echo hi'"),
        ('Conflict. The container name "/web" is already in use by container "0a"', "busybox", "%docker rm -f web"),
        ("driver failed: Bind for 0.0.0.0:80 failed: port is already allocated", "busybox", "%docker ps"),
        ("No such image: team/app:1", "team/app:1", "%docker pull team/app:1"),
        ("network nine not found", "busybox", "%docker network create"),
        ("exec /app: exec format error", "busybox", "another kind of machine"),
    ],
)
def test_hints(message: str, line: str, hint: str) -> None:
    assert hint in told(message, line)[1]


@given(st.text(max_size=200))
def test_whatever_an_engine_says_is_told(message: str) -> None:
    for request in (read_run("busybox", Path("/"), {}), read_exec("web sh", Path("/"), {}), read_attach("web")):
        assert request is not None
        assert explained(EngineError(message), request).exit_code in (125, 126, 127)


def ended(cause: str, *, out_of_memory: bool = False) -> Container:
    return Container("a" * 64, history=(Moment(1.0, "exited", cause),), seen=Seen(out_of_memory=out_of_memory))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "container", "says"),
    [
        (1, None, "ended with exit code 1."),
        (137, None, "it was killed (SIGKILL)."),
        (137, ended("out of memory"), "out of memory"),
        (137, ended("exit", out_of_memory=True), "out of memory"),
        (137, ended("stop"), "by docker stop, after its grace period"),
        (137, ended("kill"), "by docker kill"),
        (143, ended("stop"), "SIGTERM ended it"),
        (127, None, "does not find"),
        (126, None, "cannot execute"),
        (300, None, "exit code 300."),
    ],
)
def test_what_an_exit_code_means(code: int, container: Container | None, says: str) -> None:
    message, _ = explain_exit(code, "docker run busybox", container)
    assert message.startswith(f"docker run busybox ended with exit code {code}")
    assert says in message


def test_an_ordinary_failure_says_how_to_accept_it() -> None:
    assert "--ok-exit 3" in explain_exit(3, "x")[1]


@given(
    st.dictionaries(
        st.sampled_from(["id", "status", "progressDetail", "error"]),
        st.one_of(st.none(), st.text(), st.integers(), st.dictionaries(st.text(), st.integers())),
    )
)
def test_any_progress_is_read(message: dict[str, object]) -> None:
    fact = read_progress(message, "busybox", 1.0)
    assert fact is None or fact.layer


def test_progress_of_a_layer() -> None:
    message = {"id": "aa", "status": "Downloading", "progressDetail": {"current": 5, "total": 10}}
    fact = read_progress(message, "busybox", 2.0)
    assert fact is not None
    assert (fact.layer, fact.current, fact.total, fact.done, fact.time) == ("aa", 5, 10, False, 2.0)
    arrived = read_progress({"id": "aa", "status": "Pull complete", "progressDetail": {}}, "busybox", 2.0)
    assert arrived is not None
    assert arrived.done
    assert read_progress({"id": "latest", "status": "Pulling from library/busybox"}, "busybox", 2.0) is None
