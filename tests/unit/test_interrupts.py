from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from dockermagic.interrupts import INSISTING, Interrupts


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_is_counted_and_not_raised() -> None:
    with Interrupts() as interrupts:
        press()
        press()
    assert interrupts.count == 2
    with pytest.raises(KeyboardInterrupt):
        press()


def insist(interrupts: Interrupts) -> None:
    with interrupts:
        for _ in range(INSISTING):
            press()


def test_who_insists_is_heard() -> None:
    interrupts = Interrupts()
    with pytest.raises(KeyboardInterrupt):
        insist(interrupts)
    assert interrupts.count == INSISTING


def test_ignored_interrupts_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            press()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert interrupts.count == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_changes() -> None:
    seen: list[int] = []

    def work() -> None:
        with Interrupts() as interrupts:
            seen.append(interrupts.count)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [0]
