"""The fields of `docker stats` and `docker system df`.

Sources: docker/cli cli/command/container/formatter_stats.go and stats_helpers.go, cli/command/formatter/disk_usage.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dockermagic.commands import human
from dockermagic.commands.fields.row import Row
from dockermagic.commands.listing import Kind

__all__ = ["DISK", "STATS", "disk_rows", "reclaimable", "stats_row"]

STATS = Kind(
    "container",
    {
        "Container": "CONTAINER",
        "ID": "CONTAINER ID",
        "Name": "NAME",
        "CPUPerc": "CPU %",
        "MemUsage": "MEM USAGE / LIMIT",
        "MemPerc": "MEM %",
        "NetIO": "NET I/O",
        "BlockIO": "BLOCK I/O",
        "PIDs": "PIDS",
    },
    "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}",
)
DISK = Kind(
    "disk usage",
    {"Type": "TYPE", "TotalCount": "TOTAL", "Active": "ACTIVE", "Size": "SIZE", "Reclaimable": "RECLAIMABLE"},
    "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
)


def stats_row(item: Mapping[str, Any], asked: str, *, whole: bool = False) -> Row:
    """Give the fields of what a container uses.

    Parameters:
        item: the answer of GET /containers/X/stats; empty as long as there is none.
        asked: the name or ID by which the container was asked for.
        whole: IDs not cut short.
    """
    if not item:  # not read yet
        unread = dict.fromkeys(("ID", "CPUPerc", "MemPerc", "NetIO", "BlockIO", "PIDs"), "--")
        return Row(Container=asked, Name=asked, MemUsage="-- / --", **unread)
    memory = item.get("memory_stats") or {}
    cpu = _cpu(item)
    used, limit = _memory(memory), float(memory.get("limit") or 0)
    net = [sum(int(each.get(way) or 0) for each in (item.get("networks") or {}).values()) for way in ("rx_bytes", "tx_bytes")]
    block = [0, 0]
    for entry in (item.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ():
        way = str(entry.get("op") or "").lower()[:1]
        if way in ("r", "w"):
            block["rw".index(way)] += int(entry.get("value") or 0)
    identifier = str(item.get("id") or "")
    return Row(
        Container=asked,
        ID=identifier if whole else human.short_id(identifier),
        Name=str(item.get("name") or "").removeprefix("/"),
        CPUPerc=f"{cpu:.2f}%",
        MemUsage=f"{human.memory(used)} / {human.memory(limit)}",
        MemPerc=f"{used / limit * 100 if limit else 0:.2f}%",
        NetIO=" / ".join(human.size(each) for each in net),
        BlockIO=" / ".join(human.size(each) for each in block),
        PIDs=str((item.get("pids_stats") or {}).get("current") or 0),
    )


def _cpu(item: Mapping[str, Any]) -> float:
    """Give the CPU time between the two last readings, in percent of one CPU."""
    now, before = item.get("cpu_stats") or {}, item.get("precpu_stats") or {}
    used = float((now.get("cpu_usage") or {}).get("total_usage") or 0) - float(
        (before.get("cpu_usage") or {}).get("total_usage") or 0
    )
    system = float(now.get("system_cpu_usage") or 0) - float(before.get("system_cpu_usage") or 0)
    cpus = float(now.get("online_cpus") or len((now.get("cpu_usage") or {}).get("percpu_usage") or ()) or 1)
    return used / system * cpus * 100 if system > 0 and used > 0 else 0.0


def _memory(memory: Mapping[str, Any]) -> float:
    """Give the bytes in use without the page cache, as control groups of version 1 and 2 name it."""
    stats, usage = memory.get("stats") or {}, float(memory.get("usage") or 0)
    for name in ("total_inactive_file", "inactive_file"):
        if float(stats.get(name) or 0) and float(stats[name]) < usage:
            return usage - float(stats[name])
    return usage


def reclaimable(usage: Mapping[str, Any]) -> dict[str, int]:
    """Give the bytes that could be had back, by type: of images, containers, volumes and the build cache (GET /system/df)."""
    used = sum(int(each.get("Size") or 0) - int(each.get("SharedSize") or 0) for each in usage.get("Images") or () if _in_use(each))
    return {
        "Images": int(usage.get("LayersSize") or 0) - used,
        "Containers": sum(int(each.get("SizeRw") or 0) for each in usage.get("Containers") or () if not _alive(each)),
        "Local Volumes": sum(size for links, size in _volumes(usage) if not links),
        "Build Cache": sum(
            int(each.get("Size") or 0) for each in usage.get("BuildCache") or () if not each.get("InUse") and not each.get("Shared")
        ),
    }


def disk_rows(usage: Mapping[str, Any]) -> list[Row]:
    """Give the four rows of `docker system df` from the answer of GET /system/df."""
    images: Sequence[Mapping[str, Any]] = usage.get("Images") or ()
    containers: Sequence[Mapping[str, Any]] = usage.get("Containers") or ()
    volumes, cache = _volumes(usage), usage.get("BuildCache") or ()
    total = {
        "Images": (len(images), sum(map(_in_use, images)), int(usage.get("LayersSize") or 0)),
        "Containers": (len(containers), sum(map(_alive, containers)), sum(int(each.get("SizeRw") or 0) for each in containers)),
        "Local Volumes": (len(volumes), sum(links > 0 for links, _ in volumes), sum(size for _, size in volumes)),
        "Build Cache": (
            len(cache),
            sum(bool(each.get("InUse")) for each in cache),
            sum(int(each.get("Size") or 0) for each in cache if not each.get("Shared")),
        ),
    }
    free = reclaimable(usage)
    rows = []
    for name, (number, active, size) in total.items():
        share = f" ({100 * free[name] // size}%)" if size > 0 and name != "Build Cache" else ""
        rows.append(
            Row(
                Type=name,
                TotalCount=str(number),
                Active=str(active),
                Size=human.size(size, 4),
                Reclaimable=human.size(free[name], 4) + share,
            )
        )
    return rows


def _in_use(image: Mapping[str, Any]) -> bool:
    return int(image.get("Containers") or 0) > 0


def _alive(container: Mapping[str, Any]) -> bool:
    return str(container.get("State") or "").lower() in ("running", "paused", "restarting") or "Up" in str(
        container.get("Status") or ""
    )


def _volumes(usage: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Give the number of users and the bytes of each volume."""
    found = [each.get("UsageData") or {} for each in usage.get("Volumes") or ()]
    return [(int(each.get("RefCount") or 0), max(0, int(each.get("Size") or 0))) for each in found]
