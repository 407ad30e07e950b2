"""What a Dockerfile will do, before it does it: its steps, its stages, and which of them a target needs."""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from dockermagic.builds.dockerfile import Dockerfile, Instruction, StageSource, expand_base
from dockermagic.builds.events import BuildPath
from dockermagic.builds.model import Stage, Status, Step
from dockermagic.builds.syntax import split_instruction
from dockermagic.errors import UsageError

__all__ = ["layer_steps", "needed_stages", "plan_stages", "plan_steps", "resolve_stages", "target_stage"]

LAYERS = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})
"""Instructions of a stage that BuildKit has a vertex for; FROM is counted apart."""


@dataclass(frozen=True, slots=True)
class ResolvedStage:
    """A stage whose base is known.

    `base` has its variables expanded; `parent` is the index of the earlier stage that it names, None for an image or scratch;
    `certain` is False when a variable's value is not known here, and then `candidates` are the earlier stages it may name.
    """

    source: StageSource
    base: str
    parent: int | None
    certain: bool
    candidates: frozenset[int] = frozenset()

    @property
    def pulls(self) -> bool:
        """Whether its FROM names an image, as opposed to scratch or a stage."""
        return self.parent is None and self.base != "scratch"


def resolve_stages(dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None) -> tuple[ResolvedStage, ...]:
    """Find out what each FROM names.

    Parameters:
        build_args: build arguments, and platform arguments such as TARGETARCH where they are known.
    """
    values = dockerfile.global_arguments(build_args)
    found: list[ResolvedStage] = []
    names: dict[str, int] = {}
    for stage in dockerfile.stages:
        base, certain = expand_base(dockerfile, stage.base, values)
        candidates: frozenset[int] = frozenset()
        if not certain:
            shape = re.compile(".*".join(map(re.escape, re.split(r"\$\{[^}]*\}?|\$\w+", stage.base))), re.DOTALL)
            candidates = frozenset(index for name, index in names.items() if shape.fullmatch(name))
        found.append(ResolvedStage(stage, base, names.get(base), certain, candidates))
        if stage.named:
            names[stage.name] = stage.index
    return tuple(found)


def target_stage(dockerfile: Dockerfile, target: str = "") -> int:
    """Give the index of the stage that is built: the target's, or the last one.

    Raises:
        UsageError: no stage has the target's name.
    """
    if not target or dockerfile.foreign:
        return len(dockerfile.stages) - 1
    for stage in reversed(dockerfile.stages):
        if stage.named and stage.name == target.lower():
            return stage.index
    names = [stage.name for stage in dockerfile.stages if stage.named]
    hint = f"Its stages are {', '.join(names)}." if names else "Name one where it begins: FROM busybox AS build"
    raise UsageError(f'--target {target}: the Dockerfile has no stage called "{target}".', hint)


def needed_stages(
    dockerfile: Dockerfile,
    target: str = "",
    build_args: Mapping[str, str] | None = None,
    path: BuildPath = "buildkit",
) -> frozenset[int]:
    """Give the stages that are built for a target.

    BuildKit builds those that the target is made from or copies from; the classic builder builds every stage down to the target.

    Raises:
        UsageError: no stage has the target's name.
    """
    last = target_stage(dockerfile, target)
    if dockerfile.foreign:
        return frozenset(range(len(dockerfile.stages)))
    if path == "classic":
        return frozenset(range(last + 1))
    stages = resolve_stages(dockerfile, build_args)
    needed: set[int] = set()
    waiting = [last]
    while waiting:
        index = waiting.pop()
        if index in needed:
            continue
        needed.add(index)
        parent = stages[index].parent
        waiting += [*stages[index].candidates, *([] if parent is None else [parent])]
        for instruction in dockerfile.instructions:
            if instruction.stage == index or (instruction.stage == parent and instruction.keyword == "ONBUILD"):
                waiting += _sources(dockerfile, instruction)
    return frozenset(needed)


def _sources(dockerfile: Dockerfile, instruction: Instruction) -> list[int]:
    """Give the stages that an instruction takes files from."""
    flags = instruction.flags
    keyword = instruction.keyword
    if keyword == "ONBUILD":
        keyword, flags = _trigger(dockerfile, instruction)
    names: list[str] = []
    if keyword == "COPY":
        names = [flag.removeprefix("--from=") for flag in flags if flag.startswith("--from=")]
    elif keyword == "RUN":
        for flag in flags:
            if flag.startswith("--mount="):
                fields = next(csv.reader([flag.removeprefix("--mount=")]), [])
                names += [value for key, _, value in (each.partition("=") for each in fields) if key.lower() == "from"]
    found = [_stage_called(dockerfile, name, numbers=keyword == "COPY") for name in names]
    return [index for index in found if index is not None]


