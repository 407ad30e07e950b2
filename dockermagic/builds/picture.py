"""The picture of a build: what `views.show` needs to draw one, live or saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dockermagic.builds.model import Build
from dockermagic.builds.scene import Memo, Scene, scene
from dockermagic.views.look import Look
from dockermagic.views.show import Line

if TYPE_CHECKING:
    from dockermagic.builds.markup import Drawn

__all__ = ["BuildDrawer", "bundle"]

_WIDTH = 100


def bundle(build: Build) -> dict[str, str]:
    """Give the MIME bundle of a build: markup that needs no script and no stylesheet, and text."""
    return BuildDrawer().bundle(build)


class BuildDrawer:
    """Draws one build again and again, and keeps what did not change. One for each view."""

    def __init__(self) -> None:
        self._memo = Memo()
        self._drawn: Drawn | None = None

    def html(self, build: Build, now: float) -> str:
        """Give the markup of the live view at `now`, seconds since the epoch; it needs the stylesheet of `views.look`."""
        from dockermagic.builds.markup import Drawn, markup

        if self._drawn is None:
            self._drawn = Drawn(Look(inline=False))
        return markup(self._scene(build, now), self._drawn)

    def text(self, build: Build, now: float, width: int) -> str:
        """Give the picture as text, `width` columns wide, without control codes."""
        return "\n".join("".join(piece for piece, _ in line).rstrip() for line in self.rows(build, now, width, 0))

    def rows(self, build: Build, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal; `height` 0 means all of them."""
        from dockermagic.builds.terminal import timeline

        return timeline(self._scene(build, now), width, height)

    def lines(self, old: Build | None, new: Build) -> Sequence[str]:
        """Give the plain lines that tell what happened between two models."""
        from dockermagic.builds.lines import told

        return told(old, new)

    def bundle(self, build: Build) -> dict[str, str]:
        """Give what stays in the saved notebook."""
        from dockermagic.builds.markup import Drawn, markup

        now = _last_moment(build)
        html = markup(self._scene(build, now), Drawn(Look(inline=True)))
        return {"text/html": html, "text/plain": self.text(build, now, _WIDTH)}

    def busy(self, build: Build) -> bool:
        """Say whether seconds go by in the picture."""
        return build.outcome is None and build.started is not None

    def _scene(self, build: Build, now: float) -> Scene:
        return scene(build, now, self._memo)


def _last_moment(build: Build) -> float:
    """Give the newest time that the build knows: a bundle made in the middle must not need a clock."""
    times = [time for step in build.steps for time in (step.started, step.finished) if time is not None]
    return max([build.finished or 0.0, build.started or 0.0, *times])
