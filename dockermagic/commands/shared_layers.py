"""`%docker_layers` alone: which images stand on which layers."""

from __future__ import annotations

from typing import Any

from dockermagic.commands.answering import Desk, answered
from dockermagic.commands.call import Call
from dockermagic.commands.hints import for_image
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError
from dockermagic.images.history import steps_of
from dockermagic.images.sharing import Held, Sharing, Standing
from dockermagic.images.shelf import Shelf
from dockermagic.secrecy import masked_words

__all__ = ["shared"]


def shared(call: Call) -> Any:
    """Show the images that are named, else all of the engine, on their layers."""
    return answered(call, "asking for all images and what they take", lambda desk: _look(desk, _ids(call)))


def _ids(call: Call) -> tuple[str, ...]:
    """Give the IDs of the images that are named.

    Raises:
        EngineError: one of them is not there; says what looks alike.
    """
    found = []
    for name in call.names:
        try:
            found.append(str(call.ask("GET", f"/images/{named(name)}/json")["Id"]))
        except EngineError as error:
            raise EngineError(error.message, for_image(call, error, name), status=error.status) from error
    return tuple(found)


def _look(desk: Desk, only: tuple[str, ...]) -> Sharing:
    usage = desk.call.ask("GET", "/system/df", patience=None)
    told = usage.get("Images") or ()
    counted = usage.get("LayersSize")
    if counted is None:
        counted = (usage.get("ImageUsage") or {}).get("TotalSize")
    images = []
    for number, item in enumerate(told, 1):
        desk.tell(f"asking for image {number} of {len(told)}")
        try:
            images.append(_standing(desk.call, item))
        except EngineError as error:
            if error.status != 404:  # removed meanwhile
                raise
    if counted is None:
        return Sharing(tuple(images), only=only)
    return Sharing(tuple(images), int(counted), int(counted) - sum(map(_used, told)), only)


def _used(item: dict[str, Any]) -> int:
    """Give what `docker system df` takes an image in use to need. Source: docker/cli formatter/disk_usage.go, Reclaimable."""
    size, common = int(item.get("Size") or 0), int(item.get("SharedSize") or 0)
    return size - common if item.get("Containers") and common >= 0 else 0


def _standing(call: Call, item: dict[str, Any]) -> Standing:
    image_id = str(item["Id"])
    diff_ids = [str(each) for each in (call.ask("GET", f"/images/{named(image_id)}/json").get("RootFS") or {}).get("Layers") or ()]
    history = call.ask("GET", f"/images/{named(image_id)}/history") or []
    steps = steps_of(history, {}, len(diff_ids), Shelf().flags(image_id) or ())
    sizes = [int(each.get("Size") or 0) for each in reversed(history)]
    made = {step.layer: (size, step.instruction) for step, size in zip(steps, sizes, strict=True) if step.layer}
    layers = []
    for number in range(1, len(diff_ids) + 1):
        size, instruction = made.get(number, (None, ""))
        layers.append(Held(tuple(diff_ids[:number]), size, masked_words(instruction)))
    names = tuple(str(each) for each in item.get("RepoTags") or () if each != "<none>:<none>")
    return Standing(image_id, names, int(item.get("Size") or 0), tuple(layers), max(0, int(item.get("Containers") or 0)))
