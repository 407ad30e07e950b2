"""Whether pictures are drawn for a room: bigger, with fewer words, and moving more slowly.

`%config DockerMagic.presentation = True` decides it, for what is drawn from then on. What is left out is only hidden: an element
with the look "secondary" has no place in the picture, and comes back when the same markup is drawn without.
"""

from __future__ import annotations

import re

__all__ = ["SCALE", "present", "presenting", "scaled"]

SCALE = 1.35
"""How much bigger everything is."""

_PIXELS = re.compile(r"(?<![\w.#-])(\d+(?:\.\d+)?)px")
_ON: list[bool] = [False]


def present(on: bool) -> None:
    """Draw for a room from now on, or as usual."""
    _ON[0] = on


def presenting() -> bool:
    """Say whether pictures are drawn for a room."""
    return _ON[0]


def scaled(rules: str) -> str:
    """Give rules of CSS with their sizes as big as a room needs them; lines of one pixel stay."""
    return _PIXELS.sub(lambda found: found[0] if found[1] == "1" else f"{float(found[1]) * SCALE:.4g}px", rules)
