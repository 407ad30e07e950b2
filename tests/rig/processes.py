"""Programs that the rig starts, and ends by their process id."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rig.places import RigError, state


def started_at(pid: int) -> str:
    """Give the start time of a process in ticks since boot, "" when there is none; with it an id names one process for good."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


@dataclass(frozen=True, slots=True)
class Program:
    """A running program: what it is called here, its id, its start time and its log."""

    name: str
    pid: int
    started: str
    log: Path

    @property
    def alive(self) -> bool:
        """Whether this very process, and no later one with its id, still runs."""
        return bool(self.started) and started_at(self.pid) == self.started

    def last_words(self) -> str:
        """Give the end of its log."""
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-4:])

    def end(self, *, ask: int | None = None, patience: float = 20.0) -> None:
        """Ask it to end (or, in its stead, the process `ask`); kill it when it has not after `patience` seconds."""
        if self.alive:
            os.kill(ask or self.pid, signal.SIGTERM)
            if not await_fact(lambda: not self.alive, patience):
                os.kill(self.pid, signal.SIGKILL)
                await_fact(lambda: not self.alive, 10)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)


def start(name: str, command: Sequence[str], *, stays: bool = False, environment: dict[str, str] | None = None) -> Program:
    """Start a program in the background, its output in a log below the state directory.

    Parameters:
        name: what it is called here, also the log's name.
        command: the program and its arguments.
        stays: it outlives this process; otherwise the kernel kills it when we end, whatever happens.
        environment: variables that it gets on top of ours.
    """
    log = state("log", f"{name}.log")
    until_we_end = [] if stays else ["setpriv", "--pdeathsig", "KILL"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*until_we_end, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
    program = Program(name, process.pid, started_at(process.pid), log)
    process.returncode = 0  # it is ended and reaped through Program, so Popen must not warn
    if stays:
        remember(program)
    return program


def remember(program: Program) -> None:
    """Note a program that outlives us, so that `down` can end it and nothing else."""
    note = {"pid": program.pid, "started": program.started, "log": str(program.log)}
    state("programs", f"{program.name}.json").write_text(json.dumps(note))


def remembered() -> list[Program]:
    """Give the programs that earlier runs of the rig left running here."""
    notes = sorted(state("programs", "x").parent.glob("*.json"))
    found = [(note, json.loads(note.read_text())) for note in notes]
    programs = [Program(note.stem, data["pid"], data["started"], Path(data["log"])) for note, data in found]
    return [program for program in programs if program.alive]


def forget(program: Program) -> None:
    """Drop the note of a program."""
    state("programs", f"{program.name}.json").unlink(missing_ok=True)


def await_fact(fact: Callable[[], bool], limit: float, program: Program | None = None) -> bool:
    """Wait until something is so.

    Parameters:
        fact: the question, asked up to twenty times a second.
        limit: seconds to wait at most.
        program: the one that is to bring it about; when it ends first, waiting is over.

    Returns:
        Whether it became so in time.

    Raises:
        RigError: the program ended before.
    """
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if fact():
            return True
        if program is not None and not program.alive:
            raise RigError(f"{program.name} ended; {program.log} ends with: {program.last_words()}")
        time.sleep(0.05)
    return fact()


def child_of(pid: int) -> int | None:
    """Give the first child of a process, None when it has none."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    return int(children[0]) if children else None
