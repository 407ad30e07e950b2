from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.log import PAGE, Log

CHUNKS = st.lists(st.tuples(st.sampled_from([1, 2]), st.text(alphabet="ab\n", max_size=6)), max_size=3 * PAGE)


def filled(chunks: list[tuple[int, str]]) -> Log:
    log = Log()
    for stream, text in chunks:
        log = log.append(stream, text)
    return log


@given(CHUNKS)
def test_a_log_holds_what_was_appended(chunks: list[tuple[int, str]]) -> None:
    log = filled(chunks)
    assert list(log.chunks()) == chunks
    assert log.text() == "".join(text for _, text in chunks)
    assert log.lines == log.text().count("\n")
    assert bool(log) == bool(chunks)


@given(CHUNKS, st.integers(1, 20))
def test_the_last_lines_are_the_end_of_the_text(chunks: list[tuple[int, str]], lines: int) -> None:
    log = filled(chunks)
    tail = "".join(text for _, text in log.last(lines))
    assert log.text().endswith(tail)
    assert tail.splitlines()[-lines:] == log.text().splitlines()[-lines:]


def test_appending_leaves_the_old_log_alone() -> None:
    old = filled([(1, "a\n")] * (PAGE - 1))
    new = old.append(1, "b\n")
    assert old.lines == PAGE - 1
    assert new.lines == PAGE
    assert new.pages
