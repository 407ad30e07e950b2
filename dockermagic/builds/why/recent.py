"""The builds of this process that can be asked what they would do now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dockermagic.errors import UsageError

if TYPE_CHECKING:
    from dockermagic.builds.model import Build
    from dockermagic.builds.why.expected import Expected

__all__ = ["ask", "last", "note", "of_image"]

Asker = Callable[[Sequence[str]], "Expected"]

MOST = 50
_known: list[tuple[Build, Asker]] = []


def note(build: Build, asker: Asker) -> None:
    """Remember a build, and how it is asked."""
    _known.append((build, asker))
    del _known[:-MOST]


def last() -> Build | None:
    """Give the newest build."""
    return _known[-1][0] if _known else None


def of_image(image_id: str) -> Build | None:
    """Give the newest build that made an image."""
    return next((build for build, _ in reversed(_known) if image_id and build.image_id == image_id), None)


def ask(build: Build, touched: Sequence[str] = ()) -> Expected:
    """Ask what a build would do now.

    Parameters:
        touched: files of the context that are taken to be changed.

    Raises:
        UsageError: the build was not made in this process.
    """
    for known, asker in reversed(_known):
        if known is build:
            return asker(touched)
    raise UsageError(
        "What this build would do now is not known: it was not made since the kernel started.",
        "Run its %%dockerfile cell again; or ask for a Dockerfile without building it: %%docker_predict",
    )
