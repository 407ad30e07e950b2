"""`%docker_compare`: two builds that were made, or two Dockerfiles, both built for it."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from dockermagic.builds.cell import build_quietly
from dockermagic.builds.model import Build
from dockermagic.builds.options import read_options
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.why.comparison import Trial, compare_builds
from dockermagic.commands.call import Call, Verb
from dockermagic.commands.comparing_images import compare, means_images
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.labels import KERNEL

__all__ = ["COMPARE", "compare_dockerfiles", "remove_images"]


def _compare(call: Call) -> Any:
    """Choose by what was named: two builds, two Dockerfiles, or images."""
    if means_images(call):
        return compare(call)
    if len(call.names) > 2:
        raise UsageError("Only images are compared more than two at a time.", "Name two builds, or two Dockerfiles.")
    things = [_named(call, name) for name in call.names]
    match things:
        case [Build() as one, Build() as other]:
            return compare_builds(one, other, (call.names[0], call.names[1]))
        case [str(one), str(other)]:
            return compare_dockerfiles(call, (one, other))
    raise UsageError("A build and a Dockerfile cannot be compared.", "Name two builds, or two Dockerfiles.")


def _named(call: Call, name: str) -> Build | str:
    """Give the build that a variable holds, or a Dockerfile's text."""
    found = call.shell.user_ns.get(name) if call.shell is not None else None
    if isinstance(found, Build):
        return found
    if isinstance(found, str) and "\n" in found:
        return found
    near = Path(os.path.expanduser(name))
    path = near if near.exists() else call.folder / near
    path = path / "Dockerfile" if path.is_dir() else path
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(
            f"{name} is neither a build nor a Dockerfile.",
            "Keep a build with %%dockerfile --as NAME, or save a cell with --write PATH.",
        ) from error


def compare_dockerfiles(call: Call, texts: tuple[str, str]) -> Trial:
    """Build two Dockerfiles cold, and once more after the same edit; in copies of the context, each with content of its own.

    1. Cold means --no-cache. What one leaves in the cache must not serve the other: the file is edited with other content for each.
    2. The context itself is not touched.
    """
    folder = read_options(f"--context {call.parsed.text('context') or str(call.folder)!r}", texts[0], call.folder, call.environ)
    if folder is None or folder.context is None:
        raise UsageError("There is no context to edit a file in.", "Name the folder: --context ./app")
    file = _file(Path(folder.context), call.parsed.text("edit"))
    labels = tuple(pair for pair in call.labels if pair[0] != KERNEL)
    cold: list[Build] = []
    edited: list[Build] = []
    try:
        for text in texts:
            with tempfile.TemporaryDirectory(prefix="dockermagic-") as parent:
                copy = Path(parent, "context")
                shutil.copytree(folder.context, copy, symlinks=True, ignore_dangling_symlinks=True)
                request = BuildRequest(text, str(copy), labels=labels)
                cold.append(build_quietly(replace(request, no_cache=True), call.engine))
                with open(copy / file, "a", encoding="utf-8") as opened:
                    opened.write(f"\n{secrets.token_hex(8)}\n")
                edited.append(build_quietly(request, call.engine))
    finally:
        remove_images(call, [*cold, *edited])
    names = (call.names[0], call.names[1])
    return Trial(
        compare_builds(cold[0], cold[1], names, "Built for the first time, nothing in the cache"),
        compare_builds(edited[0], edited[1], names, f"Built again after an edit of {file}"),
        file,
        (*cold, *edited),
    )


def _file(context: Path, named: str) -> str:
    """Give the file to edit: the one that was named, or one of the project's sources.

    Raises:
        UsageError: it is not there, or there is none to choose.
    """
    if named:
        path = Path(os.path.abspath(context / named))
        if not path.is_file() or context not in path.parents:
            raise UsageError(
                f"--edit {named}: there is no such file in the context.", "Name one from the context's root: --edit src/index.js"
            )
        return str(path.relative_to(context))
    sources = [".py", ".js", ".ts", ".go", ".rs", ".java", ".rb", ".php", ".c", ".html", ".txt"]
    found = [
        path
        for path in sorted(context.rglob("*"))
        if path.suffix in sources and "node_modules" not in path.parts and path.is_file()
    ]
    if not found:
        raise UsageError("Which file is to be edited?", "Name one: --edit src/index.js")
    return str(min(found, key=lambda path: sources.index(path.suffix)).relative_to(context))


def remove_images(call: Call, builds: list[Build]) -> None:
    """Remove the images, which nobody asked for."""
    from docker.errors import DockerException

    for build in builds:
        if build.image_id:
            try:
                call.engine.api.remove_image(build.image_id)
            except (DockerException, OSError):
                continue


COMPARE = Verb(
    ("compare",),
    Command(
        "%docker_compare",
        "[OPTIONS] A B [IMAGE…]",
        "Put two builds side by side: what ran, what came from the cache, time, size; or images: sizes, layers, packages.",
        (
            Flag(
                "edit",
                metavar="FILE",
                example="src/index.js",
                ours=True,
                help="Of two Dockerfiles: the file that is edited between builds.",
            ),
            Flag(
                "context",
                metavar="DIR",
                example="./app",
                ours=True,
                help="Of two Dockerfiles: their context; the notebook's folder otherwise.",
            ),
        ),
        least=2,
        examples=(
            Example("%docker_compare before after", "two builds that %%dockerfile --as has kept"),
            Example("%docker_compare node:20 node:20-slim node:20-alpine", "images: sizes, shared layers, system, packages"),
            Example(
                "%docker_compare Dockerfile.slow Dockerfile.fast --edit src/index.js", "build both cold, and again after an edit"
            ),
        ),
        notes=(
            "Two Dockerfiles are built for it.",
            "The context is copied, so that your file stays as it is; the images that were built for it are removed again.",
        ),
    ),
    _compare,
)
