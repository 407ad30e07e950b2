"""What a picture of a stack shows, decided: every word, glyph and role. Pure; how it is drawn is for other modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dockermagic.builds.model import Build
from dockermagic.compose.model import Stack, Task
from dockermagic.compose.project import Dependency, Mounted, Service
from dockermagic.compose.readiness import Chart, chart
from dockermagic.containers.lifecycle.buttons import Button, buttons
from dockermagic.containers.lifecycle.words import GLYPHS, role_of, state_word
from dockermagic.containers.model import Container
from dockermagic.containers.parts import Port
from dockermagic.views.hostile import clip, one_line
from dockermagic.views.output import log_part
from dockermagic.views.screen import LogPart
from dockermagic.views.units import plural, total_text

__all__ = ["Area", "Box", "Edge", "Scene", "last_moment", "scene"]

_CONDITIONS = {"service_started": "started", "service_healthy": "healthy", "service_completed_successfully": "ended well"}


@dataclass(frozen=True, slots=True)
class Box:
    """A service as it is drawn; `ports` are words and addresses to follow ("" for none)."""

    name: str
    image: str
    glyph: str
    state: str
    role: str
    health: str = ""
    replicas: str = ""
    ready: str = ""
    ports: tuple[tuple[str, str], ...] = ()
    mounts: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    buttons: tuple[tuple[str, tuple[Button, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """`service` waits until `needed` is `word`; `role` tells whether it is."""

    service: str
    needed: str
    word: str
    role: str


@dataclass(frozen=True, slots=True)
class Area:
    """A network and the services on it; `name` as the engine knows it."""

    key: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture."""

    title: str
    glyph: str
    role: str
    status: str
    command: str
    engine: str
    boxes: tuple[Box, ...] = ()
    edges: tuple[Edge, ...] = ()
    areas: tuple[Area, ...] = ()
    volumes: tuple[tuple[str, str, str], ...] = ()
    chart: Chart | None = None
    tasks: tuple[Task, ...] = ()
    builds: tuple[tuple[str, Build], ...] = ()
    output: LogPart | None = None
    notes: tuple[str, ...] = ()
    lost: str = ""
    recorded: bool = False
    live: bool = True
    now: float = 0.0


def scene(stack: Stack, now: float, *, live: bool = True) -> Scene:
    """Decide what is shown of a stack.

    Parameters:
        now: seconds since the epoch.
        live: whether it has buttons.
    """
    project, live = stack.project, live and not stack.recorded
    boxes = tuple(_box(stack, service, live=live) for service in project.services)
    glyph, role, status = _status(stack, boxes)
    areas = []
    for network in project.networks:
        members = tuple(each.name for each in project.services if any(joined.network == network.key for joined in each.networks))
        if members:
            areas.append(Area(one_line(network.key, 60), one_line(network.name, 100), members))
    edges = tuple(_edge(stack, name, needed) for name, needed in project.edges if project.service(needed.service) is not None)
    return Scene(
        title=one_line(project.name or "project", 80),
        glyph=glyph,
        role=role,
        status=status,
        command=one_line(stack.command, 160),
        engine=one_line(stack.containers.engine, 80),
        boxes=boxes,
        edges=edges,
        areas=tuple(areas),
        volumes=tuple(_volumes(stack)),
        chart=chart(stack, now),
        tasks=stack.tasks,
        builds=stack.builds,
        output=log_part(stack.output, "_.model.output.text()", lines=400, chars=40_000, opened=True, errors_apart=True),
        notes=tuple(one_line(note, 400) for note in stack.notes),
        lost=f"The engine does not answer: {one_line(stack.containers.lost_reason, 200)}" if stack.containers.lost else "",
        recorded=stack.recorded,
        live=live,
        now=now,
    )


def last_moment(stack: Stack) -> float:
    """Give the newest time that a stack knows: a saved picture must not need a clock."""
    times = [stack.began, *(mark.time for mark in stack.marks), *(task.time for task in stack.tasks)]
    times += [moment.time for each in stack.containers for moment in each.history]
    return max(times + ([stack.ended] if stack.ended is not None else []))


def _status(stack: Stack, boxes: tuple[Box, ...]) -> tuple[str, str, str]:
    took = f" in {total_text(stack.ended - stack.began)}" if stack.ended is not None and stack.began else ""
    bad = [box.name for box in boxes if box.role == "failed"]
    building = [name for name, build in stack.builds if build.outcome is None]
    if stack.interrupted:
        return "■", "cancelled", f"interrupted{took}"
    if stack.exit_code:
        return "✗", "failed", f"failed{took}"
    if bad:
        return "✗", "failed", f"{', '.join(bad)} in trouble"
    if building:
        return "►", "running", f"building {', '.join(building)}"
    if stack.ended is None:
        return "►", "running", "coming up"
    there = [box for box in boxes if box.state not in ("not there", "removed")]
    if boxes and not there:
        return "⌫", "waiting", "down"
    waiting = [box.name for box in boxes if box.health == "starting"]
    if waiting:
        return "…", "warning", f"waiting for {', '.join(waiting)}"
    return "✓", "succeeded", f"up{took}"


