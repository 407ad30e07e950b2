"""Lists as pages that lead to each other: from a container to its image, its volumes, its networks, and back.

A page is decided here, with no engine and no markup: its rows, in which order, and where each cell leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dockermagic.commands.listing import Listing
from dockermagic.views.hostile import visible

__all__ = ["Cell", "Page", "Pages", "details", "list_page", "sort"]

_LEADS = {
    "container": {"ID": ("container", "ID"), "Names": ("container", "ID"), "Image": ("image", "Image")},
    "image": {"ID": ("image", "ID"), "Repository": ("image", "ID")},
    "volume": {"Name": ("volume", "Name")},
    "network": {"ID": ("network", "ID"), "Name": ("network", "ID")},
}
"""Which cells of a list lead where: to a kind, named by which field."""

_UNIT = re.compile(r"^(-?[\d.]+)\s*([kMGTP]?i?B|%)?(?:\s|$)")
_POWERS = {"k": 1, "M": 2, "G": 3, "T": 4, "P": 5}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `kind` and `name` are where it leads, empty for nowhere. `key` is what it is sorted by."""

    text: str
    kind: str = ""
    name: str = ""
    key: tuple[int, float, str] = (1, 0.0, "")


@dataclass(frozen=True, slots=True)
class Page:
    """One table.

    Parameters:
        title: for people; `command`: what shows the same on a command line.
        header: names of the columns, none for pairs of label and text.
    """

    title: str
    command: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sorted_by: int = -1
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """The list that was asked for, and the page that was opened from it last, if any; `trail` are those before."""

    page: Page
    opened: Page | None = None
    trail: tuple[Page, ...] = ()


def _key(text: str) -> tuple[int, float, str]:
    """Give what a text is sorted by: a number with its unit as a number, before all words."""
    match = _UNIT.match(text)
    if match is None:
        return 1, 0.0, text.lower()
    unit = match[2] or ""
    try:
        number = float(match[1])
    except ValueError:
        return 1, 0.0, text.lower()
    return 0, number * (1024 if "i" in unit else 1000) ** _POWERS.get(unit[:1], 0), ""


def list_page(listing: Listing, command: str) -> Page:
    """Give a list as a page.

    Parameters:
        command: what was typed.
    """
    kind = listing.kind
    columns = kind.columns()
    leads = _LEADS.get(kind.name, {})
    rows = []
    for row, data in zip(listing.rows, listing.data, strict=True):
        cells = []
        for name in columns:
            lead, by = leads.get(name, ("", ""))
            goal = str(data.get("Id") or data.get("Name") or row[by]) if by in ("ID", "Name") else str(row[by]) if by else ""
            created = data.get("Created") if name in ("RunningFor", "CreatedSince") else None
            # An age is sorted by the time itself, the youngest first.
            key = (0, -float(created), "") if isinstance(created, int | float) else _key(str(row[name]))
            cells.append(Cell(visible(str(row[name])), lead, goal, key))
        rows.append(tuple(cells))
    return Page("", command, tuple(kind.headings[name].capitalize() for name in columns), tuple(rows))


def sort(page: Page, column: int) -> Page:
    """Sort a page by a column; the other way round when it was sorted by it already."""
    if not 0 <= column < len(page.header):
        return page
    descending = page.sorted_by == column and not page.descending
    rows = sorted(page.rows, key=lambda row: row[column].key, reverse=descending)
    return replace(page, rows=tuple(rows), sorted_by=column, descending=descending)


def details(kind: str, name: str, data: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Page:
    """Give the page of one thing.

    Parameters:
        data: what inspect says of it.
        beside: for an image its containers, for a volume or network the containers that use it (GET /containers/json).
    """
    rows = {"container": _container, "image": _image, "volume": _volume, "network": _network}[kind](data, beside)
    shown = tuple((Cell(label), cell) for label, cell in rows if cell.text)
    return Page(f"{kind} {visible(name)}", f"docker {kind} inspect {name}", (), shown)


Labelled = Iterable[tuple[str, Cell]]


def _text(value: object) -> Cell:
    return Cell(visible(" ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")))


def _container(data: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Labelled:
    state, config = data.get("State") or {}, data.get("Config") or {}
    yield "Name", _text(str(data.get("Name") or "").removeprefix("/"))
    yield "Image", Cell(visible(str(config.get("Image") or "")), "image", str(data.get("Image") or ""))
    yield "Runs", _text([data.get("Path"), *(data.get("Args") or ())])
    code = f", exit code {state.get('ExitCode')}" if state.get("Status") == "exited" else ""
    yield "State", _text(f"{state.get('Status')}{code}{', out of memory' if state.get('OOMKilled') else ''}")
    for inside, outside in ((data.get("NetworkSettings") or {}).get("Ports") or {}).items():
        if not outside:
            yield "Port", _text(f"not published: {inside}")
        for binding in outside or ():
            yield "Port", _text(f"{binding.get('HostIp')}:{binding.get('HostPort')} → {inside}")
    for mount in data.get("Mounts") or ():
        volume = mount.get("Type") == "volume"
        text = visible(f"{mount.get('Name') or mount.get('Source') or mount.get('Type')} → {mount.get('Destination')}")
        yield "Mount", Cell(text, "volume" if volume else "", str(mount.get("Name") or "") if volume else "")
    for name, endpoint in ((data.get("NetworkSettings") or {}).get("Networks") or {}).items():
        address = (endpoint or {}).get("IPAddress") or "no address now"
        yield "Network", Cell(visible(f"{name}: {address}"), "network", name)


def _image(data: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Labelled:
    config = data.get("Config") or {}
    yield "Names", _text(", ".join(data.get("RepoTags") or ()) or "none")
    yield "ID", _text(data.get("Id"))
    yield "Layers", _text(len((data.get("RootFS") or {}).get("Layers") or ()))
    yield "Entrypoint", _text(config.get("Entrypoint") or ())
    yield "Command", _text(config.get("Cmd") or ())
    yield "Folder", _text(config.get("WorkingDir"))
    yield "Ports that it names", _text(", ".join(config.get("ExposedPorts") or ()))
    yield "Variables", _text(", ".join(str(each).partition("=")[0] for each in config.get("Env") or ()))
    yield from _users("Containers", [each for each in beside if each.get("ImageID") == data.get("Id")])


def _volume(data: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Labelled:
    yield "Name", _text(data.get("Name"))
    yield "Driver", _text(data.get("Driver"))
    yield "Kept in", _text(data.get("Mountpoint"))
    yield from _users("Used by", beside)


def _network(data: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Labelled:
    yield "Name", _text(data.get("Name"))
    yield "Driver", _text(data.get("Driver"))
    configs = (data.get("IPAM") or {}).get("Config") or ()
    yield "Addresses", _text(", ".join(str(each.get("Subnet") or "") for each in configs))
    yield from _users("Containers", beside)


def _users(label: str, containers: Sequence[Mapping[str, Any]]) -> Labelled:
    if not containers:
        yield label, Cell("none")
    for each in containers:
        name = str((each.get("Names") or [each.get("Id")])[0]).removeprefix("/")
        yield label, Cell(visible(f"{name} ({each.get('State')})"), "container", str(each.get("Id")))
