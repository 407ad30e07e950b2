"""What is said of an image, row by row: every word, number and share, before it becomes markup or text."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.images.branches import Branch, branches, pruned
from dockermagic.images.model import Image, Layer, Step
from dockermagic.images.stack import Change
from dockermagic.views.hostile import one_line
from dockermagic.views.units import bytes_text, plural

__all__ = ["Row", "Scene", "scene", "summary"]

IN_ALL = 420
"""Branches of trees that are drawn in all; the rest is a question away."""

_SIGNS = {"added": "+", "changed": "~", "rewritten": "=", "removed": "−"}


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the image's history, with its layer if it made one.

    `share`: of all bytes, 0 to 1. `counts`: how many paths it added, changed and removed, in words. `fate`: what became of its
    bytes. `cut`: how many of its trees are left out.
    """

    step: Step
    layer: Layer | None = None
    instruction: str = ""
    size: str = ""
    share: float = 0.0
    counts: str = ""
    hidden: int = 0
    fate: str = ""
    trees: tuple[Branch, ...] = ()
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture: `state` of "reading", "read", "interrupted" or "failed", title, what is said of it all, and the rows."""

    state: str
    title: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]
    secrets: tuple[tuple[str, str], ...]
    repeats: tuple[tuple[str, str], ...]


def scene(image: Image) -> Scene:
    """Say all of an image that is known."""
    total = image.unpacked or 1
    known = [layer for layer in image.layers if image.changes(layer.number)]
    room = max(20, IN_ALL // max(1, len(known)))
    layers = {layer.number: layer for layer in image.layers}
    rows = [
        _row(image, step, layers.pop(step.layer), total, room)
        if step.layer in layers
        else Row(step, None, one_line(step.instruction, 300))
        for step in image.steps
    ]
    rows += [_row(image, layer.step, layer, total, room) for layer in layers.values()]
    state = "read" if image.complete else "interrupted" if image.how == "interrupted" else "failed" if image.how else "reading"
    return Scene(state, image.name, facts(image), tuple(rows), _secrets(image), _repeats(image))


def facts(image: Image) -> tuple[str, ...]:
    """Give what is said of the image as a whole."""
    said = [plural(len(image.layers), "layer"), image.platform]
    if not image.complete:
        come = f", {bytes_text(image.received)} received" if image.received else ""
        return (*said, f"{bytes_text(image.size)} as the engine counts{come}")
    said.append(f"{bytes_text(image.unpacked)} unpacked")
    packed = [layer.files.packed for layer in image.layers if layer.files is not None and layer.files.packed is not None]
    if packed and len(packed) == len(image.layers):
        said.append(f"{bytes_text(sum(packed))} compressed")
    said.append(f"{bytes_text(image.hidden)} hidden" if image.hidden else "nothing hidden")
    return (*(each for each in said if each), f"efficiency {100 * image.efficiency:.3g} %")


def summary(image: Image) -> str:
    """Say an image in one line."""
    return ", ".join((one_line(image.name, 100), *facts(image)))


def _row(image: Image, step: Step, layer: Layer, total: int, room: int) -> Row:
    changes = image.changes(layer.number)
    hidden = image.stacked.hidden[layer.number - 1] if changes else 0
    trees = branches(changes)
    drawn = pruned(trees, room)
    return Row(
        step,
        layer,
        one_line(step.instruction, 300) or "(not told)",
        bytes_text(layer.size) if layer.size is not None else "",
        (layer.size or 0) / total,
        _counts(changes) if layer.files is not None else "not read yet",
        hidden,
        f"{bytes_text(hidden)} of it hidden by later layers" if hidden else "",
        tuple(drawn),
        len(trees) - len(drawn),
    )


def _counts(changes: tuple[Change, ...]) -> str:
    numbers = {kind: sum(change.kind == kind for change in changes) for kind in _SIGNS}
    return " ".join(f"{_SIGNS[kind]}{number:,}" for kind, number in numbers.items() if number) or "no files"


def _secrets(image: Image) -> tuple[tuple[str, str], ...]:
    """Say where something looks like a secret, and whether a container still sees the file."""
    said = []
    for number, finding in image.findings:
        node = image.stacked.top.find(finding.path)
        gone = node is None or node.entry is None or node.layer != number - 1
        place = f"/{finding.path}" + (f", line {finding.line}" if finding.line else "")
        fate = ": gone for a container, but still in the layer" if gone else ""
        said.append((f"layer {number}", one_line(f"{place}: {finding.rule}{fate}", 300)))
    return tuple(said)


def _repeats(image: Image) -> tuple[tuple[str, str], ...]:
    if not image.complete:
        return ()
    return tuple(
        (one_line(f"/{repeat.path}", 200), f"{repeat.times} times, {bytes_text(repeat.bytes)} in all")
        for repeat in image.waste.repeats[:12]
        if repeat.bytes
    )
