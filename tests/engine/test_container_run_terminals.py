"""Terminals of containers and execs as byte pipes; `docker exec` and `docker attach` without one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.containers.exec_request import AttachRequest, ExecRequest, read_attach, read_exec
from dockermagic.containers.execs import attach, run_exec
from dockermagic.containers.outcome import Outcome
from dockermagic.containers.streams import Terminal
from dockermagic.containers.terminals import exec_terminal, run_terminal
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.errors import ContainerFailed, RunCancelled, UsageError
from tests.engine.run_bench import Looking, Runs, printed, request_of
from tests.rig.processes import await_fact

pytestmark = pytest.mark.again("engine20", "podman")


@pytest.fixture
def runs(everywhere: Engine) -> Iterator[Runs]:
    watch = Watch(everywhere)
    assert watch.connected.wait(20)
    made = Runs(everywhere, watch)
    yield made
    made.clear()
    watch.close()


@pytest.fixture
def host(runs: Runs) -> str:
    """Give the name of a container that runs."""
    runs("-d --name dm-host busybox sleep 60")
    return "dm-host"


def asked(line: str) -> ExecRequest:
    request = read_exec(line, Path("/"), {"HERE": "yes"})
    assert request is not None
    return request


def executed(runs: Runs, line: str, stdin: bytes = b"", view: Looking | None = None) -> Outcome:
    return run_exec(runs.engine, asked(line), runs.watch, view or Looking(), stdin=stdin)


def said(outcome: Outcome) -> list[tuple[int, str]]:
    assert outcome.container is not None
    return list(outcome.container.output.chunks())


class Reading:
    """Reads a terminal in a thread, as whoever draws it does."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal, self.text = terminal, ""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        while data := self.terminal.read():
            self.text += data.decode()

    def until(self, text: str) -> None:
        assert await_fact(lambda: text in self.text, 10), self.text


def test_a_shell_in_a_terminal(runs: Runs) -> None:
    id, terminal, ending = run_terminal(runs.engine, request_of("-it --rm busybox sh"), runs.watch, size=(101, 31))
    reading = Reading(terminal)
    terminal.write(b"stty size; echo an''swer\n")
    reading.until("31 101")
    reading.until("answer")
    terminal.resize(40, 12)
    terminal.write(b"stty size\n")
    reading.until("12 40")
    terminal.write(b"sleep 60\n")
    reading.until("sleep 60\r\n")
    terminal.write(b"\x03")
    terminal.write(b"exit 4\n")
    reading.thread.join(10)
    assert not reading.thread.is_alive()
    assert "exit code 4" in terminal.finish()
    assert (ending.exit_code, ending.done.is_set()) == (4, True)
    terminal.close()
    assert await_fact(lambda: id not in [each["Id"] for each in runs.engine.api.containers(all=True)], 10)


def test_a_terminal_of_a_program_that_is_not_there(runs: Runs) -> None:
    with pytest.raises(ContainerFailed) as failed:
        run_terminal(runs.engine, request_of("-it --rm --label dm-test=run busybox nonsense"), runs.watch)
    assert failed.value.exit_code == 127


def test_hanging_up_ends_the_reading(runs: Runs) -> None:
    _, terminal, ending = run_terminal(runs.engine, request_of("-it --label dm-test=run busybox sleep 60"), runs.watch)
    reading = Reading(terminal)
    terminal.close()
    reading.thread.join(10)
    assert not reading.thread.is_alive()
    assert "may run on" in terminal.finish()
    assert ending.exit_code is None


def test_a_terminal_of_an_exec(runs: Runs, host: str) -> None:
    _, terminal, ending = exec_terminal(runs.engine, asked(f"-it {host} sh"), size=(77, 22))
    reading = Reading(terminal)
    terminal.write(b"stty size\n")
    reading.until("22 77")
    terminal.write(b"exit 3\n")
    reading.thread.join(10)
    assert "exit code 3" in terminal.finish()
    assert ending.exit_code == 3
    terminal.close()


