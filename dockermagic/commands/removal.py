"""Finding what can be removed, and removing it.

Rules:
1. A container goes before what it stands on: networks, volumes, images.
2. What notebooks made has labels; everything else stays unless `--host-wide` is given.
3. The build cache has no labels: it goes host-wide only.
4. What cannot be removed does not stop the rest; it is told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from dockermagic import leftovers
from dockermagic.commands import human
from dockermagic.commands.call import Call
from dockermagic.commands.plans import Plan, Removal
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError
from dockermagic.labels import KERNEL, container_made_by, made_by
from dockermagic.views.hostile import one_line

__all__ = [
    "caches",
    "carry_out",
    "container",
    "containers",
    "guard",
    "images",
    "listed",
    "networks",
    "remove",
    "spare",
    "split",
    "there",
    "volume_sizes",
    "volumes",
]

_ALIVE = ("running", "paused", "restarting")
_BUILT_IN = ("bridge", "host", "none", "podman")


def container(item: Mapping[str, Any], image: Mapping[str, str] | None = None) -> Removal:
    """Give a container of GET /containers/json as a removal; `image` are the labels of its image."""
    name = str((item.get("Names") or [item["Id"]])[0]).removeprefix("/")
    return Removal(
        "container",
        str(item["Id"]),
        name,
        str(item.get("State") or ""),
        int(item.get("SizeRw") or 0),
        container_made_by(item.get("Labels"), image),
    )


def containers(call: Call, *, alive: bool = False, query: Mapping[str, list[str]] | None = None) -> Iterator[Removal]:
    """Give the containers that do not run, with `alive` all of them.

    Parameters:
        query: filters of the API, beside the command's own.
    """
    for each in listed(call, sized=True, query=query):
        if alive or each.state not in _ALIVE:
            yield each


def listed(call: Call, *, sized: bool = False, query: Mapping[str, list[str]] | None = None) -> list[Removal]:
    """Give all containers; with `sized` how many bytes each has written."""
    found = call.ask("GET", "/containers/json", all=True, size=sized or None, filters=call.filters(query))
    told = any(KERNEL in (item.get("Labels") or {}) for item in found)
    images = call.ask("GET", "/images/json", all=True) if told else ()
    labels = {str(image["Id"]): image.get("Labels") for image in images}
    return [container(item, labels.get(str(item.get("ImageID")))) for item in found]


def guard(call: Call, id: str) -> None:
    """Make sure that a button removes no container that no notebook made.

    Raises:
        EngineError: it would; says how it is done nonetheless.
    """
    name = next((each.name for each in listed(call) if each.id == id and not each.notebook), "")
    if name:
        hint = f"If you do want to remove it: %docker rm --host-wide {name}"
        raise EngineError(f"No notebook made the container {name}, so it is left alone.", hint, status=403)


def spare(call: Call, name: str) -> None:
    """Make sure that stopping removes no container that no notebook made: one that was started with --rm goes with its end.

    Parameters:
        name: the container's name or ID; one that is not there is left to the command itself.

    Raises:
        EngineError: it would; says how it is done nonetheless.
    """
    try:
        about = call.ask("GET", f"/containers/{named(name)}/json")
    except EngineError:
        return
    removes_itself = bool((about.get("HostConfig") or {}).get("AutoRemove"))
    if removes_itself and not any(each.id == about["Id"] and each.notebook for each in listed(call)):
        shown = str(about.get("Name") or name).lstrip("/")
        raise EngineError(
            f"No notebook made the container {shown}, and it was started with --rm: its end removes it. So it is left alone.",
            f"If you do want to end it: %docker stop --host-wide {shown}",
            status=403,
        )


def networks(call: Call, query: Mapping[str, list[str]] | None = None) -> Iterator[Removal]:
    """Give the networks that no container is on, whether it runs or not."""
    used: set[str] = set()
    for item in call.ask("GET", "/containers/json", all=True):
        for name, endpoint in ((item.get("NetworkSettings") or {}).get("Networks") or {}).items():
            used |= {name, str((endpoint or {}).get("NetworkID") or "")}
    for item in call.ask("GET", "/networks", filters=call.filters(query)):
        if item["Name"] not in _BUILT_IN and not {item["Name"], item["Id"]} & used:
            yield Removal("network", str(item["Id"]), str(item["Name"]), "no container is on it", None, made_by(item.get("Labels")))


def volume_sizes(call: Call) -> dict[str, int]:
    """Give the bytes in each volume, as far as the engine counts them (GET /system/df)."""
    try:
        usage = call.ask("GET", "/system/df", patience=None)
    except EngineError:  # counting can fail on a busy engine; the size is then not shown
        return {}
    return {str(each["Name"]): int((each.get("UsageData") or {}).get("Size", -1)) for each in usage.get("Volumes") or ()}


def volumes(call: Call, *, named_too: bool, query: Mapping[str, list[str]] | None = None) -> Iterator[Removal]:
    """Give the volumes that no container uses: the anonymous ones, with `named_too` all."""
    found = call.ask("GET", "/volumes", filters=call.filters({"dangling": ["true"], **(query or {})})).get("Volumes") or ()
    sizes = volume_sizes(call) if found else {}
    left = leftovers.nameless_volumes()
    for item in found:
        name = str(item["Name"])
        labels = item.get("Labels") or {}
        if named_too or "com.docker.volume.anonymous" in labels or _is_nameless(name):
            size = sizes.get(name, -1)
            owner = made_by(labels) or left.get(name, "")
            yield Removal("volume", name, name, "no container uses it", size if size >= 0 else None, owner)


def _is_nameless(name: str) -> bool:
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def nameless(container: Mapping[str, Any]) -> list[str]:
    """Give the nameless volumes of a container (GET /containers/X/json)."""
    mounts = container.get("Mounts") or ()
    return [str(each["Name"]) for each in mounts if each.get("Type") == "volume" and _is_nameless(str(each.get("Name") or ""))]


def image_sizes(call: Call) -> dict[str, int]:
    """Give the bytes that each image alone holds, which no other one shares (GET /system/df)."""
    try:
        usage = call.ask("GET", "/system/df", patience=None)
    except EngineError:  # as above
        return {}
    return {
        str(each["Id"]): int(each.get("Size") or 0) - max(0, int(each.get("SharedSize") or 0)) for each in usage.get("Images") or ()
    }


def images(
    call: Call, *, unused: bool, query: Mapping[str, list[str]] | None = None, freed: Collection[str] = ()
) -> Iterator[Removal]:
    """Give the images without a name (dangling), with `unused` all that no container uses but those in `freed`, which go first."""
    filters = call.filters({**({} if unused else {"dangling": ["true"]}), **(query or {})})
    containers = call.ask("GET", "/containers/json", all=True)
    used = {str(item.get("ImageID")) for item in containers if item["Id"] not in freed}
    found = [item for item in call.ask("GET", "/images/json", filters=filters) if item["Id"] not in used]
    sizes = image_sizes(call) if found else {}
    for item in found:
        tags = [tag for tag in item.get("RepoTags") or () if tag != "<none>:<none>"]
        size = sizes.get(str(item["Id"]), int(item.get("Size") or 0))
        for name in tags or [human.short_id(str(item["Id"]))]:
            state = "no container uses it" if tags else "has no name any more"
            yield Removal("image", name if tags else str(item["Id"]), name, state, size, made_by(item.get("Labels")))
            size = 0  # its other names hold nothing more


def caches(call: Call) -> Iterator[Removal]:
    """Give the build cache as one removal, if there is any."""
    entries = call.ask("GET", "/system/df", patience=None).get("BuildCache") or ()
    free = [each for each in entries if not each.get("InUse") and not each.get("Shared")]
    if entries:
        size = sum(int(each.get("Size") or 0) for each in free)
        yield Removal("build cache", "", f"{len(entries)} entries", "what no image holds", size)


def there(call: Call, path: str) -> list[str]:
    """Give the names that there is something of; with -f the others are told, and are no errors, as with the CLI."""
    found = []
    for name in call.names:
        try:
            call.ask("GET", f"/{path.format(named(name))}")
        except EngineError as error:
            if error.status == 404:
                sys.stderr.write(f"{one_line(error.message, 300)}\n")
                continue
        found.append(name)
    return found


def split(found: Iterable[Removal], host_wide: bool) -> tuple[tuple[Removal, ...], tuple[Removal, ...]]:
    """Divide what was found into what goes and what stays, since no notebook made it."""
    found = tuple(found)
    if host_wide:
        return found, ()
    return tuple(each for each in found if each.notebook), tuple(each for each in found if not each.notebook)


def carry_out(call: Call, plan: Plan, *, force: bool = False, with_volumes: bool = False) -> Plan:
    """Remove what the plan names, and give it with what became of each."""
    outcomes = []
    for removal in plan.removals:
        try:
            remove(call, removal, force=force, with_volumes=with_volumes)
            outcomes.append("removed")
        except EngineError as error:
            # Someone else may have removed it meanwhile; then it is gone, as was wanted.
            outcomes.append("removed" if error.status == 404 else f"still there: {error.message}")
    return plan.done(outcomes)


def remove(call: Call, removal: Removal, *, force: bool = False, with_volumes: bool = False) -> None:
    """Remove one thing.

    Parameters:
        force: a container also when it runs; an image also when it has several names.
        with_volumes: a container's anonymous volumes too.

    Raises:
        EngineError: the engine refuses.
    """
    ways: dict[str, Callable[[], Any]] = {
        "container": lambda: call.ask("DELETE", f"/containers/{named(removal.id)}", force=force, v=with_volumes, patience=None),
        "network": lambda: call.ask("DELETE", f"/networks/{named(removal.id)}"),
        "volume": lambda: call.ask("DELETE", f"/volumes/{named(removal.id)}"),
        "image": lambda: call.ask("DELETE", f"/images/{named(removal.id)}", force=force, patience=None),
        "build cache": lambda: call.ask("POST", "/build/prune", patience=None),
    }
    ways[removal.what]()
