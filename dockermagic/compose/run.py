"""Running Docker Compose: what it prints comes to the main thread piece by piece, and an interrupt reaches it as Ctrl-C would."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from dockermagic.compose.program import Program
from dockermagic.interrupts import Interrupts

__all__ = ["Ran", "read_config", "run_compose"]

TICK = 0.05
_STOPPING = re.compile(r"(?i)\bstopp(?:ing|ed)\b|gracefully|aborting")
"""What Compose says when it has heard an interrupt."""
PATIENCE = 120.0
"""Seconds that reading a project may take: a remote include is fetched."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended; `interrupts` counts those that came meanwhile."""

    exit_code: int
    interrupts: int


class _Running:
    """Compose as a process of its own group, so that a terminal's Ctrl-C does not reach it twice."""

    def __init__(
        self, program: Program, arguments: Sequence[str], cell: str | None, folder: str, environ: Mapping[str, str]
    ) -> None:
        self.pieces: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [program.path, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=folder, env=dict(environ), start_new_session=os.name != "nt",
        )  # fmt: skip
        streams = ((1, self.process.stdout), (2, self.process.stderr))
        self._readers = [
            threading.Thread(target=self._read, args=each, name="dockermagic compose", daemon=True) for each in streams
        ]
        self._writer = threading.Thread(target=self._write, args=(cell,), name="dockermagic compose", daemon=True)
        for thread in (*self._readers, self._writer):
            thread.start()

    def _write(self, cell: str | None) -> None:
        with contextlib.suppress(OSError), self.process.stdin as pipe:  # type: ignore[union-attr]  # it is a pipe, see above
            pipe.write((cell or "").encode("utf-8", "surrogateescape"))

    def _read(self, stream: int, pipe: IO[bytes]) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while data := os.read(pipe.fileno(), 1 << 16):
            text = decoder.decode(data)
            if text:
                self.pieces.put((stream, text))
        self.pieces.put(None)

    def interrupt(self, times: int) -> None:
        """Tell it to stop, as Ctrl-C does: first it stops what it began, the second time it does not wait, then it is ended."""
        with contextlib.suppress(OSError):
            if times > 2 or os.name == "nt":
                self.process.kill()
            else:
                self.process.send_signal(signal.SIGINT)

    def close(self) -> int:
        """End it, if it still runs, and give its exit code."""
        if self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        if self.process.poll() is None:
            self.process.kill()
        code = self.process.wait()
        for thread in (*self._readers, self._writer):
            thread.join(5)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None and not any(thread.is_alive() for thread in self._readers):
                pipe.close()
        return code


def run_compose(
    program: Program,
    arguments: Sequence[str],
    *,
    cell: str | None,
    folder: str,
    environ: Mapping[str, str],
    tell: Callable[[int, str], object],
    tick: Callable[[], object],
    deaf: float = 0.0,
) -> Ran:
    """Run it to its end.

    Parameters:
        cell: what it reads from its input.
        tell: takes every piece of output with its stream (1 stdout, 2 stderr), in the calling thread.
        tick: is called at least twenty times a second, in the calling thread.
        deaf: seconds after which an interrupt that was not heard is told once more: `up` misses one that comes while it attaches
            to its containers, and then goes on for ever. 0 for a command that does not say whether it has heard.

    Raises:
        OSError: it cannot be started.
    """
    with Interrupts() as interrupts:
        running = _Running(program, arguments, cell, folder, environ)
        seen, ended, again = 0, 0, float("inf")
        try:
            while ended < 2:
                if interrupts.count > seen:
                    seen = interrupts.count
                    running.interrupt(seen)
                    again = time.monotonic() + deaf if deaf and seen == 1 else float("inf")
                elif time.monotonic() > again:
                    running.interrupt(1)
                    again = float("inf")
                try:
                    piece = running.pieces.get(timeout=TICK)
                except queue.Empty:
                    tick()
                    continue
                if piece is None:
                    ended += 1
                else:
                    again = float("inf") if _STOPPING.search(piece[1]) else again
                    tell(*piece)
                    tick()
        except BaseException:
            running.interrupt(3)
            raise
        finally:
            code = running.close()
        return Ran(code, interrupts.count)


def read_config(
    program: Program, arguments: Sequence[str], *, cell: str | None, folder: str, environ: Mapping[str, str], polite: bool = False
) -> tuple[dict[str, Any], str]:
    """Ask Compose what a file means (`config --format json`): its answer, and what it said when it refused.

    Parameters:
        arguments: Compose's flags before the command.
        polite: nobody waits for it, so that it must not take the processor from those for whom somebody waits.
    """
    try:
        with subprocess.Popen(
            [program.path, *arguments, "config", "--format", "json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=folder, env=dict(environ), start_new_session=os.name != "nt",
        ) as process:  # fmt: skip
            if polite and os.name != "nt":
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process.pid, 10)
            try:
                answer, errors = process.communicate((cell or "").encode("utf-8", "surrogateescape"), PATIENCE)
            except BaseException:
                process.kill()
                raise
    except (OSError, subprocess.TimeoutExpired) as error:
        return {}, str(error)
    said = errors.decode("utf-8", "replace")
    try:
        found = json.loads(answer)
    except ValueError:
        return {}, said or "Compose gave no answer."
    return (found, "") if process.returncode == 0 and isinstance(found, dict) else ({}, said)
