"""Archives made in memory: layers, and images in the layouts that engines give out."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import zstandard

from dockermagic.images.archive import read_archive
from dockermagic.images.entries import Files
from dockermagic.images.model import Image, Layer, Step
from dockermagic.images.packages import look_inside

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": lambda raw: raw,
    "gzip": lambda raw: gzip.compress(raw, 1),
    "zstd": zstandard.compress,
}


@dataclass(frozen=True)
class Made:
    """What to put into a layer: a path, and what stands there."""

    path: str
    content: bytes = b""
    type: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644
    uid: int = 0
    pax: Mapping[str, str] = field(default_factory=dict)


def folder(path: str, mode: int = 0o755) -> Made:
    return Made(path, type=tarfile.DIRTYPE, mode=mode)


def layer(*made: Made, format: int = tarfile.PAX_FORMAT) -> bytes:
    """Give a layer's archive, unpacked."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for each in made:
            member = tarfile.TarInfo(each.path)
            member.type, member.linkname, member.mode, member.uid = each.type, each.link, each.mode, each.uid
            member.size = len(each.content) if each.type == tarfile.REGTYPE else 0
            member.pax_headers = dict(each.pax)
            archive.addfile(member, io.BytesIO(each.content))
    return out.getvalue()


def diff_id(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def config(layers: Sequence[bytes], history: Sequence[Mapping[str, object]] = ()) -> bytes:
    return json.dumps(
        {"rootfs": {"type": "layers", "diff_ids": [diff_id(raw) for raw in layers]}, "history": list(history)}
    ).encode()


def docker_archive(layers: Sequence[bytes], history: Sequence[Mapping[str, object]] = ()) -> bytes:
    """Give an image as Docker before 25 does: a folder a layer, a layer that is there twice as a link."""
    members: dict[str, bytes | str] = {}
    first: dict[str, str] = {}
    for number, raw in enumerate(layers):
        name = f"{hashlib.sha256(b'%d' % number).hexdigest()}/layer.tar"
        known = first.setdefault(diff_id(raw), name)
        members[name] = raw if known == name else f"../{known}"
    members["abc.json"] = config(layers, history)
    members["manifest.json"] = json.dumps([{"Config": "abc.json", "Layers": [*members][:-1]}]).encode()
    return _archive(members)


def oci_archive(layers: Sequence[bytes], how: str = "", history: Sequence[Mapping[str, object]] = ()) -> bytes:
    """Give an image in the OCI layout, its layers compressed in one way or another."""
    blobs = [PACKED[how](raw) for raw in layers] + [config(layers, history)]
    members: dict[str, bytes | str] = {f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}": blob for blob in blobs}
    members["index.json"] = b'{"schemaVersion": 2, "manifests": []}'
    members["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return _archive(members)


def _archive(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def cut(whole: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Give bytes in slices, of these sizes over and over."""
    lengths = [max(1, size) for size in sizes] or [len(whole) or 1]
    at = number = 0
    while at < len(whole):
        yield whole[at : at + lengths[number % len(lengths)]]
        at += lengths[number % len(lengths)]
        number += 1


def image_of(*layers: Sequence[Made], name: str = "shop:1", steps: Sequence[Step] = ()) -> Image:
    """Give an image that was read out of an archive of these layers."""
    raws = [layer(*made) for made in layers]
    read: dict[str, Files] = {}
    read_archive([docker_archive(raws)], lambda files: read.setdefault(files.diff_id, files) and None, look_inside)
    found = list(read.values())
    return Image(
        name, "sha256:1", tuple(Layer(n, files.diff_id, Step(f"RUN {n}"), files) for n, files in enumerate(found, 1)), tuple(steps)
    )
