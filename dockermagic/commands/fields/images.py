"""The fields of images and of their history. Source: docker/cli cli/command/formatter/image.go and history.go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dockermagic.commands import human
from dockermagic.commands.fields.row import Row, cut
from dockermagic.commands.listing import Kind

__all__ = ["HISTORY", "IMAGES", "IMAGES_WITH_DIGESTS", "history_row", "image_rows"]

_HEADINGS = {
    "ID": "IMAGE ID",
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "VirtualSize": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}
_NUMERIC = {"CreatedSince": "CreatedAt", "Size": "Size"}
IMAGES = Kind("image", _HEADINGS, "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}", numeric=_NUMERIC)
IMAGES_WITH_DIGESTS = Kind(
    "image", _HEADINGS, "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}", numeric=_NUMERIC
)
HISTORY = Kind(
    "layer",
    {
        "ID": "IMAGE",
        "CreatedAt": "CREATED AT",
        "CreatedSince": "CREATED",
        "CreatedBy": "CREATED BY",
        "Size": "SIZE",
        "Comment": "COMMENT",
    },
    "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
    numeric={"CreatedSince": "CreatedAt", "Size": "Size"},
)


def image_rows(item: Mapping[str, Any], now: float, *, whole: bool = False, digests: bool = False) -> Iterator[Row]:
    """Give the fields of an image, once for each of its names.

    Parameters:
        item: one entry of GET /images/json.
        whole: nothing cut short (--no-trunc).
        digests: once for each digest too.
    """
    tags = [name for name in item.get("RepoTags") or () if name != "<none>:<none>"]
    known = [name for name in item.get("RepoDigests") or () if name != "<none>@<none>"]
    if not tags and not (digests and known):
        yield _image_row(item, now, known[0].partition("@")[0] if known else "<none>", "<none>", "<none>", whole)
        return
    for repository, tag, digest in sorted(set(_names(tags, known if digests else ()))):
        yield _image_row(item, now, repository, tag, digest, whole)


def _names(tags: Iterable[str], digests: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    left = [name.partition("@")[::2] for name in digests]
    used: set[str] = set()
    for name in tags:
        repository, _, tag = name.rpartition(":")
        own = [digest for place, digest in left if place == repository]
        used.add(repository)
        yield from ((repository, tag, digest) for digest in own or ["<none>"])
    yield from ((repository, "<none>", digest) for repository, digest in left if repository not in used)


def _image_row(item: Mapping[str, Any], now: float, repository: str, tag: str, digest: str, whole: bool) -> Row:
    created, size = float(item.get("Created") or 0), int(item.get("Size") or 0)
    shared, containers = int(item.get("SharedSize", -1)), int(item.get("Containers", -1))
    return Row(
        ID=str(item["Id"]) if whole else human.short_id(str(item["Id"])),
        Repository=repository,
        Tag=tag,
        Digest=digest,
        CreatedSince=human.age(now - created) if created > 0 else "N/A",
        CreatedAt=human.created_at(created),
        Size=human.size(size),
        VirtualSize=human.size(size, 4),
        SharedSize="N/A" if shared < 0 else human.size(shared, 4),
        UniqueSize="N/A" if shared < 0 else human.size(size - shared, 4),
        Containers="N/A" if containers < 0 else str(containers),
    )


def history_row(item: Mapping[str, Any], now: float, *, whole: bool = False, plain: bool = False) -> Row:
    """Give the fields of one layer of an image's history.

    Parameters:
        item: one entry of GET /images/X/history.
        whole: nothing cut short (--no-trunc).
        plain: sizes in bytes and dates in full (--human=false).
    """
    created, size = float(item.get("Created") or 0), int(item.get("Size") or 0)
    told = datetime.fromtimestamp(created, UTC).astimezone().strftime("%Y-%m-%dT%H:%M:%S%z")
    moment = told[:-5] + ("Z" if told.endswith("+0000") else f"{told[-5:-2]}:{told[-2:]}")
    by = str(item.get("CreatedBy") or "").replace("\t", " ")
    return Row(
        ID=str(item["Id"]) if whole else human.short_id(str(item["Id"])),
        CreatedAt=moment,
        CreatedSince=moment if plain else human.age(now - created),
        CreatedBy=by if whole else cut(by, 45),
        Size=str(size) if plain else human.size(size),
        Comment=str(item.get("Comment") or ""),
    )
