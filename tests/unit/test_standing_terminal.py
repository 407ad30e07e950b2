"""Terminals without a browser: what flows to which page, and what stays."""

from __future__ import annotations

import queue
import time
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from dockermagic.views import console
from dockermagic.views.flow import LAG, PIECE, WINDOW, Flow
from dockermagic.views.transcript import Transcript, kept_lines, picture
from tests.unit.standing import Kernel, Outputs, eventually, outputs, page

__all__ = ["outputs"]


@given(st.lists(st.binary(max_size=50)), st.integers(1, 100))
def test_a_transcript_keeps_the_end(chunks: list[bytes], limit: int) -> None:
    transcript = Transcript(limit)
    for chunk in chunks:
        transcript.add(chunk)
    whole = b"".join(chunks)
    assert transcript.end == len(whole)
    assert transcript.end - transcript.start <= limit
    assert transcript.since(transcript.start, 10**6) == whole[transcript.start :]
    for place in range(transcript.start, transcript.end + 1):
        assert transcript.since(place, 3) == whole[place : place + 3]
    assert transcript.start <= transcript.line() <= transcript.end


class Flowing(RuleBasedStateMachine):
    """Pages that come, draw, sleep and go, while a program prints: each sees a text without holes, or is told to begin afresh."""

    def __init__(self) -> None:
        super().__init__()
        self.flow: Flow[int] = Flow(WINDOW)
        self.whole = bytearray()
        self.seen: dict[int, bytes] = {}
        self.drawn: dict[int, int] = {}
        self.answered = 0
        self.now = 0.0

    @rule(size=st.sampled_from([1, 100, PIECE, WINDOW]), page=st.integers(0, 2))
    def prints(self, size: int, page: int) -> None:
        data = bytes([(len(self.whole) + place) % 251 for place in range(size)])
        self.whole += data
        self.flow.transcript.add(data)

    @rule(page=st.integers(0, 2))
    def comes(self, page: int) -> None:
        self.flow.join(page, self.now)
        self.seen[page] = b""

    @rule(page=st.integers(0, 2))
    def goes(self, page: int) -> None:
        self.flow.leave(page)
        self.seen.pop(page, None)

    @rule(page=st.integers(0, 2))
    def gets(self, page: int) -> None:
        piece = self.flow.piece(page, self.now)
        if piece is None:
            return
        assert len(piece.data) <= PIECE
        begins = piece.end - len(piece.data)
        assert bytes(self.whole[begins : piece.end]) == piece.data
        if piece.afresh:
            self.seen[page] = bytes(self.whole[begins : piece.end])
        else:
            self.seen[page] += piece.data
            assert self.whole.endswith(self.seen[page], 0, piece.end)
        if piece.data:
            assert piece.again == (begins < self.answered)
            assert not piece.again or piece.end <= self.answered
        self.answered = max(self.answered, piece.end)
        self.drawn[page] = piece.end

    @rule(page=st.integers(0, 2))
    def draws(self, page: int) -> None:
        if page in self.drawn:
            self.flow.drawn(page, self.drawn[page], self.now)

    @rule(seconds=st.sampled_from([0.1, LAG + 1]))
    def sleeps(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def no_page_has_too_much(self) -> None:
        assert all(place.sent - place.drawn <= WINDOW for place in self.flow._places.values())


TestFlowing = Flowing.TestCase
TestFlowing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_the_program_waits_for_a_page_that_draws_and_not_for_one_that_sleeps() -> None:
    flow: Flow[str] = Flow(4 * WINDOW)
    flow.join("page", 0)
    flow.transcript.add(b"x" * 3 * WINDOW)
    assert flow.waits(0.1)
    while flow.piece("page", 0.2):
        pass
    assert flow.waits(0.3)
    assert not flow.waits(0.3 + LAG)
    flow.drawn("page", WINDOW, 10)
    while flow.piece("page", 10):
        pass
    assert not flow.waits(10), "what is left is no more than a page may have"


KEPT = {
    "plain\r\nlines\r\n": ["plain", "lines"],
    "before\r\n\x1b[?1049h\x1b[2Jfull screen\x1b[5;5H~\x1b[?1049lafter": ["before", "after"],
    "before\r\n\x1b[?1049h~\r\n~\r\n~": ["before"],
    "old\r\n\x1b[H\x1b[2Jnew": ["new"],
    "old\r\n\x1b[H\x1b[Jnew": ["new"],
    "\x1b]0;title\x07$ ls": ["$ ls"],
    "\x1b[31mred\x1b[0m": ["red"],
    "ab\b \bc": ["ac"],
}


@pytest.mark.parametrize("text", KEPT)
def test_what_stays_of_a_screen(text: str) -> None:
    assert ["".join(part for part, _ in line) for line in kept_lines(text)] == KEPT[text]


@given(st.text(alphabet="\x1b[]?1049hlHJ\x07ab\r\n\b;m\x00<>&"))
def test_any_output_can_be_drawn(text: str) -> None:
    bundle = picture(text, True, "<sh>", "exited with code <0>")
    assert "\x1b" not in bundle["text/html"]
    assert "<sh>" not in bundle["text/html"]


class Program:
    """A program that says what it is told to say."""

    def __init__(self) -> None:
        self.says: queue.Queue[bytes | Exception] = queue.Queue()
        self.typed: list[Any] = []
        self.reads = 0

    def read(self) -> bytes:
        said = self.says.get(timeout=10)
        self.reads += 1
        if isinstance(said, Exception):
            raise said
        return said

    def write(self, data: bytes) -> None:
        self.typed.append(data)

    def resize(self, columns: int, rows: int) -> None:
        self.typed.append((columns, rows))

    def close(self) -> None:
        self.says.put(b"")

    def finish(self) -> str:
        return "exited with code 3"


def opened() -> tuple[Program, Any]:
    program = Program()
    shell = SimpleNamespace(kernel=Kernel())
    return program, console.open_console(program, shell=shell, title="a", command="docker run -it a")


def test_from_the_program_to_the_page_and_back(outputs: Outputs) -> None:
    program, opened_console = opened()
    assert "A terminal opens here" in outputs.bundles[0]["text/html"]
    program.says.put(b"before ")
    comm = page(opened_console.id)
    program.says.put(b"after")
    eventually(lambda: comm.got("end") and comm.got("end")[-1] == 12)
    comm.say(id=opened_console.id, keys="é\x03")
    comm.say(id=opened_console.id, size=[80, 24])
    for nonsense in ([0, 1], [1], ["a", "b"], "80x24", [10**9, 1], [True, None]):
        comm.say(id=opened_console.id, size=nonsense)
    comm.say(id=opened_console.id, keys="\ud800")
    eventually(lambda: program.typed == ["é\x03".encode(), (80, 24), b"?"])
    comm.say(id=opened_console.id, do="close")
    assert opened_console.ended.wait(5)
    assert "before after" in comm.got("done")[0]["text/plain"]
    assert comm.got("done")[0]["text/plain"].endswith("exited with code 3")
    assert set(outputs.bundles[-1]) == {"text/html", "text/plain"}
    assert page(opened_console.id).got("gone") == [True]


def test_a_connection_that_breaks_is_an_end(outputs: Outputs) -> None:
    program, opened_console = opened()
    program.says.put(b"last words")
    program.says.put(ConnectionResetError("gone"))
    assert opened_console.ended.wait(5)
    assert "last words" in outputs.bundles[-1]["text/plain"]


def test_a_page_that_does_not_draw_stops_the_program(outputs: Outputs) -> None:
    program, opened_console = opened()
    comm = page(opened_console.id)
    for _ in range(40):
        program.says.put(b"x" * PIECE)
    eventually(lambda: sum(comm.got("end")) > 0 and program.reads >= 8)
    time.sleep(0.3)  # enough for all forty, if nothing held them back
    assert program.reads <= 2 * WINDOW // PIECE + 1
    while program.reads < 40:
        comm.say(id=opened_console.id, drawn=comm.got("end")[-1])
        time.sleep(0.01)
    program.close()
    assert opened_console.ended.wait(5)


def test_a_page_loaded_again_gets_what_was_printed_and_answers_nothing_twice(outputs: Outputs) -> None:
    program, opened_console = opened()
    program.says.put(b"asked")
    first = page(opened_console.id)
    eventually(lambda: first.got("end"))
    second = page(opened_console.id)
    eventually(lambda: second.got("end"))
    assert not any(first.got("again"))
    assert (second.got("again"), second.got("afresh")) == ([True], [True])
    program.close()
    assert opened_console.ended.wait(5)


def test_no_place_for_a_terminal() -> None:
    assert not console.can_open(SimpleNamespace(kernel=None))
    assert not console.can_open(SimpleNamespace(kernel=Kernel(attended=False)))
    assert console.can_open(SimpleNamespace(kernel=Kernel()))
