"""The question before a build, which steps will run and which come from the cache, and the score after it.

1. In a notebook that somebody looks at, each row has its choice (`builds.guessing`); in a terminal it is asked with `input()`.
2. Where nobody can answer (a notebook that is run as a whole, a pipe) it is not asked, and the build goes on.
3. A typed answer is a list of lines that will run; what is no answer is asked for once more.
4. A step that nobody answered does not count in the score.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from typing import Any

from dockermagic.builds.model import Build
from dockermagic.views.hostile import one_line
from dockermagic.views.units import plural

__all__ = ["answered", "ask", "asked", "can_answer", "read_answer", "score"]

PROMPT = "Which lines will run? Their numbers, 0 for none: "


def asked(build: Build) -> tuple[int, ...]:
    """Give the steps that can be guessed, by index: those that make a layer, of stages that are needed."""
    return tuple(index for index, step in enumerate(build.steps) if step.status == "waiting" and step.keyword != "FROM")


def answered(build: Build, lines: Collection[int]) -> tuple[str, ...]:
    """Give one answer a step: "ran" for these lines, "cached" for the others that can be guessed, "" for the rest."""
    places = set(asked(build))
    return tuple(("ran" if step.line in lines else "cached") if index in places else "" for index, step in enumerate(build.steps))


def ask(build: Build, shell: Any, read: Callable[[str], str] = input, say: Callable[[str], object] = print) -> tuple[str, ...]:
    """Ask by text, and give one answer a step: "ran", "cached", or "" for one that makes no layer; nothing when nobody answers.

    Parameters:
        build: as it is planned; `shell`: IPython's.
    """
    steps = [build.steps[index] for index in asked(build)]
    if not steps or not can_answer(shell):
        return ()
    rows = [f"{step.line:>4}  {one_line(step.name.splitlines()[0], 100)}" for step in steps]
    say("\n".join(["Before it is built: which of these steps will run, and which will come from the cache?", "", *rows, ""]))
    lines = {step.line for step in steps}
    for _ in range(3):
        try:
            chosen = read_answer(read(PROMPT), lines)
        except (EOFError, NotImplementedError, RuntimeError):
            return ()
        if chosen is not None:
            return answered(build, chosen)
        say(f"Type numbers of lines out of {', '.join(map(str, sorted(lines)))}, with spaces between them, or 0.")
    return ()


def can_answer(shell: Any) -> bool:
    """Say whether somebody is there to answer."""
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin is not None and sys.stdin.isatty())


def read_answer(text: str, lines: set[int]) -> set[int] | None:
    """Read which lines were meant: "3 4", "3, 4", "3-5", "0" or nothing for none; None when it is no answer."""
    chosen: set[int] = set()
    for word in re.split(r"[\s,;]+", text.strip()):
        match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", word)
        if word in ("", "0"):
            continue
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        named = {line for line in lines if first <= line <= last}
        if not named:
            return None
        chosen |= named
    return chosen


def score(build: Build) -> str:
    """Say how well a learner's answers fit what happened; nothing when there are none, or the build did not end well."""
    if build.prediction is None or not any(build.prediction.answers) or not build.succeeded:
        return ""
    asked = [
        (step, answer)
        for step, answer in zip(build.steps, build.prediction.answers, strict=False)
        if answer and step.status in ("ran", "cached")
    ]
    wrong = [step for step, answer in asked if step.status != answer]
    right = len(asked) - len(wrong)
    told = f"You were right about {right} of {plural(len(asked), 'step')}."
    if not wrong:
        return told
    return f"{told} {' '.join(_corrected(step.line, step.status) for step in wrong[:8])}"


def _corrected(line: int, status: str) -> str:
    return f"Line {line} {'ran.' if status == 'ran' else 'came from the cache.'}"
