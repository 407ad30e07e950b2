"""`%docker rm`, `volume rm`, `network rm`, the prunes, and `%docker_reset`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial

from dockermagic import leftovers
from dockermagic.commands import removal
from dockermagic.commands.call import FILTER, HOST_WIDE, Call, Told, Verb, each_of
from dockermagic.commands.hints import for_container, for_network, for_volume
from dockermagic.commands.plans import Plan, Removal
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.labels import NOTEBOOK, made_by, whose

__all__ = ["RESET", "VERBS", "reset"]


def _not_ours(what: str, name: str) -> EngineError:
    return EngineError(
        f"No notebook made the {what} {name}, so it is left alone.", "If you do want to remove it, add --host-wide.", status=403
    )


def _rm(call: Call) -> Told | Plan:
    if call.on("link"):
        raise UsageError("--link is not supported: links are a leftover of Docker's first years.", "Networks took their place.")
    force, with_volumes = call.on("force"), call.on("volumes")
    listed = {each.id: each for each in removal.listed(call, sized=force)}

    def act(name: str) -> str:
        seen = call.ask("GET", f"/containers/{named(name)}/json")
        one = listed[seen["Id"]]
        if not one.notebook and not call.on("host-wide"):
            raise _not_ours("container", name)
        call.session.told("rm", one.id, f"docker rm {'-f ' if force else ''}{name}")
        removal.remove(call, one, force=force, with_volumes=with_volumes)
        if not with_volumes and one.notebook:
            leftovers.note_volumes(one.notebook, removal.nameless(seen))
        gone.append(one)
        return name

    gone: list[Removal] = []
    there = removal.there(call, "containers/{}/json") if force else call.names
    if force:
        _announce(call, listed.values())
    told = each_of(there, act, lambda error, name: for_container(call, error, name))
    return Plan("rm -f", tuple(gone)).done(["removed"] * len(gone)) if force and gone else told


def _announce(call: Call, found: Iterable[Removal]) -> None:
    """Say what goes, and how many bytes, before it does."""
    named_so = [name for name in call.names if len(name) > 3]
    going = [each for each in found if each.name in call.names or each.id.startswith(tuple(named_so))]
    ours, _ = removal.split(going, call.on("host-wide"))
    if ours:
        sys.stdout.write(f"{Plan('rm -f', ours, todo='-f').summary()}\n")


def _guarded(what: str, path: str, hint: Callable[[Call, EngineError, str], str]) -> Callable[[Call], Told]:
    """Give a command that removes what was named, unless no notebook made it."""

    def run(call: Call) -> Told:
        def act(name: str) -> str:
            found = call.ask("GET", f"/{path}/{named(name)}")
            if not made_by(found.get("Labels")) and not call.on("host-wide"):
                raise _not_ours(what, name)
            # Of a network, Podman takes it to mean that the containers which are on it go as well.
            force = (call.on("force") and what == "volume") or None
            call.ask("DELETE", f"/{path}/{named(name)}", force=force)
            return name

        there = removal.there(call, f"{path}/{{}}") if call.on("force") else call.names
        return each_of(there, act, lambda error, name: hint(call, error, name))

    return run


def _candidates(call: Call, kinds: tuple[str, ...]) -> Iterator[Removal]:
    everything = call.on("all") if "all" in call.parsed.values else False
    if "container" in kinds:
        yield from removal.containers(call)
    if "network" in kinds:
        yield from removal.networks(call)
    if "volume" in kinds:
        yield from removal.volumes(call, named_too=everything and kinds == ("volume",))
    if "image" in kinds:
        yield from removal.images(call, unused=everything)
    if "build cache" in kinds:
        yield from removal.caches(call)


def _prune(call: Call, *kinds: str) -> Plan:
    wanted = (*kinds, "volume") if "volumes" in call.parsed.values and call.on("volumes") else kinds
    going, kept = removal.split(_candidates(call, wanted), call.on("host-wide"))
    typed = " ".join([call.verb.command.name, *call.words])
    plan = Plan(typed, going, kept, todo=f"To remove these, type {typed} -f")
    return removal.carry_out(call, plan) if call.on("force") else plan


def reset(call: Call) -> Plan:
    """Remove what this notebook made; with --course what any notebook made."""
    own = dict(call.labels)[NOTEBOOK]
    mine = [NOTEBOOK] if call.on("course") else whose(dict(call.labels))
    composed = leftovers.projects(None if call.on("course") else dict(call.labels))
    containers = [
        *(each for each in removal.containers(call, alive=True, query={"label": mine}) if each.notebook),
        *_composed(call, "container", composed, own),
    ]
    freed = {each.id for each in containers}
    found = [
        *containers,
        *_labelled(call, "network", "/networks", mine),
        *_composed(call, "network", composed, own),
        *_labelled(call, "volume", "/volumes", mine),
        *_composed(call, "volume", composed, own),
        *(each for each in removal.volumes(call, named_too=False) if each.notebook and (call.on("course") or each.notebook == own)),
        *removal.images(call, unused=True, query={"label": mine[:1]}, freed=freed),
        *_composed(call, "image", composed, own, freed),
    ]
    plan = Plan("reset", tuple(found), todo="To remove these, type the line again without --dry-run.")
    if call.on("dry-run"):
        return plan
    done = removal.carry_out(call, plan, force=True, with_volumes=True)
    leftovers.forget_volumes(each.id for each in done.removals if each.what == "volume" and each.outcome == "removed")
    if all(each.outcome == "removed" for each in done.removals):
        leftovers.forget(None if call.on("course") else dict(call.labels))
        leftovers.forget_projects(composed)
    return done


def _composed(call: Call, what: str, projects: Iterable[str], own: str, freed: Collection[str] = ()) -> Iterator[Removal]:
    """Give what Compose has made in this notebook's projects: Compose's labels say which project, and not which notebook."""
    for project in projects:
        labels = [f"{leftovers.PROJECT}={project}"]
        query = {"label": labels}
        if what == "container":
            found: Iterable[Removal] = removal.containers(call, alive=True, query=query)
        elif what == "image":
            found = removal.images(call, unused=True, query=query, freed=freed)
        else:
            found = _labelled(call, what, f"/{what}s", labels)
        yield from (replace(each, notebook=own) for each in found if not each.notebook)


def _labelled(call: Call, what: str, path: str, labels: list[str]) -> Iterator[Removal]:
    """Give what has labels, in use or not: the containers that use it go first."""
    answer = call.ask("GET", path, filters=call.filters({"label": labels}))
    sizes = removal.volume_sizes(call) if what == "volume" else {}
    for item in (answer.get("Volumes") or ()) if what == "volume" else answer:
        has = item.get("Labels") or {}
        if any("=" in label and label not in {f"{name}={value}" for name, value in has.items()} for label in labels):
            continue  # Podman gives the volumes that have one of several labels
        name = str(item["Name"])
        size = sizes.get(name, -1)
        # Several networks may have one name.
        yield Removal(what, str(item["Id"]) if what == "network" else name, name, "", size if size >= 0 else None, made_by(has))


_FORCE = Flag("force", "f", "bool", help="Do it; without it, only show what would go.")
_ALL_IMAGES = Flag("all", "a", "bool", help="Also images with a name, if no container uses them.")


def _prune_verb(words: str, summary: str, kinds: tuple[str, ...], *flags: Flag) -> Verb:
    command = Command(
        f"%docker {words}",
        "[OPTIONS]",
        summary,
        (*flags, replace(FILTER, short=""), _FORCE, HOST_WIDE),
        most=0,
        examples=(Example(f"%docker {words}", "show what would go"), Example(f"%docker {words} -f", "remove it")),
        notes=("Only what notebooks made is removed, unless --host-wide is given.",),
    )
    return Verb((words,), command, partial(_run_prune, kinds))


def _run_prune(kinds: tuple[str, ...], call: Call) -> Plan:
    return _prune(call, *kinds)


VERBS = (
    Verb(
        ("rm", "container rm", "container remove"),
        Command(
            "%docker rm",
            "[OPTIONS] CONTAINER [CONTAINER…]",
            "Remove containers, and with each what it has written into its own layer.",
            (
                Flag("force", "f", "bool", help="Also those that run: they are killed."),
                Flag("link", "l", "bool", help="Remove a link.", hidden=True),
                Flag("volumes", "v", "bool", help="Also their anonymous volumes."),
                HOST_WIDE,
            ),
            least=1,
            notes=("Containers that no notebook made are left alone, unless --host-wide is given.",),
        ),
        _rm,
    ),
    Verb(
        ("volume rm", "volume remove"),
        Command(
            "%docker volume rm",
            "[OPTIONS] VOLUME [VOLUME…]",
            "Remove volumes, with all that is in them.",
            (Flag("force", "f", "bool", help="No error for one that is not there."), HOST_WIDE),
            least=1,
        ),
        _guarded("volume", "volumes", for_volume),
    ),
    Verb(
        ("network rm", "network remove"),
        Command(
            "%docker network rm",
            "[OPTIONS] NETWORK [NETWORK…]",
            "Remove networks.",
            (Flag("force", "f", "bool", help="No error for one that is not there."), HOST_WIDE),
            least=1,
        ),
        _guarded("network", "networks", for_network),
    ),
    _prune_verb("container prune", "Remove the containers that do not run.", ("container",)),
    _prune_verb("image prune", "Remove the images that have lost their name.", ("image",), _ALL_IMAGES),
    _prune_verb("network prune", "Remove the networks that no container is on.", ("network",)),
    _prune_verb(
        "volume prune",
        "Remove the anonymous volumes that no container uses.",
        ("volume",),
        Flag("all", "a", "bool", help="Also those with a name."),
    ),
    _prune_verb(
        "system prune",
        "Remove stopped containers, unused networks, images that have lost their name, and the build cache.",
        ("container", "network", "image", "build cache"),
        _ALL_IMAGES,
        Flag("volumes", kind="bool", help="Also anonymous volumes that no container uses."),
    ),
)

RESET = Verb(
    ("reset",),
    Command(
        "%docker_reset",
        "[OPTIONS]",
        "Remove what this notebook made: containers (also those that run), networks, volumes and images.",
        (
            Flag("course", kind="bool", ours=True, help="What any notebook made, not only this one."),
            Flag("dry-run", kind="bool", ours=True, help="Only show what would go."),
        ),
        most=0,
    ),
    reset,
)
