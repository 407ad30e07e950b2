"""An image on its way to or from a registry: model, and how the engine's messages change it.

Source: POST /images/create and POST /images/{name}/push, a stream of JSON messages: `id` is a layer, `status` what happens to it,
`progressDetail` how far it is; one without layer speaks of the whole; `error` ends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from dockermagic.views.shown import ShownOnce

__all__ = ["Layer", "Transfer", "changed"]

LayerState = Literal["waiting", "moving", "unpacking", "done", "there", "mounted"]
_STATES: tuple[tuple[str, LayerState], ...] = (
    ("Already exists", "there"),
    ("Layer already exists", "there"),
    ("Mounted from", "mounted"),
    ("Downloading", "moving"),
    ("Pushing", "moving"),
    ("Download complete", "unpacking"),
    ("Verifying Checksum", "unpacking"),
    ("Extracting", "unpacking"),
    ("Pull complete", "done"),
    ("Pushed", "done"),
)
_DIGEST = re.compile(r"[Dd]igest: (sha256:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer on its way: `current` of `total` bytes, None while unknown; `told` is the engine's own word for its state."""

    id: str
    state: LayerState = "waiting"
    current: int = 0
    total: int | None = None
    told: str = ""


@dataclass(frozen=True)
class Transfer(ShownOnce):
    """An image on its way.

    Parameters:
        image: its name; `command`: "docker pull …".
        layers: in the order in which the engine named them.
        digest: what names the very bytes, once it is known; `status`: the engine's last word on the whole.
        started, finished: seconds since the epoch; `how`: "" while it goes on, then "ended", "interrupted" or the error.
    """

    image: str
    command: str
    direction: Literal["pull", "push"]
    started: float
    layers: tuple[Layer, ...] = ()
    digest: str = ""
    status: str = ""
    finished: float | None = None
    how: str = ""
    messages: tuple[str, ...] = ()

    @property
    def moved(self) -> int:
        """Bytes that went over the network."""
        return sum(layer.current for layer in self.layers if layer.state in ("moving", "unpacking", "done"))

    def ended(self, now: float, how: str) -> Transfer:
        """Give it at its end."""
        return replace(self, finished=now, how=how)


def changed(transfer: Transfer, message: Mapping[str, Any]) -> Transfer:
    """Give the transfer after one message of the engine."""
    status, identifier = str(message.get("status") or ""), str(message.get("id") or "")
    digest = _DIGEST.search(status)
    pushed = message.get("aux")
    if digest or (isinstance(pushed, Mapping) and pushed.get("Digest")):
        transfer = replace(transfer, digest=digest[1] if digest else str(pushed["Digest"]))  # type: ignore[index]  # as just seen
    state = next((state for beginning, state in _STATES if status.startswith(beginning)), None)
    if not identifier or (state is None and not status.startswith(("Pulling fs layer", "Waiting", "Preparing", "Retrying"))):
        return replace(transfer, status=status, messages=(*transfer.messages, status)[-50:]) if status else transfer
    known = next((layer for layer in transfer.layers if layer.id == identifier), None)
    layer = _moved(known or Layer(identifier), state or "waiting", status, message.get("progressDetail"))
    if known is None:
        return replace(transfer, layers=(*transfer.layers, layer))
    return replace(transfer, layers=tuple(layer if each is known else each for each in transfer.layers))


def _moved(layer: Layer, state: LayerState, status: str, detail: Any) -> Layer:
    current, total = layer.current, layer.total
    if state == "moving" and isinstance(detail, Mapping):
        current = _number(detail.get("current"), current)
        total = _number(detail.get("total"), total or 0) or None
    if state in ("unpacking", "done") and total:
        current = total
    return replace(layer, state=state, current=current, total=total, told=status)


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and value >= 0 else otherwise
