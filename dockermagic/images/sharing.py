"""Which images stand on which layers, and why the sizes of `docker images` do not add up.

1. A layer is the same only on the same layers below it: what counts is the chain of diff IDs up to it, as the engine stores them.
2. A layer's bytes are those that an image's history tells; they are known where the history says which entry made which layer.
3. `docker images` shows every image with all of its layers, so a shared layer is counted once an image; the disk has it once.
4. A prune frees the layers on which only images stand that are pruned: `docker image prune` those without a name, with `-a` all
   that no container uses. What the build cache still needs stays until it is pruned as well: that is not an image's.

Source: moby image/rootfs.go (ChainID), daemon/disk_usage.go ("SharedSize", "LayersSize").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from dockermagic.images.answers import Answer
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.table import CAPTION, CELL, ROW, TABLE
from dockermagic.views.theme import INK
from dockermagic.views.units import bytes_text, plural

__all__ = ["Held", "Sharing", "Standing"]

WHY = "A layer that several images stand on is listed with each of them, and stored once: on disk they take"
CACHE = "Layers that the build cache needs stay until it is pruned, too: docker builder prune."
RECLAIMABLE = "It also counts layers that images in use share with others; those cannot go."
LEGEND = "Green, hatched: a layer that other images stand on as well. Blue: this image's own. Point at one to see whose it is."
_BAR = "display:inline-block;height:12px;min-width:2px"


@dataclass(frozen=True, slots=True)
class Held:
    """A layer on its chain: `chain` of diff IDs up to it; `size` in bytes, None where it is not told; `made`: its instruction."""

    chain: tuple[str, ...]
    size: int | None
    made: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An image on its layers. `size`: as the engine counts. `containers`: how many use it."""

    id: str
    names: tuple[str, ...]
    size: int
    layers: tuple[Held, ...]
    containers: int = 0

    @property
    def title(self) -> str:
        """Its names, or the beginning of its ID."""
        return ", ".join(self.names) or self.id.removeprefix("sha256:")[:12]


