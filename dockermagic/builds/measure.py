"""What each instruction added to the image: the engine's image history, read against the Dockerfile.

1. The history's newest entries are those of the target's stage, in order, one for every instruction but FROM; below them, when
   the stage is FROM another one, that stage's; and so on down to the image that the chain stands on.
2. So both are walked from the end, and an entry counts for an instruction when it is of its kind. An entry of no instruction
   (labels given on the command line) is passed over; an instruction with no entry of its kind ends the walk, since what
   follows could only be guessed.
3. What is left at the end is the image that the chain stands on, and what its ONBUILD triggers added: it is FROM's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.plan import ResolvedStage, resolve_stages, target_stage

CLASSIC = re.compile(r"^(?:\|\d+ .*?)?/bin/sh -c #\(nop\)\s+(?P<word>[A-Z]+)")
BUILDKIT = re.compile(r"^(?P<word>[A-Z]+)(?:\s|$)")
QUIET = frozenset({"FROM", "ONBUILD", "MAINTAINER"})


def keyword_of(entry: Mapping[str, Any]) -> str:
    """Give the instruction that made an entry of `GET /images/{name}/history`; RUN when it is a plain command."""
    made_by = str(entry.get("CreatedBy") or "")
    for pattern in (CLASSIC, BUILDKIT):
        found = pattern.match(made_by)
        if found:
            return found["word"]
    return "RUN"


def chain(dockerfile: Dockerfile, target: str, build_args: Mapping[str, str] | None = None) -> list[int]:
    """Give the steps that the target's image is made of, newest first, down to the FROM that names an image."""
    stages: tuple[ResolvedStage, ...] = resolve_stages(dockerfile, build_args)
    steps: list[int] = []
    index: int | None = target_stage(dockerfile, target)
    while index is not None and index >= 0:
        own = [place for place, instruction in enumerate(dockerfile.instructions) if instruction.stage == index]
        steps += reversed(own)
        index = stages[index].parent
    return steps


def measure(
    history: Sequence[Mapping[str, Any]], dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] | None = None
) -> dict[int, int]:
    """Give the bytes that each step added to the image.

    Parameters:
        history: `GET /images/{name}/history`, newest entry first.
        dockerfile, target, build_args: what was built.

    Returns:
        Step index → bytes; a step whose layer is not in the image, or not told apart, is missing.
    """
    found: dict[int, int] = {}
    place, last = 0, None
    for step in chain(dockerfile, target, build_args):
        keyword = dockerfile.instructions[step].keyword
        if keyword in QUIET:
            last = step
            continue
        while place < len(history) and keyword_of(history[place]) != keyword and keyword_of(history[place]) in ("LABEL", "ONBUILD"):
            place += 1
        if place >= len(history) or keyword_of(history[place]) != keyword:
            return found
        found[step] = int(history[place].get("Size") or 0)
        place += 1
    if last is not None and dockerfile.instructions[last].keyword == "FROM":
        found[last] = sum(int(entry.get("Size") or 0) for entry in history[place:])
    return found
