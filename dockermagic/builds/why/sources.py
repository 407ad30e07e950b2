"""Where an instruction takes files from: the context, other stages, images."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass

from dockermagic.builds.dockerfile import Dockerfile, Instruction

__all__ = ["Sources", "is_url", "outside_stage", "read_sources"]

_REMOTE = re.compile(r"(?:https?|git|ssh)://|git@[^/]+:")


@dataclass(frozen=True, slots=True)
class Sources:
    """Stages by index, images by name, and paths of the context that a RUN mounts."""

    stages: tuple[int, ...] = ()
    images: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def is_url(source: str) -> bool:
    """Whether a source of ADD is fetched from elsewhere."""
    return _REMOTE.match(source) is not None


def read_sources(dockerfile: Dockerfile, instruction: Instruction, expand: Callable[[str], str]) -> Sources:
    """Find what an instruction takes files from, the sources of a COPY without --from left aside."""
    stages: list[int] = []
    images: list[str] = []
    paths: list[str] = []
    if instruction.keyword == "COPY":
        for name in instruction.flag("from"):
            _file_under(dockerfile, instruction, expand(name), stages, images)
    elif instruction.keyword == "RUN":
        for mount in map(_mount, instruction.flag("mount")):
            kind = mount.get("type", "bind")
            if "from" in mount and kind in ("bind", "cache"):
                _file_under(dockerfile, instruction, expand(mount["from"]), stages, images)
            elif kind == "bind":
                paths.append(expand(mount.get("source", mount.get("src", "."))))
    return Sources(tuple(stages), tuple(images), tuple(paths))


def outside_stage(dockerfile: Dockerfile, instruction: Instruction) -> tuple[str, ...]:
    """Give the images that an instruction takes files from."""
    return read_sources(dockerfile, instruction, lambda text: text).images


def _mount(text: str) -> dict[str, str]:
    fields = next(csv.reader([text]), [])
    return {key.lower(): value for key, _, value in (each.partition("=") for each in fields)}


def _file_under(dockerfile: Dockerfile, instruction: Instruction, name: str, stages: list[int], images: list[str]) -> None:
    if instruction.keyword == "COPY" and re.fullmatch(r"[0-9]{1,9}", name) and int(name) < instruction.stage:
        stages.append(int(name))
        return
    found = [
        each.index for each in dockerfile.stages if each.named and each.name == name.lower() and each.index < instruction.stage
    ]
    if found:
        stages.append(found[-1])
    else:
        images.append(name)