@dataclass(frozen=True)
class Sharing(Answer):
    """The images of an engine on their layers.

    `counted`: bytes of all layers as `docker system df` counts them, and what it calls `reclaimable`; None when the engine does
    not tell. `only`: the IDs of the images to show; all of them if there is none.
    """

    images: tuple[Standing, ...]
    counted: int | None = None
    reclaimable: int | None = None
    only: tuple[str, ...] = ()

    def users(self, chain: tuple[str, ...]) -> tuple[Standing, ...]:
        """Give the images that stand on a layer."""
        return tuple(image for image in self.images if any(layer.chain == chain for layer in image.layers))

    @property
    def shown(self) -> tuple[Standing, ...]:
        """The images that are shown."""
        return tuple(image for image in self.images if image.id in self.only or not self.only)

    @property
    def listed(self) -> int:
        """What the sizes of all images add up to, in bytes."""
        return sum(image.size for image in self.shown)

    @property
    def stored(self) -> int:
        """Bytes of all layers, each once; those whose size is not told count as none."""
        return sum({layer.chain: layer.size or 0 for image in self.shown for layer in image.layers}.values())

    @property
    def told(self) -> bool:
        """Whether the size of every layer is told."""
        return all(layer.size is not None for image in self.images for layer in image.layers)

    def alone(self, image: Standing) -> int:
        """Give the bytes of the layers on which nothing but this image stands: what removing it frees."""
        return self.freed([image])

    def freed(self, pruned: Sequence[Standing]) -> int:
        """Give the bytes that are freed when images are removed together."""
        gone = {image.id for image in pruned}
        kept = {layer.chain for image in self.images if image.id not in gone for layer in image.layers}
        lost = {layer.chain: layer.size or 0 for image in pruned for layer in image.layers if layer.chain not in kept}
        return sum(lost.values())

    @property
    def unnamed(self) -> tuple[Standing, ...]:
        """What `docker image prune` removes: images without a name that no container uses."""
        return tuple(image for image in self.images if not image.names and not image.containers)

    @property
    def unused(self) -> tuple[Standing, ...]:
        """What `docker image prune -a` removes: images that no container uses."""
        return tuple(image for image in self.images if not image.containers)

    def sentences(self) -> tuple[str, ...]:
        """Say why the sizes do not add up, and what a prune would free."""
        count = plural(len(self.shown), "image")
        lists = f"These are {count}" if self.only else f"docker images lists {count}"
        said = [f"{lists}; their sizes add up to {bytes_text(self.listed)}. {WHY} {bytes_text(self.stored)}."]
        if self.only:
            return tuple(said)
        if self.counted is not None:
            same = abs(self.counted - self.stored) <= max(1000, self.counted // 100)
            more = ", the same" if same else ": it also has what belongs to no listed image, or counts otherwise"
            said.append(f"docker system df counts {bytes_text(self.counted)}{more}.")
        unnamed, unused = plural(len(self.unnamed), "image"), plural(len(self.unused), "image")
        said.append(
            f"docker image prune would remove {unnamed} without a name, and free {bytes_text(self.freed(self.unnamed))}; "
            f"with -a {unused} that no container uses, and free {bytes_text(self.freed(self.unused))}. {CACHE}"
        )
        if self.reclaimable is not None and abs(self.reclaimable - self.freed(self.unused)) > max(1000, self.reclaimable // 100):
            said.append(f"docker system df calls {bytes_text(self.reclaimable)} reclaimable. {RECLAIMABLE}")
        if not self.told:
            said.append("Of some layers the size is not told, since the image's history does not say which entry made which layer.")
        return tuple(said)

    def ordered(self) -> tuple[Standing, ...]:
        """Give the images so that those on the same layers stand together."""
        return tuple(sorted(self.shown, key=lambda image: ([layer.chain[-1] for layer in image.layers], image.title)))

    def html(self, *, live: bool = False) -> str:
        """Give the markup: a row an image, its layers side by side, shared ones hatched."""
        look = Look(inline=not live)
        most = max((image.size for image in self.shown), default=1) or 1
        heads = ("Image", "Listed", "Its own", "Containers", "Layers, the lowest at the left")
        rows = [
            h.tr(style=ROW)[
                h.th(scope="row", style=CELL)[one_line(image.title, 100)],
                h.td(style=CELL)[bytes_text(image.size)],
                h.td(style=CELL)[bytes_text(self.alone(image))],
                h.td(style=CELL)[str(image.containers or "")],
                h.td(style=CELL)[self._bars(image, most)],
            ]
            for image in self.ordered()
        ]
        return str(
            h.section(look("root"), aria_label="Images and the layers they share")[
                [h.p(look("remark"))[sentence] for sentence in self.sentences()],
                h.table(style=TABLE)[
                    h.caption(style=CAPTION)["Images and their layers"],
                    h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in heads)]],
                    h.tbody[rows],
                ],
                h.p(look("muted"))[LEGEND],
            ]
        )

    def _bars(self, image: Standing, most: int) -> h.Node:
        return h.div(style="white-space:nowrap")[(self._bar(layer, most) for layer in image.layers if layer.size)]

    def _bar(self, layer: Held, most: int) -> h.Node:
        users = self.users(layer.chain)
        ink = INK["ran"] if len(users) == 1 else INK["cached"]
        fill = ink if len(users) == 1 else f"repeating-linear-gradient(45deg,{ink} 0 4px,transparent 4px 7px)"
        width = max(2, round(320 * (layer.size or 0) / most))
        style = f"{_BAR};width:{width}px;background:{fill};border:1px solid {ink};margin-right:2px"
        with_whom = ", ".join(one_line(user.title, 60) for user in users[:8])
        return h.span(style=style, title=f"{bytes_text(layer.size or 0)}, {one_line(layer.made, 100)}; in {with_whom}")

    def text(self, width: int = 100) -> str:
        """Give it as text."""
        from dockermagic.views.table import Table

        rows = [
            (
                one_line(image.title, 60),
                bytes_text(image.size),
                bytes_text(self.alone(image)),
                str(image.containers or ""),
                f"{sum(len(self.users(layer.chain)) > 1 for layer in image.layers)} of {len(image.layers)}",
            )
            for image in self.ordered()
        ]
        table = Table("Images and their layers", ("Image", "Listed", "Its own", "Containers", "Shared layers"), tuple(rows))
        return "\n".join([*self.sentences(), "", table.text()])
