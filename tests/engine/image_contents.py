"""What an image is made of, in a form in which two images can be compared: configuration, history, and every layer's files."""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.rig.engines import Engine

OURS = "dev.dockermagic."
KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hard link",
    tarfile.CHRTYPE: "device",
    tarfile.FIFOTYPE: "pipe",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a layer. `same` are the names that share its contents; `mtime` is None for what the build itself wrote."""

    kind: str
    mode: str
    uid: int
    gid: int
    mtime: int | None = None
    size: int = 0
    sha256: str = ""
    link: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """An image: its configuration, what made each layer, and the files of those layers that are not the base image's."""

    config: dict[str, Any]
    history: list[tuple[str, str]]
    layers: list[dict[str, Entry]] = field(default_factory=list)


def contents_of(engine: Engine, name: str, since: float, bases: Collection[str]) -> Contents:
    """Look into an image.

    Parameters:
        engine: who has it.
        since: seconds since the epoch; files with a later time were written by the build, and their times are left out.
        bases: diff IDs of layers that are not looked into.
    """
    api = engine.client().api
    about = api.inspect_image(name)
    config = dict(about["Config"])
    config["Labels"] = {key: value for key, value in (config.get("Labels") or {}).items() if not key.startswith(OURS)}
    for key in ("Architecture", "Os", "Variant", "Author"):
        config[key] = about.get(key) or ""
    history = [(each["CreatedBy"], each.get("Comment", "")) for each in api.history(name)]
    with tempfile.TemporaryFile() as file:
        for piece in api.get_image(name, chunk_size=1 << 20):
            file.write(piece)
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            layers = _layers(archive, about["RootFS"]["Layers"], since, bases)
    return Contents(config, history, layers)


def _layers(archive: tarfile.TarFile, diff_ids: list[str], since: float, bases: Collection[str]) -> list[dict[str, Entry]]:
    manifest = archive.extractfile("manifest.json")
    assert manifest is not None
    paths = json.load(manifest)[0]["Layers"]
    assert len(paths) == len(diff_ids)
    layers = []
    for path, diff_id in zip(paths, diff_ids, strict=True):
        if diff_id in bases:
            continue
        file = archive.extractfile(path)
        assert file is not None
        with tarfile.open(fileobj=file) as layer:
            layers.append(_entries(layer, since))
    return layers


def _entries(layer: tarfile.TarFile, since: float) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    groups: dict[str, list[str]] = {}
    for member in layer:
        name = member.name.removeprefix("./").strip("/") or "."
        if member.islnk():
            first = member.linkname.removeprefix("./").strip("/")
            groups.setdefault(first, [first]).append(name)
            continue
        entries[name] = _entry(layer, member, since)
    for first, names in groups.items():
        shared = replace(entries[first], same=tuple(sorted(names)))
        entries.update(dict.fromkeys(names, shared))
    return entries


def _entry(layer: tarfile.TarFile, member: tarfile.TarInfo, since: float) -> Entry:
    data = layer.extractfile(member) if member.isreg() else None
    return Entry(
        kind=KINDS[member.type],
        mode=f"{member.mode & 0o7777:04o}",
        uid=member.uid,
        gid=member.gid,
        mtime=int(member.mtime) if member.mtime < since else None,
        size=member.size,
        sha256=hashlib.file_digest(data, "sha256").hexdigest() if data else "",  # type: ignore[arg-type]  # tarfile's reader is wide enough
        link=member.linkname,
        attributes=tuple(sorted((key, value) for key, value in member.pax_headers.items() if "xattr" in key)),
    )


def differences(truth: Contents, ours: Contents) -> list[str]:
    """Say in what two images differ, one line each; none when they are equal."""
    found = [
        f"config {key}: {truth.config.get(key)!r} became {ours.config.get(key)!r}"
        for key in sorted(truth.config.keys() | ours.config.keys())
        if (truth.config.get(key) or None) != (ours.config.get(key) or None)
    ]
    if truth.history != ours.history:
        found.append(f"history: {truth.history} became {ours.history}")
    if len(truth.layers) != len(ours.layers):
        found.append(f"layers: {len(truth.layers)} became {len(ours.layers)}")
    for number, (one, other) in enumerate(zip(truth.layers, ours.layers, strict=False)):
        for name in sorted(one.keys() | other.keys()):
            found += [f"layer {number}, {name}: {line}" for line in _entry_differences(one.get(name), other.get(name))]
    return found


def _entry_differences(truth: Entry | None, ours: Entry | None) -> list[str]:
    if truth is None or ours is None:
        return ["is new" if truth is None else "is missing"]
    one, other = asdict(truth), asdict(ours)
    return [f"{key} {one[key]!r} became {other[key]!r}" for key in one if one[key] != other[key]]
