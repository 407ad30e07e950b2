"""An image's history, in a Dockerfile's words: which instruction made which layer.

1. The image's configuration says of every entry whether it made a layer (`empty_layer`). The engine's own answer
   (`GET /images/{name}/history`) leaves that out, so without the configuration it is told by the sizes, and only if they tell:
   as many entries with a size, or else of an instruction that makes layers, as there are layers.
2. The classic builder and Podman write a shell command with `#(nop)` where nothing was run; BuildKit writes the instruction, and
   for RUN the shell that ran it. Build arguments stand in front of a command: their values are left out.

Source: OCI image-spec config.md, "history".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dockermagic.images.model import Step

__all__ = ["as_written", "layer_flags", "steps_of", "with_lines"]

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


def steps_of(
    history: Sequence[Mapping[str, Any]], config: Mapping[str, Any], layers: int, made_layers: Sequence[bool] = ()
) -> tuple[Step, ...]:
    """Give the steps that made an image, the first one first.

    Parameters:
        history: `GET /images/{name}/history`, the newest first; `config`: the image's configuration, empty when it is not known.
        layers: how many layers the image has.
        made_layers: which entries of the configuration's history made a layer, where that is known from before.
    """
    written = config.get("history")
    if isinstance(written, list) and sum(not each.get("empty_layer") for each in written) == layers:
        made = [(str(each.get("created_by") or ""), _seconds(each.get("created")), not each.get("empty_layer")) for each in written]
    else:
        oldest_first = list(reversed(history))
        flags = _flags(oldest_first, layers, made_layers)
        made = [
            (str(each.get("CreatedBy") or ""), float(each.get("Created") or 0) or None, flag)
            for each, flag in zip(oldest_first, flags, strict=True)
        ]
    steps, number = [], 0
    for created_by, created, layer in made:
        number += layer
        steps.append(Step(as_written(created_by), created, number if layer else 0))
    return tuple(steps)


def layer_flags(config: Mapping[str, Any]) -> tuple[bool, ...]:
    """Give which entries of a configuration's history made a layer: all that has to be kept of it, and no secret."""
    written = config.get("history")
    return tuple(not each.get("empty_layer") for each in written) if isinstance(written, list) else ()


def _flags(oldest_first: Sequence[Mapping[str, Any]], layers: int, known: Sequence[bool]) -> Sequence[bool]:
    """Tell which entries made a layer: as it is known, else by their sizes, else also by their words; if none fits, none did."""
    sized = [bool(each.get("Size")) for each in oldest_first]
    worded = [
        size or as_written(str(each.get("CreatedBy") or "")).startswith(("RUN ", "COPY ", "ADD ", "WORKDIR "))
        for each, size in zip(oldest_first, sized, strict=True)
    ]
    for flags in (known, sized, worded):
        if len(flags) == len(oldest_first) and sum(flags) == layers:
            return flags
    return [False] * len(oldest_first)


def with_lines(steps: Sequence[Step], written: Sequence[tuple[str, int]]) -> tuple[Step, ...]:
    """Give the steps with their lines in the Dockerfile that made the image.

    Both are walked from the end, as `builds.measure` does it: an entry is an instruction's when it is of its kind; labels that
    nobody wrote are passed over; what is left is the base image's, and gets FROM's line.

    Parameters:
        written: the keyword and line of each instruction that the image is made of, the newest first, down to its FROM.
    """
    found, place = list(steps), len(steps) - 1
    for keyword, line in written:
        if keyword == "FROM":
            continue
        while place >= 0 and _keyword(found[place]) != keyword and _keyword(found[place]) in ("LABEL", "ONBUILD"):
            place -= 1
        if place < 0 or _keyword(found[place]) != keyword:
            return tuple(found)
        found[place] = replace(found[place], line=line)
        place -= 1
    if written and written[-1][0] == "FROM":
        found[: place + 1] = [replace(step, line=written[-1][1]) for step in found[: place + 1]]
    return tuple(found)


def _keyword(step: Step) -> str:
    return step.instruction.partition(" ")[0]


def _seconds(written: Any) -> float | None:
    try:
        return datetime.datetime.fromisoformat(str(written)).timestamp()
    except ValueError:
        return None
