"""What an idle guest gives back to its host, and the socket through which it is told to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.engine.embedded.mconsole import Console
from dockermagic.engine.embedded.memory import AT_ONCE, STEP, Idleness, Memory, in_use, spare
from dockermagic.errors import EngineError

MEMINFO = "MemTotal:         500000 kB\nMemFree:           20000 kB\nMemAvailable:     300000 kB\nCached:  9 kB\n"


class Kernel:
    """Stands for a guest's kernel: idle or busy, with some memory that the host gets back when it is taken away."""

    def __init__(self, busy: int = 0, refuses: str = "", wakes_at: int = 1000) -> None:
        self.busy, self.refuses, self.wakes_at = busy, refuses, wakes_at
        self.ticks = 0
        self.taken = self.dropped = 0
        self.asked: list[str] = []

    def ask(self, line: str) -> str:
        self.asked.append(line)
        if self.refuses and line.startswith(self.refuses):
            raise EngineError("no")
        if line == "proc stat":
            self.ticks += 100
            return f"cpu  {self.busy * self.ticks // 100} 0 0 {(100 - self.busy) * self.ticks // 100} 0 0 0 0 0 0\ncpu0 1 2 3\n"
        if line == "proc meminfo":
            wanted = self.taken + (200 if self.taken >= self.wakes_at else 0)
            return MEMINFO.replace("300000", str(max(0, 300000 - wanted * 1024)))
        change = int(line.removeprefix("config mem=").removesuffix("M"))
        self.taken = max(0, self.taken - change)
        self.dropped = max(self.dropped, self.taken)
        return ""

    def held(self) -> int:
        return 488 - self.dropped


def memory(kernel: Kernel) -> Memory:
    return Memory(kernel, kernel.held, lambda seconds: None)  # type: ignore[arg-type]  # it is asked as a console is


def test_an_idle_guest_gives_back_what_it_can_do_without() -> None:
    kernel = Kernel()
    given_back = memory(kernel).look()
    assert given_back == spare(MEMINFO) // STEP * STEP
    assert kernel.taken == 0, "all of it is the guest's again"
    assert kernel.held() >= in_use(MEMINFO) + AT_ONCE


def test_once_given_back_it_is_left_alone() -> None:
    kernel = Kernel()
    tended = memory(kernel)
    assert tended.look() > 0
    kernel.asked.clear()
    assert tended.look() == 0
    assert kernel.asked == ["proc stat", "proc meminfo"], "nothing was worth it"


def test_nothing_is_taken_from_one_that_works() -> None:
    kernel = Kernel(busy=30)
    tended = memory(kernel)
    assert [tended.look() for _ in range(3)] == [0, 0, 0]
    assert set(kernel.asked) == {"proc stat"}


def test_no_more_is_taken_from_one_that_begins_to_work() -> None:
    kernel = Kernel(wakes_at=64)
    memory(kernel).look()
    assert kernel.dropped == 64
    assert kernel.taken == 0


def test_what_was_taken_is_given_again_when_the_kernel_refuses_more() -> None:
    kernel = Kernel(refuses="config mem=-")
    with pytest.raises(EngineError):
        memory(kernel).look()
    assert kernel.asked[-1].startswith("config mem=+")


@given(st.text())
def test_what_is_no_answer_means_nothing(text: str) -> None:
    assert spare(text) >= 0
    assert in_use(text) <= 10**9 or "MemTotal" in text
    assert Idleness().since_last(text) in (True, False)


@given(st.integers(0, 1 << 40), st.integers(0, 1 << 40))
def test_spare_is_what_is_available_less_what_is_wanted_at_once(total: int, available: int) -> None:
    assert spare(f"MemTotal: {total} kB\nMemAvailable: {available} kB\n") == max(0, available // 1024 - AT_ONCE)


@contextlib.contextmanager
def answering(path: Path, answers: list[tuple[int, int, bytes]]) -> Iterator[list[bytes]]:
    """Answer one request at a socket, as the kernel does; gives the requests."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(path))

        def answer() -> None:
            data, whom = door.recvfrom(1024)
            asked.append(data)
            for error, more, text in answers:
                door.sendto(struct.pack("=III", error, more, len(text) + 1) + text.ljust(512, b"\0"), whom)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield asked
        thread.join(5)


def test_an_answer_in_several_pieces(tmp_path: Path) -> None:
    with answering(tmp_path / "m", [(0, 1, b"MemTotal: 1"), (0, 1, b"23 kB\n"), (0, 0, b"rest")]) as asked:
        assert Console(tmp_path / "m").ask("proc meminfo") == "MemTotal: 123 kB\nrest"
    assert struct.unpack_from("=III", asked[0]) == (0xCAFEBABE, 2, 12)
    assert asked[0][12:24] == b"proc meminfo"
    assert len(asked[0]) == 12 + 512


def test_a_refusal_is_told_in_the_kernels_words(tmp_path: Path) -> None:
    with (
        answering(tmp_path / "m", [(1, 0, b"Parameter is required")]),
        pytest.raises(EngineError, match="Parameter is required"),
    ):
        Console(tmp_path / "m").ask("config")


def test_nobody_is_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Console(tmp_path / "m").ask("version")
    with pytest.raises(FileNotFoundError):
        Console(tmp_path / "m").press()
