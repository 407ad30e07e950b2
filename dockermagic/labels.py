"""The labels that tell what notebooks have made from everything else on an engine."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KERNEL", "NOTEBOOK", "PLACE", "VERSION", "container_made_by", "made_by", "whose"]

NOTEBOOK = "dev.dockermagic.notebook"
"""The name of the notebook."""

KERNEL = "dev.dockermagic.kernel"
"""Which run of its kernel; only on containers, networks and volumes, never on images."""

PLACE = "dev.dockermagic.place"
"""Which notebook of that name: several people, or folders, have one. Where it is known, and never on images."""

VERSION = "dev.dockermagic.version"
"""The version of dockermagic."""


def made_by(labels: Mapping[str, str] | None) -> str:
    """Give the notebook that made what has these labels; empty when none did."""
    return (labels or {}).get(NOTEBOOK, "")


def whose(labels: Mapping[str, str]) -> list[str]:
    """Give the labels, as NAME=VALUE, by which a notebook knows what it has made itself."""
    return [f"{name}={labels[name]}" for name in (NOTEBOOK, PLACE) if name in labels]


def container_made_by(labels: Mapping[str, str] | None, image: Mapping[str, str] | None = None) -> str:
    """Give the notebook that made the container with these labels; empty when none did.

    A container inherits its image's labels. So one that somebody else starts from a notebook's image has the notebook's name too,
    and only the label that images lack tells whose it is. An image that was made of a notebook's container (docker commit) has even
    that; then it tells nothing.

    Parameters:
        image: the labels of the container's image, where they are known.
    """
    kernel = (labels or {}).get(KERNEL)
    return made_by(labels) if kernel is not None and kernel != (image or {}).get(KERNEL) else ""