def test_an_exec_runs_and_is_shown(runs: Runs, host: str) -> None:
    outcome = executed(runs, f"-e A=1 -e HERE -w /tmp {host} sh -c 'echo $A $HERE; pwd; sleep 0.2; echo bad >&2'")
    assert said(outcome) == [(1, "1 yes\n/tmp\n"), (2, "bad\n")]
    assert outcome.exit_code == 0


def test_an_execs_input(runs: Runs, host: str) -> None:
    assert said(executed(runs, f"-i {host} cat", b"one\ntwo\n")) == [(1, "one\ntwo\n")]


def test_an_execs_exit_code(runs: Runs, host: str) -> None:
    with pytest.raises(ContainerFailed) as failed:
        executed(runs, f"{host} sh -c 'exit 6'")
    assert failed.value.exit_code == 6
    assert executed(runs, f"--ok-exit 6 {host} sh -c 'exit 6'").exit_code == 6


def test_an_exec_of_what_is_not_there(runs: Runs, host: str) -> None:
    with pytest.raises(ContainerFailed) as failed:
        executed(runs, f"{host} nonsense")
    assert failed.value.exit_code in (126, 127)


def test_an_exec_in_no_container(runs: Runs) -> None:
    with pytest.raises(ContainerFailed) as failed:
        executed(runs, "dm-nobody true")
    assert "docker ps" in failed.value.hint


def test_an_exec_in_a_container_that_does_not_run(runs: Runs) -> None:
    runs("--name dm-ended busybox true")
    with pytest.raises(ContainerFailed) as failed:
        executed(runs, "dm-ended true")
    assert "docker start" in failed.value.hint


def test_a_detached_exec(runs: Runs, host: str) -> None:
    assert executed(runs, f"-d {host} sh -c 'echo x > /made'").exit_code is None

    def made() -> bool:
        try:
            return executed(runs, f"{host} cat /made").exit_code == 0
        except ContainerFailed:
            return False

    assert await_fact(made, 5)


def test_an_exec_with_a_terminal_needs_a_front_end(runs: Runs, host: str) -> None:
    with pytest.raises(UsageError, match="the input device is not a TTY"):
        executed(runs, f"-it {host} sh")


def test_an_interrupt_lets_go_of_an_exec(runs: Runs, host: str) -> None:
    with pytest.raises(RunCancelled, match="runs on"):
        executed(runs, f"{host} sh -c 'echo ready; sleep 30'", view=Looking(printed("ready")))


def test_attach_to_a_program_until_it_ends(runs: Runs) -> None:
    runs("-d --name dm-counting busybox sh -c 'trap \"exit 5\" TERM; n=0; while true; do n=$((n+1)); echo $n; sleep 0.1; done'")
    request = read_attach("dm-counting")
    assert request is not None

    class Stopping(Looking):
        asked = False

        def update(self, model: object) -> None:
            super().update(model)  # type: ignore[arg-type]
            if not self.asked and printed("\n")(self.models[-1]):
                self.asked = True
                runs.engine.api.kill("dm-counting", signal="TERM")

    with pytest.raises(ContainerFailed) as failed:
        attach(runs.engine, request, runs.watch, Stopping())
    assert failed.value.exit_code == 5


def test_attach_to_what_does_not_run(runs: Runs) -> None:
    runs("--name dm-ended busybox true")
    request = read_attach("dm-ended")
    assert request is not None
    with pytest.raises(ContainerFailed, match="does not run"):
        attach(runs.engine, request, runs.watch, Looking())


@pytest.mark.parametrize("code", [0, 4])
def test_start_and_attach_miss_nothing(code: int, runs: Runs) -> None:
    with contextlib.suppress(ContainerFailed):
        runs(f"--name dm-again busybox sh -c 'echo hello; exit {code}'")
    request = AttachRequest("dm-again", start=True, ok_exits=(4,))
    outcome = attach(runs.engine, request, runs.watch, Looking())
    assert said(outcome) == [(1, "hello\n")]
    assert outcome.exit_code == code
