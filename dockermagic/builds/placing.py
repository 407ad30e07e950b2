"""Which of BuildKit's vertices belongs to which instruction.

BuildKit speaks of vertices, not of instructions. What belongs to what:

1. "[stage k/n] …" is the k-th instruction of that stage that makes a layer, an external FROM counting as one.
   When k runs beyond what the Dockerfile accounts for, the surplus are ONBUILD triggers of the base image, which run right
   after FROM; they are FROM's. BuildKit announces a stage's vertices in one message, so the surplus is known before any starts.
   (n is no help: it counts a WORKDIR that has no vertex, and leaves triggers out.) The text behind the bracket decides the rest.
2. "[internal] …", "exporting …" and the loading of a syntax frontend belong to no instruction: they are phases.
   An error while loading an image's metadata is the FROM's that asks for the image.
3. Any other vertex (an image or URL that COPY --from, RUN --mount or ADD reads) belongs to the first instruction that has it as
   an input.
4. A vertex may come in any order and several times; the last word counts. ENV, CMD, LABEL… have none.
5. Two stages that begin alike share their vertices, which bear the name of one of them; the like steps of the other one ended
   as those did.
6. A FROM "ran" when layers of it were transferred; else its image was there and it is "cached".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.layers import LayerIndex
from dockermagic.builds.plan import layer_steps, resolve_stages

NUMBERED = re.compile(r"\[(?:(?P<platform>[a-z0-9]+/\S+) )?(?:(?P<stage>\S+) )? *(?P<k>\d+)/(?P<n>\d+)\] ")
PHASES: tuple[tuple[str, ev.Phase], ...] = (
    ("[internal] load metadata", "metadata"),
    ("[internal] load build context", "context"),
    ("[internal] load remote build context", "context"),
    ("[internal] load", "definition"),
    ("[internal] settings", "definition"),
    ("resolve image config for", "definition"),
    ("docker-image://", "definition"),
    ("[auth]", "metadata"),
    ("exporting", "export"),
    ("importing cache", "metadata"),
)


class Places:
    """Places vertices by their names.

    Parameters:
        dockerfile, build_args: what is built; build arguments may decide what a FROM names.
    """

    def __init__(self, dockerfile: Dockerfile, build_args: Mapping[str, str] | None = None) -> None:
        stages = resolve_stages(dockerfile, build_args)
        froms = {each.stage: place for place, each in enumerate(dockerfile.instructions) if each.keyword == "FROM"}
        self._index = LayerIndex(dockerfile, build_args)
        self._stages = {stage.name: stage.index for stage in dockerfile.stages}
        self._bases = [(stage.base, froms[stage.source.index]) for stage in stages if stage.pulls]
        self._first = {stage.source.index: int(stage.pulls) for stage in stages}
        self._surplus = {stage.index: 0 for stage in dockerfile.stages}
        for stage, _ in layer_steps(dockerfile, build_args):
            self._surplus[stage] -= 1
        self._expected = {stage: -missing for stage, missing in self._surplus.items()}

    def announce(self, name: str) -> None:
        """Take note of how many layers a stage really has, before any of its vertices is placed."""
        match = NUMBERED.match(name)
        stage = self._stage(match) if match is not None else None
        if match is not None and stage in self._surplus:
            self._surplus[stage] = max(self._surplus[stage], int(match["k"]) - self._expected[stage])

    def place(self, name: str) -> tuple[int | None, ev.Phase | None]:
        """Give the step or the phase that a vertex belongs to; neither when its name does not tell."""
        numbered = NUMBERED.match(name)
        if numbered is not None:
            return self._numbered(numbered, name[numbered.end() :]), None
        return None, next((phase for prefix, phase in PHASES if name.startswith(prefix)), None)

    def asks_for(self, image: str) -> int | None:
        """Give the FROM that asks for an image, by BuildKit's full name of it."""
        wanted = [step for base, step in self._bases if _same_image(base, image)]
        return next(iter(wanted or [step for _, step in self._bases]), None)

    def _stage(self, match: re.Match[str]) -> int | None:
        return 0 if match["stage"] is None else self._stages.get(match["stage"].lower())

    def _numbered(self, match: re.Match[str], text: str) -> int | None:
        stage, k = self._stage(match), int(match["k"])
        if stage is None or stage not in self._surplus:
            return None
        triggers = max(self._surplus[stage], 0)
        first_own = self._first[stage] + triggers + 1
        return self._index.find(stage, k - triggers if k >= first_own else k, text, trigger=self._first[stage] < k < first_own)


def _same_image(base: str, image: str) -> bool:
    """Whether a FROM's text and BuildKit's full name mean one image."""
    base = base if "/" in base else f"library/{base}"
    base = base if base.count("/") > 1 or "." in base.split("/")[0] or ":" in base.split("/")[0] else f"docker.io/{base}"
    return image in (base, f"{base}:latest")
