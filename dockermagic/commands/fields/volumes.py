"""The fields of volumes and networks. Sources: docker/cli cli/command/formatter/volume.go, cli/command/network/formatter.go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockermagic.commands import human
from dockermagic.commands.fields.row import Row, with_labels
from dockermagic.commands.listing import Kind

__all__ = ["NETWORKS", "VOLUMES", "network_row", "volume_row"]

VOLUMES = Kind(
    "volume",
    {
        "Name": "VOLUME NAME",
        "Driver": "DRIVER",
        "Scope": "SCOPE",
        "Mountpoint": "MOUNTPOINT",
        "Labels": "LABELS",
        "Links": "LINKS",
        "Size": "SIZE",
        "Availability": "AVAILABILITY",
        "Group": "GROUP",
        "Status": "STATUS",
    },
    "{{.Driver}}\t{{.Name}}",
    quiet="{{.Name}}",
)
NETWORKS = Kind(
    "network",
    {
        "ID": "NETWORK ID",
        "Name": "NAME",
        "Driver": "DRIVER",
        "Scope": "SCOPE",
        "IPv4": "IPV4",
        "IPv6": "IPV6",
        "Internal": "INTERNAL",
        "Labels": "LABELS",
        "CreatedAt": "CREATED AT",
    },
    "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
)


def volume_row(item: Mapping[str, Any]) -> Row:
    """Give the fields of a volume: one entry of GET /volumes, or of GET /system/df with its use."""
    usage = item.get("UsageData") or {}
    row = Row(
        Name=str(item["Name"]),
        Driver=str(item.get("Driver") or ""),
        Scope=str(item.get("Scope") or ""),
        Mountpoint=str(item.get("Mountpoint") or ""),
        Links=str(usage["RefCount"]) if usage else "N/A",
        Size=human.size(max(0, int(usage["Size"]))) if usage else "N/A",
        Availability="N/A",
        Group="N/A",
        Status="N/A",
    )
    return with_labels(row, item.get("Labels"))


def network_row(item: Mapping[str, Any], *, whole: bool = False) -> Row:
    """Give the fields of a network: one entry of GET /networks."""
    row = Row(
        ID=str(item["Id"]) if whole else human.short_id(str(item["Id"])),
        Name=str(item["Name"]),
        Driver=str(item.get("Driver") or ""),
        Scope=str(item.get("Scope") or ""),
        IPv4=_word(item.get("EnableIPv4", False)),
        IPv6=_word(item.get("EnableIPv6", False)),
        Internal=_word(item.get("Internal", False)),
        CreatedAt=_go_time(str(item.get("Created") or "")),
    )
    return with_labels(row, item.get("Labels"))


def _word(value: object) -> str:
    return "true" if value else "false"


def _go_time(text: str) -> str:
    """Give an RFC 3339 time as Go prints it, with every digit that it has."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)T([\d:]+)(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    if match is None:
        return text
    day, clock, fraction, zone = match.groups()
    fraction = (fraction or "").rstrip("0").rstrip(".")
    shift = "+0000" if zone == "Z" else zone.replace(":", "")
    return f"{day} {clock}{fraction} {shift} {'UTC' if shift == '+0000' else shift}"
