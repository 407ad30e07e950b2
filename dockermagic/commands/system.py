"""`%docker system df`, `info`, `version`.

Sources: docker/cli cli/command/formatter/disk_usage.go, cli/command/system/info.go and version.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dockermagic import __version__
from dockermagic.commands import human
from dockermagic.commands.call import FORMAT, Call, Told, Verb
from dockermagic.commands.fields.containers import CONTAINERS, container_row
from dockermagic.commands.fields.images import IMAGES, image_rows
from dockermagic.commands.fields.row import Row
from dockermagic.commands.fields.usage import DISK, disk_rows
from dockermagic.commands.fields.volumes import VOLUMES, volume_row
from dockermagic.commands.listing import Kind, Listing, listed, printed_list
from dockermagic.commands.template_functions import go_json
from dockermagic.commands.templates import render
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Flag

__all__ = ["VERBS"]

_CACHE = Kind(
    "build cache entry",
    {
        "ID": "CACHE ID",
        "CacheType": "CACHE TYPE",
        "Size": "SIZE",
        "CreatedSince": "CREATED",
        "LastUsedSince": "LAST USED",
        "UsageCount": "USAGE",
        "Shared": "SHARED",
    },
    "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
)
_DF_IMAGES = (
    "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}"
)
_DF_CONTAINERS = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}"
_DF_VOLUMES = "table {{.Name}}\t{{.Links}}\t{{.Size}}"


def _df(call: Call) -> Listing | Told:
    form = call.parsed.text("format")
    if call.on("verbose") and form:
        raise UsageError("--verbose and --format do not go together here.", "Leave one of them out.")
    usage = call.ask("GET", "/system/df", patience=None)
    if call.on("verbose"):
        return Told("\n".join(_verbose(usage, call.now)), usage)
    rows = disk_rows(usage)
    return listed(DISK, rows, rows, form)


def _verbose(usage: Mapping[str, Any], now: float) -> Iterator[str]:
    images = [row for item in usage.get("Images") or () for row in image_rows(item, now)]
    yield "Images space usage:\n\n" + printed_list(IMAGES, images, _DF_IMAGES)
    # What it has written only: its image is listed by itself.
    containers = [container_row({**item, "SizeRootFs": 0}, now) for item in usage.get("Containers") or ()]
    yield "Containers space usage:\n\n" + printed_list(CONTAINERS, containers, _DF_CONTAINERS)
    volumes = [volume_row(item) for item in usage.get("Volumes") or ()]
    yield "Local Volumes space usage:\n\n" + printed_list(VOLUMES, volumes, _DF_VOLUMES)
    entries = usage.get("BuildCache") or ()
    size = sum(int(each.get("Size") or 0) for each in entries if not each.get("Shared"))
    yield f"Build cache usage: {human.size(size)}\n\n" + printed_list(_CACHE, [_cache_row(each, now) for each in entries], "table")


def _cache_row(item: Mapping[str, Any], now: float) -> Row:
    used = human.seconds_of(str(item.get("LastUsedAt") or ""))
    return Row(
        ID=str(item["ID"])[:12],
        CacheType=str(item.get("Type") or ""),
        Size=human.size(int(item.get("Size") or 0)),
        CreatedSince=human.age(now - human.seconds_of(str(item.get("CreatedAt") or ""))),
        LastUsedSince=human.age(now - used) if used else "",
        UsageCount=str(item.get("UsageCount") or 0),
        Shared="true" if item.get("Shared") else "false",
    )


def _formatted(data: Any, form: str) -> str:
    return (go_json(data) if form == "json" else render(form, data)) + "\n"


def _version(call: Call) -> Told:
    data = {
        "Client": {"Version": __version__, "ApiVersion": call.engine.about.api_version, "Name": "dockermagic"},
        "Server": call.ask("GET", "/version"),
    }
    form = call.parsed.text("format")
    if form:
        return Told(_formatted(data, form), data)
    server = data["Server"]
    lines = [
        "Client: dockermagic",
        f" Version:           {__version__}",
        f" API version:       {call.engine.about.api_version}",
        "",
    ]
    lines.append(f"Server: {(server.get('Platform') or {}).get('Name') or call.engine.about.title}")
    for part in server.get("Components") or ():
        lines += [f" {part.get('Name')}:", f"  Version:          {part.get('Version')}"]
        for key, label in (
            ("ApiVersion", "API version"),
            ("MinAPIVersion", "Minimum version"),
            ("GoVersion", "Go version"),
            ("GitCommit", "Git commit"),
        ):
            if value := (part.get("Details") or {}).get(key):
                lines.append(f"  {label + ':':<17} {value}")
        if (part.get("Details") or {}).get("Os"):
            lines.append(f"  {'OS/Arch:':<17} {part['Details']['Os']}/{part['Details'].get('Arch', '')}")
    return Told("\n".join(lines) + "\n", data)


_INFO = (
    ("Server Version", "ServerVersion"),
    ("Storage Driver", "Driver"),
    ("Logging Driver", "LoggingDriver"),
    ("Cgroup Driver", "CgroupDriver"),
    ("Cgroup Version", "CgroupVersion"),
    ("Default Runtime", "DefaultRuntime"),
    ("Kernel Version", "KernelVersion"),
    ("Operating System", "OperatingSystem"),
    ("OSType", "OSType"),
    ("Architecture", "Architecture"),
    ("CPUs", "NCPU"),
    ("Total Memory", "MemTotal"),
    ("Name", "Name"),
    ("ID", "ID"),
    ("Docker Root Dir", "DockerRootDir"),
    ("Live Restore Enabled", "LiveRestoreEnabled"),
)


def _told(key: str, value: Any) -> str:
    return human.memory(value) if key == "MemTotal" else str(value).lower() if isinstance(value, bool) else str(value)


def _info(call: Call) -> Told:
    data = call.ask("GET", "/info")
    form = call.parsed.text("format")
    if form:
        return Told(_formatted(data, form), data)
    counts = [("Running", "ContainersRunning"), ("Paused", "ContainersPaused"), ("Stopped", "ContainersStopped")]
    lines = ["Server:", f" Containers: {data.get('Containers')}", *(f"  {label}: {data.get(key)}" for label, key in counts)]
    lines.append(f" Images: {data.get('Images')}")
    for label, key in _INFO:
        value = data.get(key)
        if value not in (None, ""):
            lines.append(f" {label}: {_told(key, value)}")
    lines += [f"WARNING: {warning}" for warning in data.get("Warnings") or ()]
    return Told("\n".join(lines) + "\n", data)


_FORM = Flag(FORMAT.long, "f", metavar=FORMAT.metavar, help=FORMAT.help)

VERBS = (
    Verb(
        ("system df",),
        Command(
            "%docker system df",
            "[OPTIONS]",
            "Show how much disk Docker uses, and how much of it could be had back.",
            (FORMAT, Flag("verbose", "v", "bool", help="Every image, container and volume by itself.")),
            most=0,
        ),
        _df,
    ),
    Verb(
        ("version",),
        Command("%docker version", "[OPTIONS]", "Show the versions of dockermagic and of the engine.", (_FORM,), most=0),
        _version,
    ),
    Verb(
        ("info", "system info"),
        Command("%docker info", "[OPTIONS]", "Show what the engine says of itself.", (_FORM,), most=0),
        _info,
    ),
)
