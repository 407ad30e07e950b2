"""The magics that open a picture of anything that the engine has: `%docker_lifecycle` and its like."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

from dockermagic.commands.call import Call, Verb
from dockermagic.commands.follow import in_notebook
from dockermagic.commands.hints import for_container
from dockermagic.commands.looking import look_on
from dockermagic.commands.registry import verbs
from dockermagic.commands.running import stand
from dockermagic.compose.model import NUMBER, ONEOFF, PROJECT, SERVICE
from dockermagic.compose.request import project_name
from dockermagic.containers.explain import TABLES, explain
from dockermagic.containers.lenses.read_mounts import read_mounts
from dockermagic.containers.lenses.read_networks import read_networks, resolve
from dockermagic.containers.lenses.read_ports import read_ports
from dockermagic.engine.answers import named
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.labels import NOTEBOOK
from dockermagic.views import shown

__all__ = ["EXPLAIN", "LIFECYCLE", "NETWORKS", "PORTS", "VOLUMES", "container_ids"]


def container_ids(call: Call) -> list[str]:
    """Give the IDs of the containers that were named; a Compose service's name means its containers.

    Raises:
        EngineError: one of them is not there; says what looks alike.
    """
    found = []
    for name in call.names:
        try:
            found.append(str(call.ask("GET", f"/containers/{named(name)}/json")["Id"]))
        except EngineError as error:
            service = service_containers(call, name) if error.status == 404 else []
            if service:
                found += service
                continue
            raise EngineError(error.message, for_container(call, error, name), status=error.status) from error
    return found


def service_containers(call: Call, name: str) -> list[str]:
    """Give the IDs of the containers of a Compose service, in the order of their numbers: of this notebook's project first.

    Raises:
        EngineError: several projects have such a service, and none of them is this notebook's.
    """
    query = {"label": [f"{SERVICE}={name}", f"{ONEOFF}=False"]}
    listed = call.ask("GET", "/containers/json", all=True, filters=call.filters(query))
    projects: dict[str, list[Any]] = {}
    for each in listed:
        projects.setdefault(each["Labels"].get(PROJECT, ""), []).append(each)
    own = project_name(dict(call.labels).get(NOTEBOOK, ""))
    if len(projects) > 1 and own not in projects:
        names = ", ".join(str(each["Names"][0]).removeprefix("/") for each in listed)
        raise EngineError(f"Several projects have a service {name}.", f"Name a container: {names}")
    chosen = projects.get(own) or next(iter(projects.values()), [])
    return [str(each["Id"]) for each in sorted(chosen, key=lambda each: each["Labels"].get(NUMBER, "").zfill(6))]


def _lifecycle(call: Call) -> Any:
    stand(call, container_ids(call) if call.names else None)


LIFECYCLE = Verb(
    ("lifecycle",),
    Command(
        "%docker_lifecycle",
        "[CONTAINER…]",
        "Show the lives of containers: their states, what took them from one to the next, and what goes on.",
        (),
        examples=(
            Example("%docker_lifecycle web", "one container, wherever it was started"),
            Example("%docker_lifecycle", "all that the engine has"),
        ),
        notes=("The picture goes on after the cell: it moves whenever the engine says that something happened.",),
    ),
    _lifecycle,
)


def _shown(call: Call, read: Callable[[Sequence[str]], Any]) -> Any:
    """Show a picture that goes on, in a notebook; elsewhere give it."""
    ids = container_ids(call)
    if not in_notebook(call):
        return read(ids)
    found = read(ids)
    look_on(call, ids, found, lambda: read(ids))
    shown.mark(found)
    return found


def _ports(call: Call) -> Any:
    return _shown(call, lambda ids: read_ports(call.engine, ids, probing=not call.on("no-probe")))


def _volumes(call: Call) -> Any:
    return _shown(call, lambda ids: read_mounts(call.engine, ids))


def _networks(call: Call) -> Any:
    name = call.parsed.text("resolve")
    if not name:
        return _shown(call, lambda ids: read_networks(call.engine, ids))
    if len(call.names) != 1:
        raise UsageError("--resolve asks from inside one container.", "For example: %docker_networks api --resolve postgres")
    return resolve(call.engine, container_ids(call)[0], name)


def _explain(call: Call) -> Any:
    tables = {name: verb.command for name, verb in verbs().items()}
    return explain(shlex.join(call.words), {**tables, **TABLES})


PORTS = Verb(
    ("ports",),
    Command(
        "%docker_ports",
        "[OPTIONS] [CONTAINER…]",
        "Show which port of this machine leads to which program in which container, and where the way is broken.",
        (Flag("no-probe", kind="bool", ours=True, help="Do not try to connect to the published ports."),),
        examples=(Example("%docker_ports web", "one container"), Example("%docker_ports", "all that run")),
        notes=("Published, only exposed, nobody listens, listening on 127.0.0.1 only, taken on this machine: each is told apart.",),
    ),
    _ports,
)
VOLUMES = Verb(
    ("volumes",),
    Command(
        "%docker_volumes",
        "[CONTAINER…]",
        "Show what a container has written and where: what docker rm destroys, and what survives.",
        (),
        examples=(Example("%docker_volumes db", "one container"),),
    ),
    _volumes,
)
NETWORKS = Verb(
    ("networks",),
    Command(
        "%docker_networks",
        "[OPTIONS] [CONTAINER…]",
        "Show which containers are on which network, with addresses and names.",
        (
            Flag(
                "resolve",
                metavar="NAME",
                example="postgres",
                ours=True,
                help="Ask for it from inside the container; says why it fails. With a port: who listens there.",
            ),
        ),
        examples=(
            Example("%docker_networks", "all networks"),
            Example("%docker_networks api --resolve postgres", "what does postgres lead to, seen from api?"),
            Example("%docker_networks api --resolve localhost:5432", "and why does localhost:5432 not lead there?"),
        ),
    ),
    _networks,
)
EXPLAIN = Verb(
    ("explain",),
    Command(
        "%docker_explain",
        "docker COMMAND …",
        "Take a command line apart, piece by piece. Nothing is run.",
        (),
        interspersed=False,
        least=1,
        examples=(Example("%docker_explain docker run -d --name my-app -p 3000:3000 my-app:1.0", "what does each word mean?"),),
    ),
    _explain,
)
