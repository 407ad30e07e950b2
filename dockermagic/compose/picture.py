"""The picture of a stack: what `views.show` needs to draw one, live or saved."""

from __future__ import annotations

import time
from collections.abc import Sequence

from dockermagic.compose.lines import told
from dockermagic.compose.markup import markup
from dockermagic.compose.model import Stack
from dockermagic.compose.scene import last_moment, scene
from dockermagic.compose.terminal import picture
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.show import Line

__all__ = ["StackDrawer"]

_WIDTH = 100


class StackDrawer:
    """Draws a stack.

    Parameters:
        progress: another picture of the same stack follows, so what stays of this one is only what Compose did.
        following: it is that other picture.
    """

    def __init__(self, *, progress: bool = False, following: bool = False) -> None:
        self._progress, self._following = progress, following
        self.options = {"progress": progress, "following": following}
        self._look = Look(inline=False)

    def html(self, stack: Stack, now: float) -> str:
        """Give the markup of the live view at `now`, seconds since the epoch."""
        return markup(scene(stack, now, live=not self._progress), self._look, without_tasks=self._following)

    def text(self, stack: Stack, now: float, width: int) -> str:
        """Give the picture as text, `width` columns wide, without control codes."""
        return "\n".join("".join(piece for piece, _ in line).rstrip() for line in self.rows(stack, now, width, 0))

    def rows(self, stack: Stack, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal; `height` 0 means all of them."""
        return picture(scene(stack, now), width, height)

    def lines(self, old: Stack | None, new: Stack) -> Sequence[str]:
        """Give the plain lines that tell what happened between two models."""
        return told(old, new)

    def bundle(self, stack: Stack) -> dict[str, str]:
        """Give what stays in the saved notebook."""
        found = scene(stack, last_moment(stack), live=False)
        html = markup(found, Look(inline=True), only_tasks=self._progress, without_tasks=self._following)
        if self._progress:
            did = [f"{each.subject} {each.text}" for each in stack.tasks]
            built = [f"build of {name}: {build.outcome or 'going on'}" for name, build in stack.builds]
            return {"text/html": html, "text/plain": "\n".join(one_line(line, _WIDTH) for line in [*built, *did]) or "up"}
        return {"text/html": html, "text/plain": self.text(stack, last_moment(stack), _WIDTH)}

    def busy(self, stack: Stack) -> bool:
        """Say whether the picture changes with time alone: the chart's axis grows while services come up."""
        return stack.ended is None and time.time() - stack.began < 3600
