"""An image's history, in a Dockerfile's words: which instruction made which layer.

1. The image's configuration says of every entry whether it made a layer (`empty_layer`). The engine's own answer
   (`GET /images/{name}/history`) leaves that out, so without the configuration it is told by the sizes, and only if they tell:
   as many entries with a size as there are layers.
2. The classic builder and Podman write a shell command with `#(nop)` where nothing was run; BuildKit writes the instruction, and
   for RUN the shell that ran it. Build arguments stand in front of a command: their values are left out.

Source: OCI image-spec config.md, "history".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dockermagic.images.model import Step

__all__ = ["as_written", "steps_of"]

_NOP = re.compile(r"^(?:/bin/sh -c )?#\(nop\)\s*")
_ARGUMENTS = re.compile(r"^\|\d+ .*?(?=/bin/sh -c |/bin/bash |cmd /S /C )", re.DOTALL)
_SHELL = re.compile(r"^/bin/(?:ba|a|da)?sh (?:-\w+ (?:pipefail )?)*-\w*c ")
_BUILDKIT = re.compile(r"\s*# buildkit\s*$")
_SUMMED = re.compile(r"^(?P<word>COPY|ADD) (?:--\S+ )*(?:multi|file|dir|[a-z]+):[0-9a-f]{16,} in (?P<place>.*?)\s*$", re.DOTALL)


def as_written(created_by: str) -> str:
    """Give what made an entry of the history as a Dockerfile says it.

    Parameters:
        created_by: the entry's own word.
    """
    text = _BUILDKIT.sub("", created_by.strip())
    run = text.startswith("RUN ")
    if run:
        text = text[4:]
    bare = _ARGUMENTS.sub("", text)
    if not run and (nop := _NOP.match(bare)) is not None:
        instruction = bare[nop.end() :].strip()
        summed = _SUMMED.match(instruction)
        return f"{summed['word']} … {summed['place']}" if summed is not None else instruction
    command, shells = _SHELL.subn("", bare)
    return f"RUN {command.strip()}" if run or shells or bare != text else text


def steps_of(history: Sequence[Mapping[str, Any]], config: Mapping[str, Any], layers: int) -> tuple[Step, ...]:
    """Give the steps that made an image, the first one first.

    Parameters:
        history: `GET /images/{name}/history`, the newest first; `config`: the image's configuration, empty when it is not known.
        layers: how many layers the image has.
    """
    written = config.get("history")
    if isinstance(written, list) and sum(not each.get("empty_layer") for each in written) == layers:
        made = [(str(each.get("created_by") or ""), _seconds(each.get("created")), not each.get("empty_layer")) for each in written]
    else:
        oldest_first = list(reversed(history))
        told = sum(bool(each.get("Size")) for each in oldest_first) == layers
        made = [
            (str(each.get("CreatedBy") or ""), float(each.get("Created") or 0) or None, told and bool(each.get("Size")))
            for each in oldest_first
        ]
    steps, number = [], 0
    for created_by, created, layer in made:
        number += layer
        steps.append(Step(as_written(created_by), created, number if layer else 0))
    return tuple(steps)


def _seconds(written: Any) -> float | None:
    try:
        return datetime.datetime.fromisoformat(str(written)).timestamp()
    except ValueError:
        return None
