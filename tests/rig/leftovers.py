"""What an engine holds, compared before and after: tests leave nothing, and take nothing that is not theirs.

On a private engine, and in CI, nobody else is at work, so every difference counts. On a shared engine a difference counts when
it carries a mark of ours: a label `dev.dockermagic.…` or a name that `TAG` begins; the rest is told, since others may be at work.
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

MARK = "dev.dockermagic."


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an engine holds, as kind and id (for a tag: its name), with the labels."""

    things: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def missing_from(self, other: Holdings) -> list[tuple[str, str]]:
        """Name what is here and not there."""
        return sorted(set(self.things) - set(other.things))


def take_stock(engine: Engine) -> Holdings:
    """List an engine's containers, networks, volumes, images and tags."""
    api, found = engine.client().api, Holdings()
    for container in api.containers(all=True):
        found.things["container", container["Id"]] = container.get("Labels") or {}
    for network in api.networks():
        found.things["network", network["Id"]] = network.get("Labels") or {}
    for volume in api.volumes().get("Volumes") or []:
        found.things["volume", volume["Name"]] = volume.get("Labels") or {}
    for image in api.images(all=True):
        labels = image.get("Labels") or {}
        found.things["image", image["Id"]] = labels
        for tag in image.get("RepoTags") or []:
            if tag != "<none>:<none>":
                found.things["tag", tag] = labels
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
        marked = any(label.startswith(MARK) for label in after.things[kind, name]) or TAG in name
        (ours if strict or marked else others).append(f"left: {kind} {name}")
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
