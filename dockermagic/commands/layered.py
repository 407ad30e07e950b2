"""What names an image on a line: a name, a variable, `IMAGE:LAYER`; and the Dockerfile's lines of an image built here."""

from __future__ import annotations

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.measure import chain
from dockermagic.builds.model import Build
from dockermagic.builds.why import recent
from dockermagic.commands.call import Call
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.images.history import with_lines
from dockermagic.images.model import Image
from dockermagic.images.open import with_steps

__all__ = ["built", "kept", "named_layer", "with_own_lines"]


def kept(call: Call, name: str) -> Image | str | None:
    """Give what a variable of this name holds: an image, or the ID of a build's image; None when it holds neither.

    Raises:
        UsageError: it holds a build that made no image.
    """
    found = call.shell.user_ns.get(name) if call.shell is not None and name.isidentifier() else None
    if isinstance(found, Build):
        if not found.image_id:
            raise UsageError(f"The build {name} made no image.", "Look at how it ended: put its name alone in a cell.")
        return next((tag for tag in found.tags if _is(call, tag, found.image_id)), found.image_id)
    return found if isinstance(found, Image) else None


def _is(call: Call, name: str, image_id: str) -> bool:
    try:
        return bool(call.ask("GET", f"/images/{named(name)}/json")["Id"] == image_id)
    except EngineError:
        return False


def named_layer(call: Call, name: str) -> tuple[str, int]:
    """Take `IMAGE[:LAYER]` apart: a number after the last colon is a layer unless there is an image of that whole name.

    Returns:
        the image's name, and the layer's number, 0 for none.
    """
    head, colon, tail = name.rpartition(":")
    if not colon or not head or not tail.isdecimal() or len(tail) > 4 or kept(call, name) is not None:
        return name, 0
    if kept(call, head) is not None:
        return head, int(tail)
    try:
        call.ask("GET", f"/images/{named(name)}/json")
    except EngineError as error:
        if error.status not in (400, 404):  # 400: the name as a whole is none
            raise
        try:
            call.ask("GET", f"/images/{named(head)}/json")
        except EngineError:
            return name, 0
        return head, int(tail)
    return name, 0


def built(image: Image) -> Build | None:
    """Give the build of this session that made an image."""
    return recent.of_image(image.id)


def with_own_lines(image: Image) -> Image:
    """Give the image with the lines of its Dockerfile, if this session has built it."""
    build = built(image)
    if build is None or any(step.line for step in image.steps):
        return image
    dockerfile = read_dockerfile(build.dockerfile)
    written = [
        (dockerfile.instructions[step].keyword, dockerfile.instructions[step].line) for step in chain(dockerfile, build.target)
    ]
    return with_steps(image, with_lines(image.steps, written))
