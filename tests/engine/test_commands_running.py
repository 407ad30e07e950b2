"""`%docker run`, `create`, `exec`, `start` from the line to what the cell holds."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import NotFound

from dockermagic.commands.cell import run_docker
from dockermagic.containers.handle import LiveContainer
from dockermagic.engine import Engine
from dockermagic.errors import ContainerFailed, UsageError
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.again]

LABELS = ((NOTEBOOK, "test"), (KERNEL, "test"))


class Shell:
    """As much of IPython's shell as a command needs."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}


class Desk:
    """Types lines of `%docker`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.api, self.session, self.folder, self.shell = engine.api, Session(engine), folder, Shell()
        self.name = f"dmt{secrets.token_hex(4)}"

    def __call__(self, line: str, cell: str | None = None) -> Any:
        return run_docker(line.replace("NAME", self.name), self.session, self.shell, LABELS, self.folder, cell)


@pytest.fixture
def do(everywhere: Engine, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(everywhere, tmp_path)
    yield desk
    desk.session.close()
    for found in everywhere.api.containers(all=True, filters={"name": desk.name}):
        everywhere.api.remove_container(found["Id"], force=True, v=True)
    with contextlib.suppress(NotFound):
        everywhere.api.remove_volume(f"{desk.name}-data", force=True)


def test_what_a_run_gives_is_data(do: Desk, capfd: Any) -> None:
    container = do("run --name NAME --as c busybox sh -c 'echo out; echo err >&2'")
    assert isinstance(container, LiveContainer)
    assert do.shell.user_ns["c"] is container
    assert (container.name, container.exit_code) == (do.name, 0)
    assert await_fact(lambda: container.state == "exited", 5)
    assert [moment.state for moment in container.history] == ["created", "running", "exited"]
    assert container.history[0].command.startswith("docker run --name")
    assert sorted(container.logs().split()) == ["err", "out"]
    out, err = capfd.readouterr()
    assert (out, err) == ("out\n", "err\n")


def test_a_failure_keeps_the_container(do: Desk) -> None:
    with pytest.raises(ContainerFailed) as caught:
        do("run --name NAME --as c busybox sh -c 'exit 3'")
    assert caught.value.exit_code == 3
    assert do.shell.user_ns["c"].exit_code == 3
    assert do("run --rm --ok-exit 3 busybox sh -c 'exit 3'").exit_code == 3


def test_a_detached_run_is_followed_by_later_commands(do: Desk, capfd: Any) -> None:
    container = do("run -d --name NAME -p 127.0.0.1::80 busybox sleep 1000")
    assert capfd.readouterr().out == f"{container.id}\n"
    assert await_fact(lambda: container.state == "running", 10)
    assert container.ports[0].published
    do("stop -t 1 NAME")
    assert await_fact(lambda: container.state == "exited", 10)
    last = container.history[-1]
    assert (last.cause, last.typed, last.command) == ("stop", True, f"docker stop -t 1 {do.name}")
    do("start NAME")
    do("rm -f NAME")
    assert await_fact(lambda: container.state == "removed", 10)


def test_a_cell_is_what_the_program_reads(do: Desk, capfd: Any) -> None:
    do("run --rm -i --name NAME busybox sh", "echo from the cell\necho 'and more'\n")
    assert capfd.readouterr().out == "from the cell\nand more\n"
    with pytest.raises(UsageError, match="-i"):
        do("run --rm busybox cat", "text")
    with pytest.raises(UsageError, match="not a TTY"):
        do("run --rm -it busybox sh")


def test_create_then_start_and_look(do: Desk, capfd: Any) -> None:
    do("create --name NAME busybox sh -c 'echo hi; exit 4'")
    capfd.readouterr()
    printed = do("start -a --ok-exit 4 NAME")
    assert (printed.exit_code, printed.logs()) == (4, "hi\n")
    assert capfd.readouterr().out == "hi\n"
    with pytest.raises(ContainerFailed):
        do("start -a NAME")


def test_exec_prints_and_tells_the_exit_code(do: Desk, capfd: Any) -> None:
    do("run -d --name NAME busybox sleep 1000")
    capfd.readouterr()
    assert do("exec NAME echo hello").logs() == "hello\n"
    assert capfd.readouterr().out == "hello\n"
    with pytest.raises(ContainerFailed) as caught:
        do("exec NAME sh -c 'exit 5'")
    assert caught.value.exit_code == 5
    assert do("exec -i NAME wc -l", "a\nb\n").logs().split() == ["2"]


def test_named_volumes_belong_to_the_notebook(do: Desk) -> None:
    do("run --rm -v NAME-data:/data busybox touch /data/x")
    found = do.api.inspect_volume(f"{do.name}-data")
    assert dict(LABELS).items() <= found["Labels"].items()
