"""Which instruction a vertex of BuildKit's belongs to: "[build 2/5] RUN make" → a step.

The count alone does not tell: a WORKDIR at / has no vertex but is counted in the total; triggers that the base image brings
along (ONBUILD) shift the count, Engine 20.10 leaves them out of the total and newer ones write ONBUILD before them. So the
text has the last word. Seen on Engine 20.10.24: "[2/4] RUN trigger" … "[6/4] RUN own".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from dockermagic.builds.dockerfile import Dockerfile, Instruction
from dockermagic.builds.plan import LAYERS, layer_steps, needed_stages, resolve_stages

__all__ = ["LayerIndex", "twin_steps"]

DIGEST_BLIND = frozenset({"CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "STOPSIGNAL", "VOLUME"})
"""Instructions that change nothing in the vertices below them."""

_VARIABLE = re.compile(r"\$(?:\{[^}]*\}|\w+|.)")
_NOISE = re.compile(r"[^\w./=:@-]+")


class LayerIndex:
    """Finds the step of a numbered vertex.

    Parameters:
        dockerfile: what is built; `build_args`: build arguments, which may decide what a FROM names.
    """

    def __init__(self, dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None) -> None:
        self._froms: dict[int, int] = {}
        self._layers: dict[int, list[tuple[int, Instruction]]] = {stage.index: [] for stage in dockerfile.stages}
        self._first = {stage.source.index: int(stage.pulls) for stage in resolve_stages(dockerfile, build_args)}
        self._expected = {place: k for (_, k), place in layer_steps(dockerfile, build_args).items()}
        for place, instruction in enumerate(dockerfile.instructions):
            if instruction.keyword == "FROM":
                self._froms[instruction.stage] = place
            elif instruction.keyword in LAYERS and instruction.stage >= 0:
                self._layers[instruction.stage].append((place, instruction))

    def find(self, stage: int, k: int, text: str, *, trigger: bool = False) -> int | None:
        """Give the step of the vertex "[stage k/n] text".

        Parameters:
            stage: the index of the stage; `k`: its place within the stage, from 1; `text`: what follows the bracket.
            trigger: it stands where the base's triggers do, so being like an instruction is not enough to be it.
        Returns:
            the index of the step; that of the stage's FROM for a trigger of its base; None when there is no such stage.
        """
        layers = self._layers.get(stage)
        if layers is None:
            return None
        word = text.partition(" ")[0].upper()
        if word in ("ONBUILD", "FROM"):
            return self._froms[stage]
        reach = k - self._first[stage]
        fitting = []
        workdirs = 0
        for number, (place, instruction) in enumerate(layers, 1):
            # A layer cannot come earlier than it stands, save for each WORKDIR above it, which may have no vertex.
            if number - workdirs <= reach and _fits(instruction, text):
                fitting.append((abs(k - self._expected.get(place, 0)), place))
            workdirs += instruction.keyword == "WORKDIR"
        if fitting:
            return min(fitting)[1]
        if not trigger and 0 < reach <= len(layers) and _alike(layers[reach - 1][1], text):
            return layers[reach - 1][0]
        return self._froms[stage]


def _fits(instruction: Instruction, text: str) -> bool:
    """Whether the vertex's text can be this instruction with its variables replaced; a heredoc's body is left open."""
    word, _, rest = text.partition(" ")
    if word.upper() != instruction.keyword:
        return False
    written = " ".join((*instruction.flags, instruction.arguments))
    shape = ".*".join(re.escape(_NOISE.sub("", piece)) for piece in _VARIABLE.split(written))
    tail = ".*" if instruction.heredocs or "<<" in written else ""
    return re.fullmatch(shape + tail, _NOISE.sub("", rest), re.DOTALL) is not None


def _alike(instruction: Instruction, text: str) -> bool:
    word, _, rest = text.partition(" ")
    if word.upper() != instruction.keyword:
        return False
    matcher = SequenceMatcher(None, instruction.arguments[:400], rest[:400], autojunk=False)
    return matcher.quick_ratio() > 0.7 and matcher.ratio() > 0.7


def twin_steps(dockerfile: Dockerfile, target: str = "", build_args: Mapping[str, str] | None = None) -> dict[int, tuple[int, ...]]:
    """Find the steps that share one vertex.

    BuildKit does equal work once: two stages FROM the same image have one vertex for both FROMs, under the name of one of them,
    and so have the instructions below as long as they are equal. What is said of one step is true of its twins.

    Returns:
        step index -> the other steps of its vertex.
    """
    needed = needed_stages(dockerfile, target, build_args)
    ends: dict[int, tuple[object, ...]] = {}
    groups: dict[tuple[object, ...], list[int]] = {}
    for stage in resolve_stages(dockerfile, build_args):
        index = stage.source.index
        chain: tuple[object, ...] = (stage.base, stage.source.platform)
        if stage.parent is not None:
            chain = ends[stage.parent]
        for place, instruction in enumerate(dockerfile.instructions):
            if instruction.stage != index or instruction.keyword in DIGEST_BLIND:
                continue
            if instruction.keyword != "FROM":
                chain = (hash(chain), instruction.keyword, instruction.flags, instruction.arguments, instruction.heredocs)
            elif not stage.pulls:
                continue
            if index in needed:
                groups.setdefault(chain, []).append(place)
        ends[index] = chain
    return {
        place: tuple(other for other in group if other != place) for group in groups.values() if len(group) > 1 for place in group
    }
