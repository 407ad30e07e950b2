"""`%docker cp`: files between the notebook's machine and a container. Source: docker/cli cli/command/container/cp.go."""

from __future__ import annotations

import contextlib
import io
import os
import posixpath
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

from dockermagic.commands import human
from dockermagic.commands.call import Call, Told, Verb
from dockermagic.commands.hints import for_container
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag

__all__ = ["VERBS"]


def _divided(text: str) -> tuple[str, str]:
    """Divide "web:/app" into container and path; a path alone has no container."""
    container, colon, path = text.partition(":")
    local = not colon or text.startswith((".", "/")) or "/" in container
    return ("", text) if local else (container, path)


def _cp(call: Call) -> Told:
    (source, source_path), (target, target_path) = map(_divided, call.names)
    if source and target:
        raise UsageError("Copying from one container to another is not supported.", "Copy to a file here first.")
    if not source and not target:
        raise UsageError("Neither side names a container.", "For example: %docker cp web:/etc/hosts hosts")
    if "-" in (source_path if not source else "", target_path if not target else ""):
        raise UsageError(
            '"-" stands for a tar archive on standard input or output, and a cell has neither.', "Name a file or folder."
        )
    name = source or target
    try:
        text = _out(call, source, source_path, target_path) if source else _in(call, source_path, target, target_path)
    except EngineError as error:
        raise EngineError(error.message, error.hint or for_container(call, error, name), status=error.status) from error
    return Told("" if call.on("quiet") else text)


def _stat(call: Call, container: str, path: str) -> dict[str, Any] | None:
    """Say what is at a path in a container; None when nothing is there."""
    from docker.errors import NotFound

    call.ask("GET", f"/containers/{named(container)}/json")
    try:
        chunks, stat = call.engine.api.get_archive(container, path)
    except NotFound:
        return None
    with contextlib.suppress(AttributeError):
        chunks.close()  # what it is was in the header; the bytes are not wanted
    return dict(stat)


def _is_folder(stat: dict[str, Any]) -> bool:
    return bool(int(stat["mode"]) & 1 << 31)


def _out(call: Call, container: str, path: str, goal: str) -> str:
    stat = _stat(call, container, path)
    if stat is None:
        raise EngineError(
            f"Could not find the file {path} in container {container}",
            f"%docker exec {container} ls {posixpath.dirname(path) or '/'}",
        )
    contents = _is_folder(stat) and path.endswith("/.")
    path = path[:-2] or "/" if contents else path  # engines differ in how they name what is asked for with a dot
    follow = call.on("follow-link") and stat.get("linkTarget")
    chunks, stat = call.engine.api.get_archive(container, str(stat["linkTarget"]) if follow else path)
    here = call.folder / goal
    if not _is_folder(stat) and not here.is_dir() and goal.endswith("/"):
        raise UsageError(f"{goal} is no folder.", "Make it first, or leave the / at its end out.")
    if not here.parent.is_dir():
        raise UsageError(f"The folder of {goal} does not exist.", "Make it first.")
    with tempfile.TemporaryFile() as file:
        for chunk in chunks:
            file.write(chunk)
        size = file.tell()
        file.seek(0)
        into = here if here.is_dir() else here.parent
        rename = "" if contents and not here.is_dir() else here.name if not here.is_dir() else ""
        if contents:
            here.mkdir(exist_ok=True)
            into = here
        _unpack(file, into, rename, drop=contents)
    return f"Successfully copied {human.size(size)} to {goal}\n"


def _unpack(file: IO[bytes], into: Path, rename: str, *, drop: bool) -> None:
    """Unpack an archive whose first part is one name: renamed, dropped, or as it is. The filter refuses what would leave `into`."""
    with tarfile.open(fileobj=file) as archive:
        for member in archive:
            first, _, rest = member.name.strip("/").partition("/")
            name = rest if drop else posixpath.join(rename or first, rest) if rest else rename or first
            if not name:
                continue
            member.name = name
            if member.islnk() and (rename or drop):
                linked = member.linkname.strip("/").partition("/")[2]
                member.linkname = linked if drop else posixpath.join(rename, linked)
            _extract(archive, member, into)


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        archive.extract(member, into, filter="data")
        return
    # Python before 3.11.4 (Debian 12 has one) knows no filters.
    target, top = (into / member.name).resolve(), into.resolve()
    reached = [target]
    if member.issym() or member.islnk():
        reached.append(((target.parent if member.issym() else into) / member.linkname).resolve())
    if member.isdev() or not all(each.is_relative_to(top) for each in reached):
        raise EngineError(f"{member.name} would be put outside of {into}.", "Copy a part that has no such link.")
    member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    member.mode = member.mode & 0o755 | 0o600
    archive.extract(member, into)


def _in(call: Call, source: str, container: str, path: str) -> str:
    here = call.folder / source
    if not here.exists():
        raise UsageError(f"There is no {source} here.", f"Paths count from {call.folder}.")
    stat = _stat(call, container, path or "/")
    folder = stat is not None and _is_folder(stat)
    if stat is None and (path.endswith("/") and not here.is_dir()):
        raise EngineError(f"There is no folder {path} in container {container}.", f"%docker exec {container} mkdir -p {path}")
    if stat is not None and not folder and here.is_dir():
        raise UsageError(f"{path} is a file, and {source} is a folder.", "Name a folder.")
    contents = here.is_dir() and (source.endswith("/.") or stat is None)
    into = path if folder or (contents and stat is not None) else posixpath.dirname(path.rstrip("/")) or "/"
    name = "" if contents and stat is not None else here.resolve().name if folder else posixpath.basename(path.rstrip("/"))
    with tempfile.TemporaryFile() as file:
        size = _pack(file, here, name or ".", keep=call.on("archive"))
        file.seek(0)
        if not call.engine.api.put_archive(container, into, file):
            raise EngineError(f"The engine did not take the files to {container}:{path}.")
    return f"Successfully copied {human.size(size)} to {container}:{path}\n"


def _pack(file: IO[bytes], here: Path, name: str, *, keep: bool) -> int:
    def owned(member: tarfile.TarInfo) -> tarfile.TarInfo:
        if not keep:
            member.uid = member.gid = 0
            member.uname = member.gname = ""
        return member

    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(os.fspath(here), arcname=name, filter=owned)
    return file.seek(0, io.SEEK_END)


VERBS = (
    Verb(
        ("cp", "container cp"),
        Command(
            "%docker cp",
            "[OPTIONS] CONTAINER:PATH PATH  or  PATH CONTAINER:PATH",
            "Copy files or folders out of a container or into one; it need not run.",
            (
                Flag("archive", "a", "bool", help="Keep owner and group."),
                Flag("follow-link", "L", "bool", help="Copy what a symbolic link leads to."),
                Flag("quiet", "q", "bool", help="Do not tell how much was copied."),
            ),
            least=2,
            most=2,
            examples=(
                Example("%docker cp web:/etc/nginx/nginx.conf .", "out of it"),
                Example("%docker cp index.html web:/usr/share/nginx/html/", "into it"),
            ),
        ),
        _cp,
    ),
)
