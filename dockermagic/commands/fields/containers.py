"""The fields of containers. Source: docker/cli cli/command/formatter/container.go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dockermagic.commands import human
from dockermagic.commands.fields.row import Row, cut, with_labels
from dockermagic.commands.listing import Kind

__all__ = ["CONTAINERS", "CONTAINERS_WITH_SIZE", "container_row", "ports_text"]

_HEADINGS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Ports": "PORTS",
    "State": "STATE",
    "Status": "STATUS",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
    "Platform": "PLATFORM",
}
_TABLE = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
_NUMERIC = {"RunningFor": "CreatedAt"}

CONTAINERS = Kind("container", _HEADINGS, _TABLE, numeric=_NUMERIC)
CONTAINERS_WITH_SIZE = Kind("container", _HEADINGS, _TABLE + "\t{{.Size}}", numeric=_NUMERIC)


def container_row(item: Mapping[str, Any], now: float, *, whole: bool = False) -> Row:
    """Give the fields of a container.

    Parameters:
        item: one entry of GET /containers/json.
        now: seconds since the epoch.
        whole: nothing cut short (--no-trunc).
    """
    mounts = [str(mount.get("Name") or mount.get("Source") or "") for mount in item.get("Mounts") or ()]
    command = str(item.get("Command") or "")
    created = float(item.get("Created") or 0)
    networks = (item.get("NetworkSettings") or {}).get("Networks") or {}
    row = Row(
        ID=str(item["Id"]) if whole else human.short_id(str(item["Id"])),
        Names=_names(item.get("Names") or (), whole),
        Image=_image(item, whole),
        Command=json.dumps(command if whole else cut(command, 20), ensure_ascii=False),
        CreatedAt=human.created_at(created),
        RunningFor=human.age(now - created),
        Ports=ports_text(item.get("Ports") or ()),
        State=str(item.get("State") or ""),
        Status=str(item.get("Status") or ""),
        Size=_size(item),
        LocalVolumes=str(sum(mount.get("Driver") == "local" for mount in item.get("Mounts") or ())),
        Mounts=",".join(name if whole else cut(name, 15) for name in mounts),
        Networks=",".join(networks),
        Platform=(item.get("ImageManifestDescriptor") or {}).get("platform"),
    )
    return with_labels(row, item.get("Labels"))


def _names(names: Iterable[str], whole: bool) -> str:
    """Give the names; those that links gave ("/web/db") only when nothing is cut short."""
    plain = [name.removeprefix("/") for name in names]
    return ",".join(name for name in plain if whole or "/" not in name)


def _image(item: Mapping[str, Any], whole: bool) -> str:
    image, identifier = str(item.get("Image") or ""), str(item.get("ImageID") or "")
    if not image:
        return "<no image>"
    if not whole and human.short_id(image) == human.short_id(identifier):
        return human.short_id(image)
    return image.split("@", 1)[0] if not whole and "@" in image and ":" in image.split("@", 1)[0] else image


def _size(item: Mapping[str, Any]) -> str:
    written, total = int(item.get("SizeRw") or 0), int(item.get("SizeRootFs") or 0)
    return human.size(written) + (f" (virtual {human.size(total)})" if total else "")


def ports_text(ports: Iterable[Mapping[str, Any]]) -> str:
    """Give ports as `docker ps` shows them: neighbours joined, "0.0.0.0:8080-8082->80-82/tcp, 9000/udp"."""
    found: list[str] = []
    single: list[str] = []
    groups: dict[str, tuple[int, int]] = {}
    order: list[str] = []
    for port in sorted(ports, key=_port_order):
        inside, outside = int(port["PrivatePort"]), int(port.get("PublicPort") or 0)
        address, kind = str(port.get("IP") or ""), str(port["Type"])
        key = kind
        if address:
            if outside != inside:
                single.append(f"{_host(address)}:{outside}->{inside}/{kind}")
                continue
            key = f"{address}/{kind}"
        first, last = groups.get(key, (0, 0))
        if not first:
            groups[key] = (inside, inside)
            order.append(key)
        elif inside == last + 1:
            groups[key] = (first, inside)
        else:
            found.append(_group(key, first, last))
            groups[key] = (inside, inside)
    found += [_group(key, *groups[key]) for key in order]
    return ", ".join([*found, *single])


def _port_order(port: Mapping[str, Any]) -> tuple[int, str, int, str]:
    return int(port["PrivatePort"]), str(port.get("IP") or ""), int(port.get("PublicPort") or 0), str(port["Type"])


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _group(key: str, first: int, last: int) -> str:
    address, slash, kind = key.rpartition("/")
    inside = str(first) if first == last else f"{first}-{last}"
    return f"{_host(address)}:{inside}->{inside}/{kind}" if slash else f"{inside}/{kind}"