def _box(stack: Stack, service: Service, *, live: bool) -> Box:
    found = stack.replicas(service.name)
    glyph, state, role = _state(stack, service, found)
    health = next((each.health for each in found if each.health != "none"), "")
    ready = stack.ready_after(service.name)
    running = sum(each.state == "running" for each in found)
    named = {each.network: each for each in service.networks}
    image = service.image or (f"{stack.project.name}-{service.name}, built here" if service.built else "")
    return Box(
        name=one_line(service.name, 60),
        image=one_line(image, 80),
        glyph=glyph,
        state=state,
        role="failed" if health == "unhealthy" else role,
        health="" if state != "running" else health,
        replicas=f"{running} of {service.replicas}" if service.replicas != 1 or len(found) > 1 else "",
        ready=f"ready after {total_text(ready)}" if ready is not None else "",
        ports=tuple(_ports(service, found, stack.reach)),
        mounts=tuple(_mount(each, stack.folder) for each in service.mounts),
        networks=tuple(
            one_line(name, 60) + (f" as {', '.join(each.aliases)}" if each.aliases else "") for name, each in named.items()
        ),
        depends=tuple(f"{each.service} ({_CONDITIONS.get(each.condition, each.condition)})" for each in service.depends),
        buttons=tuple((each.name, tuple(one for one in buttons(each) if one.word != "logs")) for each in found) if live else (),
    )


def _state(stack: Stack, service: Service, found: tuple[Container, ...]) -> tuple[str, str, str]:
    """Give the glyph, the word and the role of a service's state: that of its worst container."""
    if not found:
        gone = any(
            each.state == "removed" and dict(each.seen.labels).get("com.docker.compose.service") == service.name
            for each in stack.containers
        )
        return ("⌫", "removed", "waiting") if gone else ("·", "not there", "waiting")
    worst = min(
        found, key=lambda each: ("dead", "exited", "restarting", "created", "paused", "removing", "running").index(each.state)
    )
    word = state_word(worst)
    if worst.state == "exited":
        return GLYPHS["exited"], f"{word}, code {worst.exit_code}", role_of(worst)
    if worst.crashes and worst.state in ("running", "restarting"):
        return "↻", f"{word}, {plural(worst.crashes, 'restart')}", "warning"
    return GLYPHS.get(worst.state, "?"), word, role_of(worst)


def _ports(service: Service, found: tuple[Container, ...], reach: str) -> Iterator[tuple[str, str]]:
    """Give the published ports: as they are bound now, else as the file asks for them."""
    running = [port for each in found if each.state == "running" for port in each.seen.ports]
    bound = [port for port in running if port.published and port.host_port and ":" not in port.host_ip]
    if bound:
        yield from (_bound(port, reach) for port in bound)
        return
    for port in service.ports:
        host = f"{port.host_ip}:" if port.host_ip else ""
        yield f"{host}{port.published or 'any'} → {port.target}{'/udp' if port.protocol == 'udp' else ''}", ""


def _bound(port: Port, reach: str) -> tuple[str, str]:
    host = "localhost" if port.host_ip in ("0.0.0.0", "127.0.0.1") else port.host_ip  # noqa: S104 - what the engine says
    address = f"{reach}{port.host_port}/" if reach and host == "localhost" else f"http://{host}:{port.host_port}/"
    address = address if port.protocol == "tcp" else ""
    return f"{port.host_port} → {port.port}{'/udp' if port.protocol == 'udp' else ''}", address


def _mount(each: Mounted, folder: str) -> str:
    what = {"bind": "folder", "volume": "volume", "tmpfs": "memory"}.get(each.type, each.type)
    source = each.source
    if folder and source.startswith(folder.rstrip("/") + "/"):  # as it was written, and the same on every machine
        source = "./" + source[len(folder.rstrip("/")) + 1 :]
    source = source if len(source) <= 34 else f"…{source[-33:]}"
    named = f" {one_line(source, 60)}" if source else "" if each.type == "tmpfs" else " without a name"
    return clip(f"{what}{named} → {one_line(each.target, 60)}{' (read only)' if each.read_only else ''}", 110)


def _edge(stack: Stack, name: str, needed: Dependency) -> Edge:
    word = _CONDITIONS.get(needed.condition, one_line(needed.condition, 40))
    found = stack.replicas(needed.service)
    if not found:
        role = "waiting"
    elif needed.condition == "service_healthy":
        role = {"healthy": "succeeded", "unhealthy": "failed"}.get(found[0].health, "waiting" if found[0].alive else "failed")
    elif needed.condition == "service_completed_successfully":
        role = role_of(found[0]) if found[0].state == "exited" else "waiting"
    else:
        role = "succeeded" if any(moment.state == "running" for moment in found[0].history) else "waiting"
    return Edge(name, needed.service, word, role)


def _volumes(stack: Stack) -> Iterator[tuple[str, str, str]]:
    """Give each named volume: its key, its name on the engine, and who mounts it where."""
    for volume in stack.project.volumes:
        users = [
            f"{service.name}:{each.target}"
            for service in stack.project.services
            for each in service.mounts
            if each.source == volume.key
        ]
        yield one_line(volume.key, 60), one_line(volume.name, 100), one_line(", ".join(users) or "nobody", 200)
