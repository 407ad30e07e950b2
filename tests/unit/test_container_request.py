"""From a line to a request, before any engine is asked."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.exec_request import ExecRequest, read_attach, read_exec
from dockermagic.containers.flags import ATTACH, CREATE, EXEC, RUN
from dockermagic.containers.options.older import adapted, read_version
from dockermagic.containers.request import RunRequest, read_create, read_run
from dockermagic.errors import ContainerFailed, UsageError
from dockermagic.flags import help_text
from tests.unit.create_lines import LINES, REFUSED, plant

HERE = Path("/nowhere")


def asked(line: str, folder: Path = HERE, environ: Mapping[str, str] | None = None) -> RunRequest:
    request = read_run(line, folder, environ or {})
    assert request is not None
    return request


def refused(line: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        read_run(line, HERE, {})
    return error.value


def test_the_seeds_command() -> None:
    request = asked("-d --name my-app -p 3000:3000 my-node-image")
    assert (request.image, request.name, request.detach, request.attach) == ("my-node-image", "my-app", True, ())
    assert request.body["HostConfig"]["PortBindings"] == {"3000/tcp": [{"HostIp": "", "HostPort": "3000"}]}
    assert request.body["ExposedPorts"] == {"3000/tcp": {}}


def test_joined_letters() -> None:
    request = asked("-dit -p8080:80 busybox")
    assert (request.detach, request.interactive, request.tty) == (True, True, True)
    assert (request.body["OpenStdin"], request.body["StdinOnce"], request.body["AttachStdin"]) == (True, False, False)


@pytest.mark.parametrize(
    ("line", "attach"),
    [
        ("busybox", ("stdout", "stderr")),
        ("-i busybox", ("stdin", "stdout", "stderr")),
        ("-a stdout busybox", ("stdout",)),
        ("-a STDIN busybox", ("stdin",)),
        ("-d -i busybox", ()),
    ],
)
def test_which_streams_are_connected(line: str, attach: tuple[str, ...]) -> None:
    assert asked(line).attach == attach


def test_our_own_flags() -> None:
    request = asked("--as c --ok-exit 1 --ok-exit=2 --no-raise --rm busybox sh --as x")
    assert (request.save_as, request.ok_exits, request.raises) == ("c", (1, 2), False)
    assert request.words == ("--rm", "busybox", "sh", "--as", "x")
    assert request.command == "--rm busybox sh --as x"


@pytest.mark.parametrize("line", ["--as 1x busybox", "--ok-exit 256 busybox", "--ok-exit -1 busybox", "--ok-exit ² busybox"])
def test_our_own_flags_are_checked(line: str) -> None:
    assert refused(line).hint


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-p 8080:80 -p 8080:81 busybox", "One port cannot lead to two places"),
        ("-d -a stdout busybox", "--attach and --detach"),
        ("--rm --restart always busybox", "--rm and --restart"),
        ("--use-api-socket busybox", "logins"),
        ("--disable-content-trust=false busybox", "Signed images"),
        ("--name 'a b' busybox", "cannot be the name of a container"),
        ("--name ü busybox", "cannot be the name of a container"),
        ("Busybox", "no capitals"),
        ("--env-file none.env busybox", "no such file"),
        ("-v /a::/b busybox", "between two colons"),
        ("", "needs 1 argument"),
        ("—rm busybox", "long dash"),
    ],
)
def test_refusals_say_what_to_type(line: str, says: str) -> None:
    error = refused(line)
    assert says in error.message
    assert error.hint
    assert "\n" not in error.message


def test_create_may_name_a_port_twice() -> None:
    """Only a container that is started needs it."""
    assert read_create("-p 8080:80 -p 8080:81 busybox", HERE, {}) is not None


def test_the_environment_gives_values() -> None:
    request = asked("-e A -e B -e C=1 -e C=2 busybox", environ={"A": "here", "C": "no"})
    assert request.body["Env"] == ["A=here", "B", "C=2"]
    assert request.env_names == ("A", "B", "C")
    assert asked("busybox", environ={"DOCKER_DEFAULT_PLATFORM": "arm64"}).platform == "linux/arm64"


def test_paths_start_from_the_notebooks_folder(tmp_path: Path) -> None:
    plant(tmp_path)
    request = asked("-v ./sub:/sub --env-file app.env --cidfile new.cid busybox", tmp_path)
    assert request.body["HostConfig"]["Binds"] == [f"{tmp_path}/sub:/sub"]
    assert request.body["Env"][0] == "ONE=1"
    assert request.cidfile == str(tmp_path / "new.cid")


@pytest.mark.parametrize("command", [RUN, CREATE, EXEC, ATTACH], ids=lambda command: command.name)
def test_help_names_every_flag(command: Any) -> None:
    text = help_text(command)
    for flag in command.flags:
        assert flag.hidden or f"--{flag.long}" in text
        assert flag.hidden or flag.help.endswith((".", "…")), flag.long
    assert "Examples:" in text


def test_help_is_no_request() -> None:
    assert read_run("--help", HERE, {}) is None
    assert read_exec("--help", HERE, {}) is None
    assert read_attach("--help") is None


def test_h_is_the_host_name() -> None:
    assert asked("-h web busybox").body["Hostname"] == "web"


WORDS = sorted({word for line in (*LINES, *REFUSED) for word in line.split()})


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=12)), max_size=8))
def test_any_line_is_read_or_refused_in_words(words: list[str]) -> None:
    with contextlib.suppress(UsageError):
        request = read_run(shlex.join(words), HERE, {})
        assert request is None or request.body["Image"] == request.image


def test_what_an_engine_is_too_old_for() -> None:
    request = asked("--annotation a=b busybox")
    with pytest.raises(ContainerFailed, match="Docker Engine 24 or newer"):
        adapted(request.body, request.given, (1, 41))
    assert adapted(request.body, request.given, (1, 43))["HostConfig"]["Annotations"] == {"a": "b"}


@pytest.mark.parametrize(
    "line",
    [
        "--mac-address 92:d0:c6:0a:29:33 busybox",
        "--health-start-interval 1s busybox",
        "--mount type=bind,src=/a,dst=/b,ro,bind-recursive=readonly,bind-propagation=rprivate busybox",
        "--cpu-count 2 busybox",
    ],
)
def test_what_20_10_cannot_do(line: str) -> None:
    request = asked(line)
    with pytest.raises(ContainerFailed) as error:
        adapted(request.body, request.given, read_version("1.41"))
    assert error.value.exit_code == 125
    assert error.value.hint


def test_kernel_memory_is_sent_to_engines_that_know_it() -> None:
    request = asked("--kernel-memory 50m busybox")
    assert adapted(request.body, request.given, (1, 41))["HostConfig"]["KernelMemory"] == 50 << 20
    assert "KernelMemory" not in adapted(request.body, request.given, (1, 44))["HostConfig"]
    assert request.body["HostConfig"]["KernelMemory"] == 50 << 20


def test_an_exec() -> None:
    request = read_exec("-it -u root -w /app -e A=1 --ok-exit 2 web sh -c 'exit 2'", HERE, {})
    assert isinstance(request, ExecRequest)
    assert (request.container, request.tty, request.ok_exits) == ("web", True, (2,))
    assert request.command == "-it -u root -w /app -e A=1 web sh -c 'exit 2'"
    assert request.body == {
        "User": "root",
        "Privileged": False,
        "Tty": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Detach": False,
        "DetachKeys": "",
        "Env": ["A=1"],
        "WorkingDir": "/app",
        "Cmd": ["sh", "-c", "exit 2"],
    }


def test_an_exec_needs_a_command() -> None:
    with pytest.raises(UsageError, match="needs 2 arguments"):
        read_exec("web", HERE, {})
