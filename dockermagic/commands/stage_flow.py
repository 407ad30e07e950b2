"""`%docker_layers BUILD --stages`: what each stage of a build made, and what of it went on.

An engine tells the sizes of an image's layers, and of no others. So each stage that went into the image is built once more by
itself, which the cache answers; the images of that are removed again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dockermagic.builds.cell import build_quietly
from dockermagic.builds.dockerfile import Dockerfile, read_dockerfile
from dockermagic.builds.model import Build
from dockermagic.builds.plan import needed_stages, resolve_stages, target_stage
from dockermagic.builds.request import BuildRequest
from dockermagic.commands.answering import Desk
from dockermagic.commands.call import Call
from dockermagic.commands.comparing import remove_images
from dockermagic.errors import UsageError
from dockermagic.images.stage_flow import Handed, Stage, StageFlow
from dockermagic.labels import KERNEL

__all__ = ["stage_flow"]


def stage_flow(desk: Desk, name: str) -> StageFlow:
    """Say what went from stage to stage in a build that a variable holds.

    Raises:
        UsageError: it holds none, or one that made no image.
        BuildFailed: a stage cannot be built any more.
    """
    call = desk.call
    build = call.shell.user_ns.get(name) if call.shell is not None else None
    if not isinstance(build, Build) or not build.image_id:
        raise UsageError(
            f"{name} is no build that was kept.", "Keep one: %%dockerfile --as build, then %docker_layers build --stages"
        )
    dockerfile = read_dockerfile(build.dockerfile)
    target = target_stage(dockerfile, build.target)
    needed = sorted(needed_stages(dockerfile, build.target))
    made: dict[int, Build] = {}
    try:
        for index in needed:
            desk.tell(f"asking for the stage {build.stages[index].name}")
            made[index] = build_quietly(_request(call, build, dockerfile, index), call.engine)
        return _flow(build, dockerfile, made, target)
    finally:
        remove_images(call, [each for each in made.values() if each.image_id != build.image_id])


def _request(call: Call, build: Build, dockerfile: Dockerfile, index: int) -> BuildRequest:
    """Ask for a stage: the Dockerfile up to where the next one begins, so that it needs no name."""
    following = [each.line for each in dockerfile.instructions if each.keyword == "FROM" and each.stage == index + 1]
    lines = build.dockerfile.splitlines(keepends=True)
    text = "".join(lines[: following[0] - 1] if following else lines)
    labels = tuple(pair for pair in call.labels if pair[0] != KERNEL)
    context = str((call.folder / build.context).resolve()) if build.context else None
    if context is not None and not Path(context).is_dir():
        context = str(Path(build.context).resolve())
    return replace(BuildRequest(text, context), labels=labels)


def _flow(build: Build, dockerfile: Dockerfile, made: dict[int, Build], target: int) -> StageFlow:
    parents = {each.source.index: each.parent for each in resolve_stages(dockerfile)}
    final: set[int] = set()
    index: int | None = target
    while index is not None and index >= 0 and index not in final:
        final.add(index)
        index = parents.get(index)
    stages, handed, places = [], [], {number: place for place, number in enumerate(made)}
    names = {stage.name: number for number, stage in enumerate(build.stages)}
    for number, each in made.items():
        own = [
            (instruction, step)
            for instruction, step in zip(dockerfile.instructions, each.steps, strict=False)
            if instruction.stage == number
        ]
        for instruction, step in own:
            source = next((flag.partition("=")[2] for flag in instruction.flags if flag.startswith("--from=")), "")
            origin = int(source) if source.isdecimal() else names.get(source, -1)
            if source and origin in places:
                handed.append(Handed(places[origin], instruction.line, build.stages[number].name, step.bytes or 0))
        first = own[0][1].bytes if own else None
        base = first if parents.get(number) is None else None
        bytes_made = sum(step.bytes or 0 for instruction, step in own if instruction.keyword != "FROM")
        stages.append(Stage(build.stages[number].name, build.stages[number].base, base, bytes_made, number in final))
    return StageFlow(build.tags[0] if build.tags else "The image", tuple(stages), tuple(handed), build.size or 0)
