"""An image as a view draws it: live, saved, in a terminal, as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockermagic.images.markup import draw
from dockermagic.images.model import Image
from dockermagic.images.scene import scene, summary
from dockermagic.images.terminal import lines_of
from dockermagic.views.look import Look
from dockermagic.views.show import Line
from dockermagic.views.units import bytes_text

__all__ = ["ImageDrawer", "bundle"]


class ImageDrawer:
    """Draws an image."""

    def html(self, model: Image, now: float) -> str:
        """Give the markup of the live view."""
        return draw(scene(model), model.command, Look(inline=False))

    def bundle(self, model: Image) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        return bundle(model)

    def text(self, model: Image, now: float, width: int) -> str:
        """Give the picture as text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in lines_of(scene(model), width))

    def rows(self, model: Image, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the lines that fit a terminal."""
        lines = lines_of(scene(model), width)
        return lines[:height] if height else lines

    def lines(self, old: Image | None, new: Image) -> Sequence[str]:
        """Give what is new, as lines."""
        known = {layer.number for layer in old.layers if layer.files is not None} if old is not None else set()
        told = [
            f"layer {layer.number}: {bytes_text(layer.size or 0)}"
            for layer in new.layers
            if layer.files is not None and layer.number not in known
        ]
        return told + ([summary(new)] if new.finished is not None and (old is None or old.finished is None) else [])

    def busy(self, model: Image) -> bool:
        """Nothing in it changes with time alone."""
        return False


def bundle(image: Image) -> dict[str, str]:
    """Give an image's MIME bundle for a saved notebook."""
    return {
        "text/html": draw(scene(image), image.command, Look(inline=True)),
        "text/plain": ImageDrawer().text(image, 0.0, 100),
    }
