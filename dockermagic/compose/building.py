"""Building the services of a project through our own build path: in parallel, one timeline a service."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dockermagic.builds.model import Build
from dockermagic.builds.run import run_build
from dockermagic.compose.build_section import BuildSection, image_of, read_build
from dockermagic.compose.errors import ComposeFailed
from dockermagic.errors import BuildCancelled, DockerMagicError
from dockermagic.interrupts import Interrupts

if TYPE_CHECKING:
    from dockermagic.engine import Engine

__all__ = ["build_services", "to_build"]

TICK = 0.05


def to_build(
    config: Mapping[str, Any], engine: Engine, version: str, wanted: Sequence[str], *, always: bool
) -> list[BuildSection] | None:
    """Give what has to be built before `up`; None if Compose has to build something by itself.

    Parameters:
        wanted: the services that were named; none of them for all.
        always: also what has an image already.
    """
    found: list[BuildSection] = []
    for name, service in config.get("services", {}).items():
        if not service.get("build") or (wanted and name not in _with_needed(config, wanted)):
            continue
        if not always and service.get("pull_policy") != "build" and _there(engine, image_of(config, name)):
            continue
        section = read_build(config, name, version)
        if section is None:
            return None
        found.append(section)
    return found


def _with_needed(config: Mapping[str, Any], wanted: Sequence[str]) -> set[str]:
    """Give the named services, and those that they depend on."""
    waiting, found = list(wanted), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += (config["services"].get(name) or {}).get("depends_on") or {}
    return found


def _there(engine: Engine, image: str) -> bool:
    from docker.errors import DockerException, ImageNotFound

    try:
        engine.api.inspect_image(image)
    except ImageNotFound:
        return False
    except (DockerException, OSError):
        return True  # whoever uses it will say what is wrong
    return True


class _View:
    """Takes a build's pictures in the thread that builds; stops the build when somebody has interrupted."""

    def __init__(self, tell: Callable[[Build], None], stopped: threading.Event) -> None:
        self._tell, self._stopped = tell, stopped
        self._next = 0.0

    def update(self, model: Build) -> None:
        """Pass a newer build on, ten times a second at most."""
        self.tick()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            self._tell(model)

    def tick(self) -> None:
        """Stop the build, if it shall stop."""
        if self._stopped.is_set():
            raise KeyboardInterrupt

    def close(self, model: Build) -> None:
        """Pass the last one on."""
        self._tell(model)


def build_services(
    sections: Sequence[BuildSection], engine: Engine, tell: Callable[[str, Build], None], tick: Callable[[], object]
) -> bool:
    """Build services at the same time, and say whether it was interrupted.

    Parameters:
        tell: takes a service and its build, from threads.
        tick: is called at least ten times a second, in the calling thread.

    Raises:
        ComposeFailed: a build failed; the others are stopped.
    """
    stopped = threading.Event()
    errors: dict[str, BaseException] = {}

    def build(section: BuildSection) -> None:
        try:
            run_build(_with_text(section), engine, _View(lambda build: tell(section.service, build), stopped))
        except BuildCancelled:
            pass
        except BaseException as error:
            errors[section.service] = error
            stopped.set()

    with Interrupts() as interrupts:
        threads = [threading.Thread(target=build, args=(each,), name="dockermagic build", daemon=True) for each in sections]
        for thread in threads:
            thread.start()
        while alive := [thread for thread in threads if thread.is_alive()]:
            if interrupts.count:
                stopped.set()
            alive[0].join(TICK)
            tick()
    if errors:
        raise _failed(errors)
    return bool(interrupts.count)


def _with_text(section: BuildSection) -> Any:
    if not section.path:
        return section.request
    path = os.path.join(section.request.context or ".", section.request.dockerfile_path)
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as error:
        raise ComposeFailed(
            f"The Dockerfile of {section.service} cannot be read: {path}: {error.strerror}.",
            "Write it there, or name another one with build: dockerfile:",
        ) from error
    request = section.request
    inside = not os.path.relpath(path, request.context or ".").startswith("..")
    return replace(request, dockerfile=text, dockerfile_path=request.dockerfile_path if inside else "")


def _failed(errors: Mapping[str, BaseException]) -> BaseException:
    service, error = next(iter(errors.items()))
    if not isinstance(error, DockerMagicError):
        return error
    named = " and ".join(errors)
    return ComposeFailed(f"The build of {named} failed, so nothing was started. {service}: {error.message}", error.hint)
