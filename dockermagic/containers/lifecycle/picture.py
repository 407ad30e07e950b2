"""The picture of containers: what `views` needs to draw one, live or saved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockermagic.containers.lifecycle.scene import scene
from dockermagic.containers.lifecycle.stopping import waits
from dockermagic.containers.model import Containers
from dockermagic.views.look import Look
from dockermagic.views.show import Line

if TYPE_CHECKING:
    from dockermagic.containers.lifecycle.markup import Drawn

__all__ = ["ContainersDrawer", "bundle"]

_WIDTH = 110


def bundle(containers: Containers) -> dict[str, str]:
    """Give the MIME bundle of containers: markup that needs no script and no stylesheet, and text."""
    return ContainersDrawer().bundle(containers)


class ContainersDrawer:
    """Draws the containers of one view again and again, and keeps what did not change. One for each view.

    Parameters:
        front: the container's program is run in front: what it prints comes first.
    """

    def __init__(self, *, front: bool = False) -> None:
        self._front = front
        self.options = {"front": front}
        self._drawn: Drawn | None = None

    def html(self, containers: Containers, now: float) -> str:
        """Give the markup of the live view at `now`, seconds since the epoch; it needs the stylesheet of `views.look`."""
        from dockermagic.containers.lifecycle.markup import Drawn, markup

        if self._drawn is None:
            self._drawn = Drawn(Look(inline=False))
        return markup(scene(containers, now, front=self._front), self._drawn)

    def text(self, containers: Containers, now: float, width: int) -> str:
        """Give the picture as text, `width` columns wide, without control codes."""
        return "\n".join("".join(piece for piece, _ in line).rstrip() for line in self.rows(containers, now, width, 0))

    def rows(self, containers: Containers, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal; `height` 0 means all of them."""
        from dockermagic.containers.lifecycle.terminal import picture

        return picture(scene(containers, now), width, height)

    def lines(self, old: Containers | None, new: Containers) -> Sequence[str]:
        """Give the plain lines that tell what happened between two models."""
        from dockermagic.containers.lifecycle.lines import told

        return told(old, new)

    def bundle(self, containers: Containers) -> dict[str, str]:
        """Give what stays in the saved notebook."""
        from dockermagic.containers.lifecycle.markup import Drawn, markup

        now = last_moment(containers)
        html = markup(scene(containers, now, live=False, front=self._front), Drawn(Look(inline=True)))
        return {"text/html": html, "text/plain": self.text(containers, now, _WIDTH)}

    def busy(self, containers: Containers) -> bool:
        """Say whether seconds go by in the picture: only while a stop is waited for."""
        now = time.time()
        return containers.lost is None and any(waits(each, now) for each in containers)


def last_moment(containers: Containers) -> float:
    """Give the newest time that the containers know: a saved picture must not need a clock."""
    times = [moment.time for each in containers for moment in each.history]
    times += [each.inspected for each in containers if each.inspected is not None]
    return max(times, default=0.0)
