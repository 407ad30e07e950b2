"""What is said of an image, row by row: every word, number and share, before it becomes markup or text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dockermagic.images.branches import Branch, branches, pruned
from dockermagic.images.given_away import Secret, secrets_of
from dockermagic.images.model import Image, Layer, Step
from dockermagic.images.stack import Change
from dockermagic.secrecy import masked_words
from dockermagic.views.hostile import one_line
from dockermagic.views.units import bytes_text, plural

__all__ = ["Row", "Scene", "scene", "summary"]

IN_ALL = 420
"""Branches of trees that are drawn in all; the rest is a question away."""

MOST_HIDING = 6
"""Hidden files that are named."""

_SIGNS = {"added": "+", "changed": "~", "rewritten": "=", "removed": "−"}


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the image's history, with its layer if it made one.

    `share`: of all bytes, 0 to 1. `counts`: how many paths it added, changed and removed, in words. `fate`: what became of its
    bytes; `effect`: what it took away from the layers below. `cut`: how many of its trees are left out.
    """

    step: Step
    layer: Layer | None = None
    instruction: str = ""
    size: str = ""
    share: float = 0.0
    counts: str = ""
    hidden: int = 0
    fate: str = ""
    effect: str = ""
    trees: tuple[Branch, ...] = ()
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture: `state` of "reading", "read", "interrupted" or "failed", title, what is said of it all, and the rows.

    `hidden`: what is said of hidden bytes; `hiding`: the largest of them, file by file.
    """

    state: str
    title: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]
    secrets: tuple[Secret, ...]
    repeats: tuple[tuple[str, str], ...]
    hidden: str = ""
    hiding: tuple[str, ...] = ()


def scene(image: Image) -> Scene:
    """Say all of an image that is known."""
    total = image.unpacked or 1
    known = [layer for layer in image.layers if image.changes(layer.number)]
    room = max(20, IN_ALL // max(1, len(known)))
    layers = {layer.number: layer for layer in image.layers}
    rows = [
        _row(image, step, layers.pop(step.layer), total, room)
        if step.layer in layers
        else Row(step, None, one_line(masked_words(step.instruction), 300))
        for step in image.steps
    ]
    rows += [_row(image, layer.step, layer, total, room) for layer in layers.values()]
    state = "read" if image.complete else "interrupted" if image.how == "interrupted" else "failed" if image.how else "reading"
    return Scene(
        state, image.name, facts(image), tuple(rows), secrets_of(image), _repeats(image), hidden_words(image), tuple(_hiding(image))
    )


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
    hides = sum(change.hidden for change in changes)
    trees = branches(changes)
    drawn = pruned(trees, room)
    return Row(
        step,
        layer,
        one_line(masked_words(step.instruction), 300) or "(not told)",
        bytes_text(layer.size) if layer.size is not None else "",
        (layer.size or 0) / total,
        _counts(changes) if layer.files is not None else "not read yet",
        hidden,
        _fate(layer, hidden),
        f"hides {bytes_text(hides)} of the layers below; the image gets no smaller" if hides else "",
        tuple(drawn),
        len(trees) - len(drawn),
    )


def _counts(changes: tuple[Change, ...]) -> str:
    numbers = {kind: sum(change.kind == kind for change in changes) for kind in _SIGNS}
    return " ".join(f"{_SIGNS[kind]}{number:,}" for kind, number in numbers.items() if number) or "no files"


def _fate(layer: Layer, hidden: int) -> str:
    """Say what of a layer's bytes later layers hid."""
    if not hidden:
        return ""
    return "all of it hidden by later layers" if hidden == layer.size else f"{bytes_text(hidden)} of it hidden by later layers"


def hidden_words(image: Image) -> str:
    """Explain hidden bytes by this very image."""
    if not image.complete:
        return ""
    if not image.hidden:
        return "Nothing is hidden: no layer overwrites or removes what a layer below holds."
    share = 100 * image.hidden / max(1, image.unpacked)
    return (
        f"{bytes_text(image.hidden)} of {bytes_text(image.unpacked)} ({share:.0f} %) are hidden: later layers overwrote or removed "
        "these files. A layer never changes again, so their bytes are still pulled, pushed and stored with the image, and no "
        "container sees them."
    )


def _hiding(image: Image) -> Iterator[str]:
    """Yield the largest hidden files: what they are, where they lie, and what hid them."""
    found = [
        (change, layer) for layer in image.layers for change in image.changes(layer.number) if change.hidden and image.complete
    ]
    for change, layer in sorted(found, key=lambda each: -each[0].hidden)[:MOST_HIDING]:
        how = "removed" if change.kind == "removed" else "written again" if "content" not in change.what else "overwritten"
        how = f"copied for a new {' and '.join(change.what)}" if change.what and "content" not in change.what else how
        where = "/" if change.before is not None and change.before.kind == "directory" else ""
        yield one_line(f"/{change.path}{where}: {bytes_text(change.hidden)}, {how} in layer {layer.number}", 300)


def _repeats(image: Image) -> tuple[tuple[str, str], ...]:
    if not image.complete:
        return ()
    return tuple(
        (one_line(f"/{repeat.path}", 200), f"{repeat.times} times, {bytes_text(repeat.bytes)} in all")
        for repeat in image.waste.repeats[:12]
        if repeat.bytes
    )
