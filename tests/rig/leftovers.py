"""What an engine holds, compared before and after: tests leave nothing, and take nothing that is not theirs.

On a private engine, and in CI, nobody else is at work, so every difference counts. On a shared engine a difference counts when
its name says that it is this run's; the rest is told, since others may be at work there.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field

from docker.errors import APIError, NotFound

from tests.rig.engines import Engine

RUN = f"{os.getpid()}-{secrets.token_hex(3)}"
TAG = f"dm-test-{RUN}"
"""The beginning of every image name that this run of the tests makes."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an engine holds: kind and id, and the name where it has one."""

    things: dict[tuple[str, str], str] = field(default_factory=dict)

    def missing_from(self, other: Holdings) -> list[tuple[str, str]]:
        """Name what is here and not there: its kind, and its name or else its id."""
        return sorted((kind, name or id) for (kind, id), name in self.things.items() if (kind, id) not in other.things)


def take_stock(engine: Engine) -> Holdings:
    """List an engine's containers, networks, volumes, images and tags."""
    api, found = engine.client().api, Holdings()
    for container in api.containers(all=True):
        found.things["container", container["Id"]] = " ".join(container.get("Names") or [])
    for network in api.networks():
        found.things["network", network["Id"]] = network["Name"]
    for volume in api.volumes().get("Volumes") or []:
        found.things["volume", volume["Name"]] = volume["Name"]
    for image in api.images(all=True):
        tags = [tag for tag in image.get("RepoTags") or [] if tag != "<none>:<none>"]
        found.things["image", image["Id"]] = ""
        found.things.update({("tag", tag): tag for tag in tags})
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """How two stocktakings differ: what counts against the tests, and what may be others' doing."""

    ours: list[str]
    others: list[str]


def compare(before: Holdings, after: Holdings, *, strict: bool) -> Difference:
    """Compare what an engine held with what it holds.

    Parameters:
        strict: nobody but the tests was at work, so every difference is theirs.
    """
    ours: list[str] = []
    others: list[str] = []
    for kind, name in after.missing_from(before):
        (ours if strict or TAG in name else others).append(f"left: {kind} {name}")
    for kind, name in before.missing_from(after):
        (ours if strict else others).append(f"gone: {kind} {name}")
    return Difference(ours, others)


def remove_tagged(engine: Engine, beginning: str) -> None:
    """Remove the images that the tests named."""
    api = engine.client().api
    for image in api.images():
        for tag in image.get("RepoTags") or []:
            if beginning in tag:
                remove_image(engine, tag)


def remove_image(engine: Engine, image: str) -> None:
    """Remove an image by name or id; one that is gone already is no error."""
    try:
        engine.client().api.remove_image(image, force=True)
    except (NotFound, APIError) as error:
        if not isinstance(error, NotFound) and "image not known" not in str(error):
            raise
