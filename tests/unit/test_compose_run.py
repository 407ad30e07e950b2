"""Running Compose: an interrupt that it misses is told once more."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from pathlib import Path

from dockermagic.compose.program import Program
from dockermagic.compose.run import run_compose

DEAF = """\
#!{python}
import signal, sys, time
heard = []
def hear(*_):
    heard.append(1)
    if len(heard) == 2 or "quick" in sys.argv:
        print("Gracefully Stopping...", flush=True)
        time.sleep(0.5)
        sys.exit(130 + len(heard))
signal.signal(signal.SIGINT, hear)
print("a-1 | chatty", flush=True)
while True:
    time.sleep(0.05)
    print("a-1 | chatty", flush=True)
"""


def interrupted(tmp_path: Path, word: str, deaf: float) -> tuple[int, int, float]:
    path = tmp_path / "docker-compose"
    path.write_text(DEAF.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    told: list[float] = []

    def tell(stream: int, text: str) -> None:
        if not told:
            os.kill(os.getpid(), signal.SIGINT)
        told.append(time.monotonic())

    ran = run_compose(
        Program(str(path), (5,), "5", "a test"), [word], cell=None, folder=str(tmp_path), environ=os.environ,
        tell=tell, tick=lambda: None, deaf=deaf,
    )  # fmt: skip
    return ran.exit_code, ran.interrupts, time.monotonic() - told[0]


def test_one_that_is_missed_is_told_again(tmp_path: Path) -> None:
    code, interrupts, took = interrupted(tmp_path, "slow", 0.3)
    assert (code, interrupts) == (132, 1)  # it heard two, of the learner's one
    assert took < 5


def test_one_that_is_heard_is_not(tmp_path: Path) -> None:
    assert interrupted(tmp_path, "quick", 0.2)[0] == 131
