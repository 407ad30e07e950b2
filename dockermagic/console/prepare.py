"""Make the disk that private engines of this installation begin with, with images on it.

It is for the image of a pod, or for a machine of many: what is on it is there from the first second, no registry is asked, and no
learner has a copy. Engines that had begun with an earlier one begin anew. Only guests begin with it: where you may start a dockerd
of the machine's own (as root, or with user namespaces), that one is taken, and keeps its images itself.
"""

from __future__ import annotations

import argparse

from dockermagic.console.room import get, wanted
from dockermagic.engine.embedded import need, prepare
from dockermagic.engine.embedded.sizes import gigabytes
from dockermagic.errors import UsageError

__all__ = ["run"]


def run(asked: argparse.Namespace) -> int:
    """Make it."""
    images, path = tuple(dict.fromkeys(asked.images)) or wanted(()), prepare.target()
    try:
        size = gigabytes(asked.disk)
    except ValueError as error:
        raise UsageError(f"--disk {asked.disk}: {error}.", "--disk 8g") from error
    with prepare.preparing(path, size, need.to_stdout) as engine:
        get(engine, images, asked.archive)
    print(f"{path}: {', '.join(images)}; {path.stat().st_blocks * 512 / 1e6:.0f} MB")  # noqa: T201
    return 0
