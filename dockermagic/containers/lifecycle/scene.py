"""The picture of containers, decided in full: every box, arrow, word and colour role, with no markup yet.

`scene(containers, now)` is pure, so the same containers at the same time give the same picture, live, saved or replayed.
"""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.containers.lifecycle.buttons import Button, buttons
from dockermagic.containers.lifecycle.stopping import StopPicture, stop_picture
from dockermagic.containers.lifecycle.words import GLYPHS, brief, role_of, sentence, state_word, status
from dockermagic.containers.model import Container, Containers, Moment
from dockermagic.containers.parts import Probe
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.output import log_part
from dockermagic.views.screen import LogPart
from dockermagic.views.units import bytes_text, plural, seconds_text, total_text

__all__ = ["Arrow", "Button", "Group", "Life", "Scene", "Step", "scene"]

_LIVE_CHARS, _SAVED_CHARS = 30_000, 300_000
_STEPS, _FEW_STEPS = 60, 10
"""Moments of one life that are listed; the first and the newest ones of a longer life."""
_MANY = 6
"""More containers than this have no diagrams of their own beside the shared one: a page must stay light."""

ARROWS = ("create", "start", "pause", "unpause", "end", "again", "remove", "discard")
"""The ways between states: image→created, created→running, running⇄paused, running→stopped and back, stopped→removed, and
created→removed."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two states. `times`: how often it was taken; `last`: it was the last one; the texts tell of the last time."""

    name: str
    times: int = 0
    last: bool = False
    command: str = ""
    cause: str = ""
    note: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history: when (since the container was made), the state, what was typed or would be, and what happened."""

    at: str
    glyph: str
    role: str
    state: str
    command: str
    typed: bool
    told: str


@dataclass(frozen=True, slots=True)
class Life:
    """One container. `box` is the state box that is lit, `within` what stands in it below the state; `probes` are the newest
    runs of its health check. `drawn`: with a diagram of its own.
    """

    key: str
    id: str
    name: str
    image: str
    state: str
    box: str
    glyph: str
    role: str
    status: str
    within: str
    health: str
    probes: tuple[Probe, ...]
    visited: frozenset[str]
    arrows: tuple[Arrow, ...]
    steps: tuple[Step, ...]
    omitted: int
    stop: StopPicture | None
    log: LogPart | None
    buttons: tuple[Button, ...]
    notes: tuple[str, ...]
    crashes: int
    drawn: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The containers of one image: one blueprint, many objects."""

    key: str
    image: str
    lives: tuple[Life, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture. `front`: of a program that is run in front, so that what it prints comes first."""

    groups: tuple[Group, ...]
    engine: str
    lost: str
    pulls: tuple[tuple[str, str, float | None], ...]
    recorded: bool
    live: bool
    single: bool
    front: bool = False


def scene(containers: Containers, now: float, *, live: bool = True, front: bool = False) -> Scene:
    """Decide the picture.

    Parameters:
        now: seconds since the epoch, on the engine's clock.
        live: with buttons, and with as much of the output as can be patched often.
        front: see `Scene`.
    """
    # Without its engine nothing is known of the present: the clock stands still where it went.
    now = min(now, containers.lost) if containers.lost is not None else now
    live = live and not containers.recorded
    single = len(containers) == 1
    groups: dict[str, list[Life]] = {}
    for container in containers:
        life = _life(container, now, live and containers.lost is None, single, len(containers))
        groups.setdefault(life.image, []).append(life)
    lost = f"The engine does not answer ({one_line(containers.lost_reason, 200)}). This is how it was; it goes on when it is back."
    return Scene(
        groups=tuple(Group(f"g{place}", image, tuple(lives)) for place, (image, lives) in enumerate(groups.items())),
        engine=one_line(containers.engine, 80),
        lost=lost if containers.lost is not None else "",
        pulls=tuple(
            (one_line(pull.image, 120), _pulled(pull.current, pull.total), pull.current / pull.total if pull.total else None)
            for pull in containers.pulls
            if not pull.done
        ),
        recorded=containers.recorded,
        live=live,
        single=single,
        front=front and single,
    )


def _pulled(current: int, total: int) -> str:
    return f"{bytes_text(current)} of {bytes_text(total)}" if total else bytes_text(current)


def _life(container: Container, now: float, live: bool, single: bool, many: int) -> Life:
    began = container.history[0].time if container.history else now
    history = container.history
    most = _STEPS if many <= _MANY else _FEW_STEPS
    shown = history if len(history) <= most else (history[0], *history[1 - most :])
    chars = max(2000, (_LIVE_CHARS if live else _SAVED_CHARS) // max(1, many))
    source = f"{one_line(container.name or container.short_id, 60)}.logs()"
    return Life(
        key=f"c{container.short_id}",
        id=container.id,
        name=one_line(container.name or container.short_id, 80),
        image=one_line(container.image, 120) or "an image that is not known",
        state=state_word(container),
        box={"restarting": "exited", "removing": "exited", "dead": "exited"}.get(container.state, container.state),
        glyph=GLYPHS[container.state],
        role=role_of(container),
        status=status(container),
        within=one_line(" ".join(container.seen.argv), 60) if container.alive else status(container),
        health="" if container.health == "none" else container.health,
        probes=container.probes[-5:],
        visited=frozenset({"restarting": "exited"}.get(moment.state, moment.state) for moment in history),
        arrows=_arrows(container, began),
        steps=tuple(_step(moment, container, began) for moment in shown),
        omitted=len(history) - len(shown) + container.earlier,
        stop=stop_picture(container, now),
        log=log_part(
            container.output, source, lines=200 if live else 1000, chars=chars, opened=single, errors_apart=not container.seen.tty
        ),
        buttons=buttons(container) if live else (),
        notes=tuple(_notes(container)),
        crashes=container.crashes,
        drawn=many <= _MANY,
    )


def _way(moment: Moment, before: str) -> str:
    """Give the arrow that a moment took."""
    match moment.state:
        case "created":
            return "create" if moment.cause == "create" else ""
        case "paused":
            return "pause"
        case "running":
            return "unpause" if moment.cause == "unpause" else "start" if before in ("created", "") else "again"
        case "removed":
            return "discard" if before == "created" else "remove"
    return "end"


def _arrows(container: Container, began: float) -> tuple[Arrow, ...]:
    taken: dict[str, tuple[int, Moment]] = {}
    before, last = "", ""
    for moment in container.history:
        way = _way(moment, before)
        before = moment.state
        if way:
            taken[way] = taken.get(way, (0, moment))[0] + 1, moment
            last = way
    return tuple(_arrow(way, *taken[way], way == last, began) if way in taken else Arrow(way) for way in ARROWS)


def _arrow(way: str, times: int, moment: Moment, last: bool, began: float) -> Arrow:
    at = total_text(moment.time - began) if way != "create" else ""
    code = f"exit code {moment.exit_code}" if moment.exit_code is not None else ""
    note = " · ".join(part for part in (code, f"at {at}" if at else "") if part)
    return Arrow(
        name=way,
        times=times,
        last=last,
        command=one_line(moment.command, 200),
        cause=_STEPS_OF_RUN.get(way, "") if _by_run(moment) else brief(moment),
        note=note,
        whole=one_line(moment.command, 1000),
    )


_STEPS_OF_RUN = {"create": "step 1, create", "start": "step 2, start"}


def _by_run(moment: Moment) -> bool:
    """Say whether it was one of the two steps that `docker run` is."""
    return moment.command.startswith(("docker run ", "docker container run ", "%docker_run"))


def _step(moment: Moment, container: Container, began: float) -> Step:
    then = Container(container.id, state=moment.state, exit_code=moment.exit_code)
    return Step(
        at=total_text(max(0.0, moment.time - began)),
        glyph=GLYPHS[moment.state],
        role="failed" if moment.cause == "start failed" else role_of(then),
        state=state_word(then),
        command=one_line(moment.command, 300),
        typed=moment.typed,
        told=(_STEPS_OF_RUN.get(moment.cause, "") + ": " if _by_run(moment) else "") + visible(sentence(moment, container.seen)),
    )


def _notes(container: Container) -> list[str]:
    notes = []
    if container.crashes:
        policy = container.seen.restart_policy
        notes.append(f"Started again {plural(container.crashes, 'time')} by its restart policy ({one_line(policy.name, 40)}).")
    if container.names:
        notes.append(f"Its name was {one_line(container.names[-1], 80)} before.")
    for each in container.execs[-3:]:
        how = "runs" if each.finished is None else "ended"
        code = f" with exit code {each.exit_code}" if each.exit_code is not None else ""
        took = f" after {seconds_text(each.finished - each.started)}" if each.finished is not None else ""
        notes.append(f"docker exec {one_line(each.command, 120)}: {how}{code}{took}".replace(" :", ":"))
    return notes
