"""`%docker_compare` of images."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dockermagic.builds.model import Build
from dockermagic.commands.answering import Desk, answered
from dockermagic.commands.call import Call
from dockermagic.errors import EngineError, UsageError
from dockermagic.images.comparison import ImageComparison, compare_images
from dockermagic.images.model import Image

__all__ = ["compare", "means_images"]

MOST_IMAGES = 6


def means_images(call: Call) -> bool:
    """Say whether what is named on the line are images: neither kept builds, nor Dockerfiles."""
    return all(_may_be_image(call, name) for name in call.names)


def _may_be_image(call: Call, name: str) -> bool:
    found = call.shell.user_ns.get(name) if call.shell is not None else None
    if isinstance(found, Image):
        return True
    if isinstance(found, Build | str):
        return False
    return not Path(os.path.expanduser(name)).exists() and not (call.folder / name).exists()


def compare(call: Call) -> Any:
    """Compare two images or more.

    Raises:
        UsageError: one of them is not there, or there are too many.
    """
    if len(call.names) > MOST_IMAGES:
        raise UsageError(f"More than {MOST_IMAGES} images are too many for one table.", "Leave some out.")

    def find(desk: Desk) -> ImageComparison:
        images = []
        for name in call.names:
            try:
                images.append(desk.image(name))
            except EngineError as error:
                if error.status not in (400, 404):
                    raise
                raise UsageError(
                    f"{name} is neither a build, nor a Dockerfile, nor an image that is here.",
                    error.hint or "Keep a build with %%dockerfile --as NAME, or pull the image: %docker pull",
                ) from error
        return compare_images(images)

    return answered(call, "reading", find)
