"""The labels that tell what notebooks have made from everything else on an engine."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KERNEL", "NOTEBOOK", "VERSION", "container_made_by", "made_by"]

NOTEBOOK = "dev.dockermagic.notebook"
"""The name of the notebook."""

KERNEL = "dev.dockermagic.kernel"
"""Which run of its kernel; only on containers, networks and volumes, never on images."""

VERSION = "dev.dockermagic.version"
"""The version of dockermagic."""


def made_by(labels: Mapping[str, str] | None) -> str:
    """Give the notebook that made what has these labels; empty when none did."""
    return (labels or {}).get(NOTEBOOK, "")


def container_made_by(labels: Mapping[str, str] | None) -> str:
    """Give the notebook that made the container with these labels; empty when none did.

    A container inherits its image's labels. So one that somebody else starts from a notebook's image has the notebook's name too,
    and only the label that no image has tells whose it is.
    """
    return made_by(labels) if KERNEL in (labels or {}) else ""
