"""The readiness chart, decided: per container on one time axis, what happened on the way to being ready. Pure.

1. Zero is when the command began; a container that was there before is drawn from zero on.
2. Started is not ready: between the start and the first sign of readiness the bar is hollow, after it it is filled.
3. Ready is: healthy where there is a health check, else the first connection that a port took.
"""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.compose.model import OPEN, Stack, number_of, service_of, started_at
from dockermagic.containers.model import Container
from dockermagic.views.hostile import one_line

__all__ = ["LEGEND", "Chart", "Row", "Sign", "chart"]

LEGEND = {
    "created": ("○", "waiting", "created"),
    "started": ("▶", "running", "started"),
    "line": ("≡", "note", "first line of output"),
    "accepts": ("⇄", "recorded", "port takes connections"),
    "healthy": ("✓", "succeeded", "healthy"),
    "failed": ("✗", "failed", "tried what it needs, and failed"),
    "ended": ("■", "cancelled", "ended"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A moment on the axis: seconds since zero, its kind (a key of LEGEND), and a sentence."""

    at: float
    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class Row:
    """A container: `begin` and `end` of its life on the axis, `ready` when it was ready."""

    name: str
    signs: tuple[Sign, ...]
    begin: float | None
    end: float
    ready: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """All rows, and the axis' length in seconds."""

    rows: tuple[Row, ...]
    length: float
    told: str


def chart(stack: Stack, now: float) -> Chart | None:
    """Decide what the chart shows; None while there is nothing."""
    found = [each for service in stack.project.services for each in stack.replicas(service.name)]
    if not found or not stack.began:
        return None
    signs = {each.id: _signs(stack, each) for each in found}
    last = max((sign.at for each in signs.values() for sign in each), default=0.0)
    waits = stack.ended is None
    length = max(last * 1.12, (min(now, stack.began + 3600) - stack.began) if waits else 0.0, 0.5)
    rows = tuple(_row(stack, each, signs[each.id], length) for each in found)
    return Chart(rows, length, _told(stack))


def _signs(stack: Stack, each: Container) -> tuple[Sign, ...]:
    zero = stack.began
    found: list[Sign] = []
    for moment in each.history:
        if moment.time < zero - 0.2:
            continue
        kind = {"created": "created", "running": "started", "exited": "ended"}.get(moment.state, "")
        if kind and moment.cause != "unpause":
            told = f"exit code {moment.exit_code}" if kind == "ended" else ""
            found.append(Sign(max(0.0, moment.time - zero), kind, told))
    for mark in stack.marks:
        if mark.id == each.id and mark.time >= zero - 0.2:
            told = (
                f"port {mark.port}" + (f": {mark.text}" if mark.text else "")
                if mark.kind == "accepts"
                else f"{mark.service}: {mark.text}"
                if mark.kind == "failed"
                else mark.text
            )
            found.append(Sign(max(0.0, mark.time - zero), mark.kind, one_line(told, 160)))
    return tuple(sorted(found, key=lambda sign: sign.at)[-40:])


def _row(stack: Stack, each: Container, signs: tuple[Sign, ...], length: float) -> Row:
    service = service_of(each)
    several = len(stack.replicas(service)) > 1
    started = started_at(each)
    described = stack.project.service(service)
    wanted = "healthy" if (described is not None and described.test) or each.health != "none" else "accepts"
    ready = next((sign.at for sign in signs if sign.kind == wanted), None)
    end = next((sign.at for sign in reversed(signs) if sign.kind == "ended"), length) if not each.alive else length
    name = f"{service} {number_of(each)}" if several else service
    return Row(one_line(name, 30), signs, max(0.0, started - stack.began) if started is not None else None, end, ready)


def service_is(stack: Stack, id: str, service: str) -> bool:
    """Say whether a container belongs to a service."""
    found = stack.containers.find(id)
    return found is not None and service_of(found) == service


def _told(stack: Stack) -> str:
    """Say in a sentence whether somebody tried before what it needs was ready."""
    for mark in stack.marks:
        if mark.kind != "failed":
            continue
        dependent = stack.containers.find(mark.id)
        ready = stack.ready_after(mark.service)
        needed = next(iter(stack.replicas(mark.service)), None)
        start = started_at(needed) if needed is not None else None
        if dependent is None or start is None or mark.time < stack.began - 0.2:
            continue
        name = one_line(service_of(dependent), 40)
        if ready is not None and mark.time < start + ready:
            early = start + ready - mark.time
            late = any(each.text == OPEN and service_is(stack, each.id, mark.service) for each in stack.marks)
            return f"{name} tried {mark.service} {'up to ' if late else ''}{early:.2f} s before it was ready: started is not ready."
        return f"{name} tried {mark.service} and did not reach it."
    return ""
