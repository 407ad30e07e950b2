"""The `docker build` command that does what a request does."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from dockermagic.builds.request import BuildRequest, Secret

OURS = "dev.dockermagic."


def docker_command(request: BuildRequest, folder: str) -> str:
    """Give the command, ready to be pasted into a shell that stands in `folder`.

    The Dockerfile of a cell travels as a here-document; labels that dockermagic puts on what it makes are left out.

    Parameters:
        request: the build.
        folder: the working directory that paths are made relative to.
    """
    context = "-" if request.context is None else relative(request.context, folder)
    words = ["docker", "build", *_flags(request, folder)]
    if request.write:
        return _joined([*words, "--file", relative(request.write, folder), context])
    if request.context is not None:
        words += ["--file", "-"]
    marker = "DOCKERFILE"
    while f"\n{marker}\n" in f"\n{request.dockerfile}\n":
        marker += "_"
    text = request.dockerfile if request.dockerfile.endswith("\n") else request.dockerfile + "\n"
    return f"{_joined([*words, context])} <<'{marker}'\n{text}{marker}"


def relative(path: str, folder: str) -> str:
    """Write a path as one would in `folder`; the shorter of the relative and the absolute one."""
    try:
        near = os.path.relpath(path, folder)
    except ValueError:  # another drive on Windows
        return path
    return near if len(near) < len(path) or not near.startswith("..") else path


def _joined(words: list[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def _flags(request: BuildRequest, folder: str) -> Iterator[str]:
    for tag in request.tags:
        yield from ("--tag", tag)
    for name, value in request.build_args:
        yield from ("--build-arg", name if value is None else f"{name}={value}")
    for name, text in request.labels:
        if not name.startswith(OURS):
            yield from ("--label", f"{name}={text}")
    for option, given in (
        ("--target", request.target),
        ("--platform", request.platform),
        ("--network", request.network),
        ("--builder", request.builder),
    ):
        if given:
            yield from (option, given)
    for host in request.add_hosts:
        yield from ("--add-host", host)
    for secret in request.secrets:
        yield from ("--secret", _secret(secret, folder))
    for option, on in (("--no-cache", request.no_cache), ("--pull", request.pull), ("--quiet", request.quiet)):
        if on:
            yield option
    if request.progress != "auto":
        yield from ("--progress", request.progress)


def _secret(secret: Secret, folder: str) -> str:
    return f"id={secret.id}," + (f"env={secret.env}" if secret.env else f"src={relative(secret.src, folder)}")