def _trigger(dockerfile: Dockerfile, instruction: Instruction) -> tuple[str, tuple[str, ...]]:
    word, flags, _ = split_instruction(instruction.arguments, dockerfile.escape)
    return word.upper(), flags


def _stage_called(dockerfile: Dockerfile, name: str, numbers: bool) -> int | None:
    if numbers and re.fullmatch(r"[+-]?[0-9]{1,9}", name):
        return int(name) if 0 <= int(name) < len(dockerfile.stages) else None
    matches = [stage.index for stage in dockerfile.stages if stage.named and stage.name == name.lower()]
    return matches[-1] if matches else None


def plan_steps(
    dockerfile: Dockerfile,
    target: str = "",
    build_args: Mapping[str, str] | None = None,
    path: BuildPath = "buildkit",
) -> tuple[Step, ...]:
    """Give one step for each instruction, in file order, as they stand before the build begins.

    Parameters:
        target, build_args: as the build gets them; `path`: who builds, which decides which stages are built.
    Raises:
        UsageError: no stage has the target's name.
    """
    stages = resolve_stages(dockerfile, build_args)
    needed = needed_stages(dockerfile, target, build_args, path) if dockerfile.stages else frozenset()
    counted = frozenset(layer_steps(dockerfile, build_args).values())
    steps = []
    for place, instruction in enumerate(dockerfile.instructions):
        index = instruction.stage
        makes_layer = _makes_layer(instruction, stages) and (instruction.keyword != "WORKDIR" or place in counted)
        status: Status = "waiting" if makes_layer else "metadata"
        if status == "metadata" and index >= 0 and index not in needed:
            status = "skipped"
        stage = stages[index].source.name if index >= 0 else ""
        steps.append(Step(instruction.name, instruction.line, instruction.last_line, instruction.keyword, stage, status))
    return tuple(steps)


def _makes_layer(instruction: Instruction, stages: tuple[ResolvedStage, ...]) -> bool:
    if instruction.keyword == "FROM":
        return stages[instruction.stage].pulls
    return instruction.keyword in LAYERS


def plan_stages(dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None) -> tuple[Stage, ...]:
    """Give the stages in file order; a base shows the values of its variables where they are known."""
    return tuple(
        Stage(each.source.name, each.base if each.certain else each.source.base, each.source.line)
        for each in resolve_stages(dockerfile, build_args)
    )


def layer_steps(dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None) -> dict[tuple[int, int], int]:
    """Map BuildKit's count of layers to steps.

    BuildKit calls its vertices "[build 2/5] RUN make": within a stage, an image that is FROM is 1, and each RUN, COPY, ADD and
    WORKDIR counts one more. A WORKDIR that leaves the directory at / has no vertex, so it is not counted. ONBUILD triggers of an
    earlier stage of this file are counted and belong to the FROM; those of an image cannot be known here (their vertices say
    "ONBUILD" behind the bracket): take the number of them off before you look a later vertex up.

    Returns:
        (stage index, k) -> step index.
    """
    stages = resolve_stages(dockerfile, build_args)
    found: dict[tuple[int, int], int] = {}
    folders: dict[int | None, str] = {}
    for stage in stages:
        index, count = stage.source.index, 0
        folder = folders.get(stage.parent, "?" if stage.pulls else "/")
        for place, instruction in enumerate(dockerfile.instructions):
            if instruction.stage != index:
                continue
            times = 1
            if instruction.keyword == "FROM":
                times = int(stage.pulls) + _triggered(dockerfile, stage.parent)
            elif instruction.keyword == "WORKDIR":
                folder = _folder(folder, instruction.arguments)
                times = int(folder != "/")
            elif instruction.keyword not in LAYERS:
                times = 0
            for _ in range(times):
                count += 1
                found[index, count] = place
        folders[index] = folder
    return found


def _triggered(dockerfile: Dockerfile, parent: int | None) -> int:
    triggers = [
        _trigger(dockerfile, each)[0] for each in dockerfile.instructions if each.stage == parent and each.keyword == "ONBUILD"
    ]
    return sum(trigger in LAYERS for trigger in triggers) if parent is not None else 0


def _folder(folder: str, argument: str) -> str:
    """Give the working directory after a WORKDIR; "?" stands for one that is not known here."""
    argument = argument.strip("\"'")
    if "$" in argument:
        return "?"
    joined = posixpath.normpath(posixpath.join(folder, argument))
    return "/" if joined.startswith("/") and not joined.strip("/") else joined
