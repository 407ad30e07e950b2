"""Real parts for tests: engines, base images, registries, command-line clients.

    places      where the rig keeps things, and how it speaks
    packages    Debian packages: installed, or unpacked beside the system
    processes   programs that the rig starts, and ends by their process id
    engines     the engine that is here, and private ones in namespaces of their own
    images      base images, pulled or made from Debian packages
    registry    real registries on loopback, open or with tokens (`tokens` is the token server)
    clients     the docker command line by version, with its own configuration
    sharing     base images on an engine that several test runs use at once
    leftovers   what an engine holds, compared before and after
    record      records the engines' event streams (`cases` are the Dockerfiles)

`python -m tests.rig` is the same by hand: install, up, down, run, check. `fixtures` is the same for pytest.
"""

from __future__ import annotations

from tests.rig.places import RigError

__all__ = ["RigError"]
