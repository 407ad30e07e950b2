"""`%docker_layers`: an image opened, layer by layer; and what it gives away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dockermagic.commands.answering import Desk, answered, quietly, stand_revealed
from dockermagic.commands.call import Call, Verb
from dockermagic.commands.follow import Change, follow_work, in_notebook
from dockermagic.commands.hints import for_image
from dockermagic.commands.layer_browser import LayerBrowser
from dockermagic.commands.layered import kept, with_own_lines
from dockermagic.commands.shared_layers import shared
from dockermagic.commands.stage_flow import stage_flow
from dockermagic.engine.http import Exchange
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.images.model import Image
from dockermagic.images.open import open_image
from dockermagic.images.picture import ImageDrawer
from dockermagic.images.revealing import GivenAway, given_away, wanted
from dockermagic.views import shown

__all__ = ["LAYERS", "opened"]


def opened(call: Call, name: str) -> Image:
    """Open an image, and show it while it is read.

    Raises:
        EngineError: there is no such image; says what looks alike.
        KeyboardInterrupt: somebody interrupted; what was read stays shown, and is not read again.
    """
    known = kept(call, name)
    if isinstance(known, Image):
        return known
    name = known or name

    def work(hold: Callable[[Exchange], None], put: Callable[[Change], None]) -> None:
        open_image(call.engine, name, hold=hold, seen=lambda image: put(lambda _, now: with_own_lines(image)))

    view = LayerBrowser(call) if in_notebook(call) else None
    try:
        image = follow_work(call, work, Image(name, "", started=time.time()), ImageDrawer(), view)
    except EngineError as error:
        raise EngineError(error.message, error.hint or for_image(call, error, name), status=error.status) from error
    if image.how == "interrupted":
        raise KeyboardInterrupt
    return image


def _layers(call: Call) -> Any:
    if call.on("reveal") and not call.on("secrets"):
        raise UsageError("--reveal goes with --secrets.", "%docker_layers IMAGE --secrets --reveal")
    alone = call.on("secrets") or call.on("stages")
    if call.on("shared") or not call.names:
        if alone:
            raise UsageError("--secrets and --stages look into one image.", "%docker_layers IMAGE --secrets")
        return shared(call)
    if len(call.names) > 1:
        raise UsageError("%docker_layers opens one image.", "Several are put side by side with %docker_layers --shared A B")
    if call.on("stages"):
        return answered(call, "asking for the stages", lambda desk: stage_flow(desk, call.names[0]))
    if call.on("secrets"):
        return _secrets(call)
    image = opened(call, call.names[0])
    if not isinstance(kept(call, call.names[0]), Image):
        shown.mark(image)
    return image


def _secrets(call: Call) -> Any:
    """Show what the image gives away; with --reveal the values, in the live picture only."""

    def find(desk: Desk) -> GivenAway:
        image = desk.image(call.names[0])
        return given_away(image, desk.read(image, wanted(image)) if call.on("reveal") else None)

    if not call.on("reveal"):
        return answered(call, "reading", find)
    answer = quietly(call, find)
    stand_revealed(call, answer)
    return answer


LAYERS = Verb(
    ("layers",),
    Command(
        "%docker_layers",
        "[OPTIONS] [IMAGE…]",
        "Open an image: what each layer holds, what made it, what it changed, and what is carried along for nothing.",
        (
            Flag("secrets", kind="bool", ours=True, help="Show what the image gives away, values masked, and what to do instead."),
            Flag("shared", kind="bool", ours=True, help="Show which layers images share: those that are named, or all."),
            Flag("stages", kind="bool", ours=True, help="Of a build that was kept: what each stage made, and what of it went on."),
            Flag("reveal", kind="bool", ours=True, help="With --secrets: show the values, in the live picture only, never saved."),
        ),
        examples=(
            Example("%docker_layers my-app:1", "every layer with its files"),
            Example("%docker_layers", "all images: which layers they share, and what a prune would free"),
            Example("%docker_layers my-app:1 --secrets", "what it gives away, in layers, ENV, ARG and LABEL"),
            Example("%docker_layers build --stages", "of a build kept with --as build: what each stage made, what stayed behind"),
            Example("%docker_layers my-app:1 --as image", "and keep it: image.changes(3), image.hidden, image.findings"),
        ),
        notes=(
            "The engine gives the image out once; what was read of a layer is remembered, so that a shared base is read once.",
            "Files that look like secrets are named, also those that a later layer removed; their values are not shown.",
        ),
    ),
    _layers,
)
