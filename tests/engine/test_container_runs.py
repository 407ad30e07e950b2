"""`docker run` on real engines: what comes out, how it ends, and what it leaves behind."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest

from dockermagic.containers.run import run
from dockermagic.containers.waiting import Waiting
from dockermagic.containers.watch import Watch
from dockermagic.engine import Engine
from dockermagic.engine.http import Exchange
from dockermagic.errors import UsageError
from tests.engine.run_bench import Looking, Runs, request_of
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


def test_a_program_runs_and_is_shown(runs: Runs) -> None:
    outcome = runs("--name dm-hello busybox echo hello")
    container = outcome.container
    assert container is not None
    assert (outcome.exit_code, outcome.id) == (0, container.id)
    assert (container.name, container.state, container.exit_code) == ("dm-hello", "exited", 0)
    assert list(container.output.chunks()) == [(1, "hello\n")]
    assert [(moment.state, moment.cause) for moment in container.history] == [
        ("created", "create"),
        ("running", "start"),
        ("exited", "exit"),
    ]
    assert runs.view.painted >= 2


def test_the_shortest_program_is_known_by_name_and_image(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockermagic.containers.watch._SOON", 30.0)  # the watch asks too late
    container = runs("--name dm-short busybox true").container
    assert container is not None
    assert (container.name, container.history[0].state) == ("dm-short", "created")
    assert "busybox" in container.image


def test_stderr_is_told_from_stdout_and_in_order(runs: Runs) -> None:
    outcome = runs("busybox sh -c 'echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three'")
    assert outcome.container is not None
    assert list(outcome.container.output.chunks()) == [(1, "one\n"), (2, "two\n"), (1, "three\n")]


def test_the_cell_is_standard_input(runs: Runs) -> None:
    outcome = runs("-i busybox sh", stdin="a='small ö'\necho got $a\n".encode())
    assert outcome.container is not None
    assert outcome.container.output.text() == "got small ö\n"


def test_much_input_while_the_program_prints(runs: Runs) -> None:
    """A program that answers while it reads must not wait for us, nor we for it."""
    outcome = runs("-i busybox cat", stdin=b"x" * 999 * 3_000 + b"\n")
    assert outcome.container is not None
    assert outcome.container.output.lines == 1


def test_without_a_cell_input_is_at_its_end(runs: Runs) -> None:
    outcome = runs("-i busybox sh -c 'cat; echo end'")
    assert outcome.container is not None
    assert outcome.container.output.text() == "end\n"


@pytest.mark.parametrize("code", [1, 3, 127, 255])
def test_another_exit_code_is_a_failure(code: int, runs: Runs) -> None:
    error = runs.fails(f"busybox sh -c 'exit {code}'")
    assert error.exit_code == error.container.exit_code == code
    assert f"exit code {code}" in error.message
    assert error.hint


def test_exit_codes_that_are_wanted(runs: Runs) -> None:
    assert runs("--ok-exit 3 --ok-exit 4 busybox sh -c 'exit 4'").exit_code == 4
    assert runs("--no-raise busybox sh -c 'exit 5'").exit_code == 5


def test_a_command_that_is_not_there(runs: Runs) -> None:
    error = runs.fails("busybox nonsense")
    assert error.exit_code == 127
    assert "nonsense" in error.message
    assert "%docker_run" in error.hint


def test_a_file_that_is_not_executable(runs: Runs) -> None:
    error = runs.fails("busybox /etc")
    assert error.exit_code == 126
    assert error.hint


def test_an_image_that_is_not_there(runs: Runs) -> None:
    error = runs.fails("--pull never dm-not-there:1 sh")
    assert error.exit_code == 125
    assert "dm-not-there" in error.message
    assert "%docker pull dm-not-there:1" in error.hint
    assert error.container.id == ""


def test_a_name_that_is_taken(runs: Runs) -> None:
    runs("--name dm-taken busybox true")
    error = runs.fails("--name dm-taken busybox true")
    assert error.exit_code == 125
    assert "%docker rm -f dm-taken" in error.hint


def test_a_port_that_is_taken(runs: Runs) -> None:
    first = runs("-d -p 127.0.0.1:18471:80 busybox sleep 30")
    error = runs.fails("-p 127.0.0.1:18471:80 busybox true")
    runs.engine.api.kill(first.id)
    assert error.exit_code in (125, 126)
    assert "has the port already" in error.hint
    assert error.container.container.state == "created"


def test_rm_leaves_nothing(runs: Runs) -> None:
    before = {each["Name"] for each in runs.engine.api.volumes()["Volumes"] or ()}
    outcome = runs("--rm -v /data busybox sh -c 'echo x > /data/x'")
    assert outcome.exit_code == 0
    assert outcome.container is not None
    assert outcome.container.state == "removed"
    assert runs.fails("--rm busybox nonsense").exit_code == 127
    assert await_fact(lambda: not runs.left(), 5)
    assert {each["Name"] for each in runs.engine.api.volumes()["Volumes"] or ()} == before


def test_rm_and_a_failing_program(runs: Runs) -> None:
    assert runs.fails("--rm busybox sh -c 'exit 9'").exit_code == 9


def test_detached_returns_at_once(runs: Runs) -> None:
    began = time.monotonic()
    outcome = runs("-d busybox sleep 30")
    assert time.monotonic() - began < 15
    assert outcome.exit_code is None
    assert outcome.container is not None
    assert outcome.container.state == "running"
    runs.engine.api.kill(outcome.id)


def test_detached_with_a_program_that_is_not_there(runs: Runs) -> None:
    assert runs.fails("-d busybox nonsense").exit_code == 127


def test_a_terminal_needs_a_front_end(runs: Runs) -> None:
    with pytest.raises(UsageError, match="the input device is not a TTY"):
        run(runs.engine, request_of("-it busybox sh"), runs.watch, Looking())
    assert runs.left() == []


def test_a_terminal_for_output_alone(runs: Runs) -> None:
    outcome = runs("-t busybox sh -c 'echo out; echo err >&2; tty'")
    assert outcome.container is not None
    assert {stream for stream, _ in outcome.container.output.chunks()} == {1}
    assert outcome.container.output.text().startswith("out\r\nerr\r\n/dev/")


def test_only_what_is_attached_is_shown(runs: Runs) -> None:
    outcome = runs("-a stderr busybox sh -c 'echo out; echo err >&2'")
    assert outcome.container is not None
    assert list(outcome.container.output.chunks()) == [(2, "err\n")]


def test_garbage_is_text_in_the_end(runs: Runs) -> None:
    outcome = runs("busybox sh -c 'head -c 300000 /dev/urandom; head -c 300000 /dev/urandom >&2'")
    assert outcome.container is not None
    assert "\ufffd" in outcome.container.output.text()


def test_a_million_lines_take_little_memory(runs: Runs) -> None:
    process = psutil.Process()
    runs("busybox echo warm")
    before = process.memory_info().rss
    highest = [0]

    class Measuring(Looking):
        def update(self, model: object) -> None:
            highest[0] = max(highest[0], process.memory_info().rss)

    outcome = runs("busybox seq 1 1000000", view=Measuring())
    assert outcome.container is not None
    text = outcome.container.output.text()
    assert outcome.container.output.lines == 1_000_000
    assert text.startswith("1\n2\n")
    assert text.endswith("\n999999\n1000000\n")
    assert "lines are left out here; c.logs() has them all" in text
    assert len(text) < 1_200_000
    grown = max(highest[0], process.memory_info().rss) - before
    assert grown < 60_000_000, f"{grown:,} bytes"


def test_ten_megabytes_without_a_line(runs: Runs) -> None:
    outcome = runs("busybox sh -c 'head -c 10000000 /dev/zero | tr \"\\0\" x'")
    assert outcome.container is not None
    assert outcome.exit_code == 0
    assert len(outcome.container.output.text()) < 1_200_000
    assert "characters are left out" in outcome.container.output.text()


def test_a_sink_gets_everything(runs: Runs) -> None:
    pieces: list[str] = []
    runs("busybox seq 1 200000", sink=lambda stream, text: pieces.append(text))
    assert "".join(pieces).split() == [str(number) for number in range(1, 200_001)]


class Deaf:
    """The question for a container's end, and an engine that never answers it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange, self.closed = exchange, False

    def __iter__(self) -> Iterator[bytes]:
        assert await_fact(lambda: self.closed, 30)
        return iter(())

    def close(self) -> None:
        self.closed = True
        self.exchange.close()


def test_an_end_that_the_engine_never_tells(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Podman was seen not to tell the end; it is known from the engine's events all the same."""
    ask = Waiting._ask
    monkeypatch.setattr(Waiting, "_ask", lambda self, condition: Deaf(ask(self, condition)))
    outcome = runs("busybox sh -c 'echo out; exit 0'")
    assert outcome.exit_code == 0
    assert outcome.container is not None
    assert outcome.container.output.text() == "out\n"
