"""What an image gives away, said in words: where, what, whether a container still sees it, and what to do instead."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.images.entries import Finding
from dockermagic.images.model import Image
from dockermagic.images.secrets import Given
from dockermagic.views.hostile import one_line

__all__ = ["MENDS", "Secret", "secrets_of"]

MENDS = {
    "copied": "List it in .dockerignore: what is not in the context cannot be copied.",
    "made": "Give it to the one RUN that needs it: RUN --mount=type=secret,id=…; a file removed later stays in its layer.",
    "environment": "Hand it to the container when it starts: docker run -e NAME, or --env-file.",
    "build argument": "Build arguments stay in the history. Use RUN --mount=type=secret,id=…",
    "instruction": "Instructions stay in the history. Use RUN --mount=type=secret,id=…",
    "label": "Labels are for everybody to read. Leave it out.",
}


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that looks like a secret, in words.

    `layer`: the number of the layer that holds it, 0 when the configuration or history does; `mend`: what to do instead.
    `finding`, `given`: what it was found as, one of them.
    """

    layer: int
    place: str
    what: str
    fate: str
    mend: str
    finding: Finding | None = None
    given: Given | None = None


def secrets_of(image: Image) -> tuple[Secret, ...]:
    """Give all that an image gives away, values masked."""
    said = []
    for number, finding in image.findings:
        node = image.stacked.top.find(finding.path)
        gone = node is None or node.entry is None or node.layer != number - 1
        place = f"/{finding.path}" + (f", line {finding.line}" if finding.line else "")
        fate = "gone for a container, but still in the layer" if gone else "a container sees it"
        instruction = image.layers[number - 1].step.instruction.partition(" ")[0]
        mend = MENDS["copied" if instruction in ("COPY", "ADD") else "made"]
        said.append(Secret(number, one_line(place, 200), one_line(finding.rule, 80), fate, mend, finding))
    for given in image.given:
        place = {"environment": "ENV", "label": "LABEL", "build argument": "ARG"}.get(given.where, "history")
        fate = "docker inspect shows it" if given.where in ("environment", "label") else "docker history shows it"
        said.append(Secret(0, place, one_line(given.name, 120), fate, MENDS[given.where], None, given))
    return tuple(said)
