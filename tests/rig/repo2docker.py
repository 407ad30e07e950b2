"""repo2docker itself, on this repository: it makes a pod's image from `binder/`, with its own Dockerfile and its own entry point.

Two things of it cannot be had without their registries, and have stand-ins: the image that it stands on (a root of the same Ubuntu,
made with debootstrap), and conda's environment (one of Ubuntu's own Python, in the same place and the same user's).
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.rig import clients, roots
from tests.rig.engines import Engine
from tests.rig.places import CACHE, ROOT, RigError, say

PROGRAM = "jupyter-repo2docker==2026.4.0"
BELOW = "buildpack-deps:24.04"
"""The image that it stands on."""
USER = "jovyan"
ENVIRONMENT = """#!/bin/bash
set -e
python3 -m venv ${NB_PYTHON_PREFIX}
chown -R ${NB_USER}:${NB_USER} ${CONDA_DIR}
"""
TRUSTS = "/etc/ssl/certs/ca-certificates.crt"


def _program() -> Path:
    """Give an environment with repo2docker, whose conda is replaced."""
    folder = CACHE / "repo2docker"
    mark = folder / ".made-of"
    wanted = f"{PROGRAM} {sys.version} {ENVIRONMENT}"
    if not mark.exists() or mark.read_text() != wanted:
        say("installing repo2docker (half a minute, once)")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(folder / "bin/pip"), "install", "--quiet", PROGRAM], check=True, stdin=subprocess.DEVNULL)
        (conda,) = folder.glob("lib/python3*/site-packages/repo2docker/buildpacks/conda")
        (conda / "install-base-env.bash").write_text(ENVIRONMENT)
        (conda / "activate-conda.sh").write_text("")
        mark.write_text(wanted)
    return folder / "bin/repo2docker"


def _put_below(engine: Engine, given: dict[Path, str], environment: dict[str, str]) -> None:
    """Put the image that repo2docker stands on there: Ubuntu's root, with files that a builder elsewhere would fetch."""
    client = engine.client()
    trusted = dict.fromkeys(("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), TRUSTS)
    lines = [f"FROM {roots.put(client, 'ubuntu')}", *(f"COPY {Path(inside).name} {inside}" for inside in given.values())]
    lines += [f"ENV {name}={value}" for name, value in {**environment, **trusted}.items()]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, inside in given.items():
            tar.add(path, Path(inside).name)
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text := "\n".join(lines).encode())
        tar.addfile(entry, io.BytesIO(text))
    packed.seek(0)
    client.images.build(fileobj=packed, custom_context=True, tag=BELOW, rm=True, forcerm=True)


def image(engine: Engine, wheel: Path, course: Path) -> str:
    """Have repo2docker make an image of what is committed, and give its id.

    Parameters:
        wheel: the embedded engine's, for the package index does not have it yet.
        course: the course's images, for there is no registry.

    Raises:
        RigError: it fails; says how it ended.
    """
    program, docker, client = _program(), clients.new(engine.url), engine.client()
    given = {wheel: f"/opt/{wheel.name}", course: f"/opt/{course.name}", roots.BUNDLE: TRUSTS}
    _put_below(engine, given, {"DOCKERMAGIC_ENGINE": given[wheel], "DOCKERMAGIC_IMAGES": given[course]})
    name = "dm-test-binder-repo2docker:latest"
    command = [str(program), "--no-run", "--user-id", "1000", "--user-name", USER, "--image-name", name]
    variables = {**docker.environment, "PATH": f"{docker.program.parent}:{os.environ['PATH']}"}
    try:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], stdout=subprocess.PIPE, check=True)
            with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
                tar.extractall(folder, filter="data")
            made = subprocess.run(
                [*command, folder], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=variables, check=False
            )
    finally:
        for gone in (BELOW, roots.tag("ubuntu")):
            client.images.remove(gone, force=True)
    if made.returncode:
        raise RigError(f"repo2docker failed: {(made.stdout + made.stderr)[-2500:]}")
    found = client.images.get(name)
    return str(found.id)
