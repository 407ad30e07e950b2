"""`%docker_layers`: an image opened, layer by layer; and `%docker_files`: what stands in them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dockermagic.commands.call import Call, Verb
from dockermagic.commands.follow import Change, follow_work
from dockermagic.commands.hints import for_image
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError
from dockermagic.flags import Command, Example
from dockermagic.images.model import Image
from dockermagic.images.open import open_image
from dockermagic.images.picture import ImageDrawer
from dockermagic.views import shown

__all__ = ["LAYERS", "opened"]


def opened(call: Call, name: str) -> Image:
    """Open an image, and show it while it is read.

    Raises:
        EngineError: there is no such image; says what looks alike.
        KeyboardInterrupt: somebody interrupted; what was read stays shown, and is not read again.
    """

    def work(hold: Callable[[Exchange], None], put: Callable[[Change], None]) -> None:
        open_image(call.engine, name, hold=hold, seen=lambda image: put(lambda _, now: image))

    try:
        image = follow_work(call, work, Image(name, "", started=time.time()), ImageDrawer())
    except EngineError as error:
        raise EngineError(error.message, error.hint or for_image(call, error, name), status=error.status) from error
    if image.how == "interrupted":
        raise KeyboardInterrupt
    return image


def _layers(call: Call) -> Any:
    image = opened(call, call.names[0])
    shown.mark(image)
    return image


LAYERS = Verb(
    ("layers",),
    Command(
        "%docker_layers",
        "IMAGE",
        "Open an image: what each layer holds, what made it, what it changed, and what is carried along for nothing.",
        (),
        least=1,
        most=1,
        examples=(
            Example("%docker_layers my-app:1", "every layer with its files"),
            Example("%docker_layers my-app:1 --as image", "and keep it: image.changes(3), image.hidden, image.findings"),
        ),
        notes=(
            "The engine gives the image out once; what was read of a layer is remembered, so that a shared base is read once.",
            "Files that look like secrets are named, also those that a later layer removed; their values are not shown.",
        ),
    ),
    _layers,
)
