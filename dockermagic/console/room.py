"""Images for a room: get all that the course needs, from a registry or from one file, and write that file.

What is here already is not fetched again, so either can be interrupted and begun anew.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dockermagic import session
from dockermagic.engine import Engine
from dockermagic.engine.answers import ask, named
from dockermagic.errors import EngineError, UsageError

__all__ = ["IMAGES", "bundle", "get", "missing", "prefetch", "wanted"]

IMAGES = ("busybox:latest", "node:20-alpine", "postgres:15", "registry:2")
"""What the lessons use."""


def wanted(further: Sequence[str]) -> tuple[str, ...]:
    """Give the names of all images that are needed."""
    return tuple(dict.fromkeys((*IMAGES, *further)))


def missing(engine: Engine, images: Sequence[str]) -> list[str]:
    """Give those that are not on the engine.

    Raises:
        EngineError: it does not answer.
    """
    lacking = []
    for name in images:
        try:
            ask(engine, "GET", f"/images/{named(name)}/json")
        except EngineError as error:
            if error.status != 404:
                raise
            lacking.append(name)
    return lacking


def prefetch(asked: argparse.Namespace) -> int:
    """Get what is missing."""
    images = wanted(asked.image)
    get(session.CURRENT.engine, images, asked.archive)
    print(f"All {len(images)} images are here.")  # noqa: T201
    return 0


def get(engine: Engine, images: Sequence[str], archive: Path | None) -> None:
    """Get what an engine lacks, and say what is pulled.

    Parameters:
        archive: a file that `docker save` or `bundle` wrote, to take them from; None for the registry.

    Raises:
        UsageError: the file cannot be read, or lacks one.
        EngineError: one cannot be had.
    """
    from docker.errors import DockerException
    from requests import RequestException

    lacking = missing(engine, images)
    if lacking and archive is not None:
        try:
            with archive.open("rb") as file:
                for _ in engine.api.load_image(file):
                    pass
        except OSError as error:
            raise UsageError(f"{archive} cannot be read: {error.strerror}.", "dockermagic bundle writes such a file.") from error
        except (DockerException, RequestException) as error:
            raise EngineError(f"{archive} could not be loaded: {error}", "Write it anew: dockermagic bundle") from error
        lacking = missing(engine, lacking)
        if lacking:
            raise UsageError(f"The file does not have {', '.join(lacking)}.", "Write it anew: dockermagic bundle")
    for name in lacking:
        print(f"pulling {name}", flush=True)  # noqa: T201
        try:
            engine.api.pull(name)
        except (DockerException, RequestException) as error:
            hint = "Is there a network? Without one: --from FILE"
            raise EngineError(f"{name} could not be pulled: {getattr(error, 'explanation', None) or error}", hint) from error


def bundle(asked: argparse.Namespace) -> int:
    """Write all images into one file; it is there only when it is whole."""
    engine, images = session.CURRENT.engine, wanted(asked.image)
    lacking = missing(engine, images)
    if lacking:
        raise UsageError(f"Not here yet: {', '.join(lacking)}.", "dockermagic prefetch gets them.")
    target: Path = asked.output
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as new:
            try:
                api = engine.api
                answer = api.get(f"{api.base_url}{engine.path('/images/get')}", params={"names": list(images)}, stream=True)
                answer.raise_for_status()
                for piece in answer.iter_content(1 << 20):
                    new.write(piece)
            except BaseException:
                os.unlink(new.name)
                raise
        os.replace(new.name, target)
    except OSError as error:  # requests' errors are among them
        raise UsageError(f"{target} cannot be written: {error.strerror or error}.", "Name another file: -o FILE") from error
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB, {len(images)} images")  # noqa: T201
    return 0
