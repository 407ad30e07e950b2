"""Folding events into a stack: `apply(stack, event) -> stack`, pure and replayable.

1. A container belongs to the project if its labels say so, which is known when it was inspected; events about others change
   nothing. One-off containers of `run` do not belong to the picture.
2. Marks count from a container's last start: the first line, the first connection of each port, the first failed try of each
   dependency, and the first time that it was healthy. When it is started again, they begin anew.
3. A removed container stays as long as its service has no other, so that the picture tells what became of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dockermagic.compose import events as ev
from dockermagic.compose.model import ONEOFF, OPEN, PROJECT, Mark, Stack, Task, service_of, started_at
from dockermagic.containers import events as life
from dockermagic.containers import fold
from dockermagic.containers.parts import Seen

__all__ = ["apply"]

MOST_TASKS = 400
MOST_MARKS = 2000


def apply(stack: Stack, event: ev.Event) -> Stack:
    """Give the stack as it is after one more event."""
    change = _FOLDS.get(type(event))
    return change(stack, event) if change is not None else _container(stack, event)


def _belongs(stack: Stack, seen: Seen) -> bool:
    labels = dict(seen.labels)
    return bool(stack.project.name) and labels.get(PROJECT) == stack.project.name and labels.get(ONEOFF, "False") != "True"


def _container(stack: Stack, event: Any) -> Stack:
    id = getattr(event, "id", "")
    known = stack.containers.find(id) if id else None
    if id and known is None and not (isinstance(event, life.Inspected) and _belongs(stack, event.seen)):
        return stack
    changed = replace(stack, containers=fold.apply(stack.containers, event))
    if isinstance(event, life.Started) and known is not None:
        changed = _begun_anew(changed, id, event.time)
    if isinstance(event, life.Removed) or (isinstance(event, life.Inspected) and known is None):
        changed = _without_replaced(changed)
    return _healthy(changed, id, event.time) if id else changed


def _begun_anew(stack: Stack, id: str, time: float) -> Stack:
    kept = tuple(mark for mark in stack.marks if mark.id != id or mark.time >= time - 0.05)
    return replace(stack, marks=kept)


def _without_replaced(stack: Stack) -> Stack:
    """Let go of removed containers whose service has others."""
    alive = {service_of(each) for each in stack.containers if each.state != "removed"}
    items = [each for each in stack.containers if each.state != "removed" or service_of(each) not in alive]
    gone = {service_of(each): each.id for each in items if each.state == "removed"}
    kept = tuple(each for each in items if each.state != "removed" or gone[service_of(each)] == each.id)
    return replace(stack, containers=replace(stack.containers, items=kept))


def _healthy(stack: Stack, id: str, time: float) -> Stack:
    """Mark the first time that a container was healthy; its last probe tells when more exactly than whoever asked later."""
    found = stack.containers.find(id)
    if found is None or found.health != "healthy" or any(mark.id == id and mark.kind == "healthy" for mark in stack.marks):
        return stack
    started = started_at(found) or 0.0
    well = [probe.finished for probe in found.probes if probe.exit_code == 0 and started <= probe.finished <= time]
    return _marked(stack, Mark(min([*well, time]), id, "healthy"))


def _marked(stack: Stack, mark: Mark) -> Stack:
    found = stack.containers.find(mark.id)
    same = [
        each
        for each in stack.marks
        if (each.id, each.kind, each.port, each.service) == (mark.id, mark.kind, mark.port, mark.service)
    ]
    if found is None or same:
        return stack
    return replace(stack, marks=tuple(sorted((*stack.marks, mark), key=lambda each: each.time))[-MOST_MARKS:])


def _read(stack: Stack, event: ev.ProjectRead) -> Stack:
    return replace(stack, project=event.project)


def _progress(stack: Stack, event: ev.Progress) -> Stack:
    known = next((task for task in stack.tasks if task.subject == event.subject), None)
    task = Task(event.subject, event.status, event.text, event.details, known.began if known else event.time, event.time)
    if known is None:
        return replace(stack, tasks=(*stack.tasks, task)[-MOST_TASKS:])
    return replace(stack, tasks=tuple(task if each is known else each for each in stack.tasks))


def _printed(stack: Stack, event: ev.Printed) -> Stack:
    return replace(stack, output=stack.output.append(event.stream, event.text).newest())


def _built(stack: Stack, event: ev.BuildChanged) -> Stack:
    others = dict(stack.builds)
    others[event.service] = event.build
    return replace(stack, builds=tuple(others.items()))


def _noted(stack: Stack, event: ev.Noted) -> Stack:
    return stack if event.text in stack.notes else replace(stack, notes=(*stack.notes, event.text))


def _ended(stack: Stack, event: ev.Ended) -> Stack:
    return replace(stack, ended=event.time, exit_code=event.exit_code, interrupted=event.interrupted)


_FOLDS: dict[type, Callable[[Stack, Any], Stack]] = {
    ev.ProjectRead: _read,
    ev.Progress: _progress,
    ev.Printed: _printed,
    ev.LineSeen: lambda stack, event: _marked(stack, Mark(event.time, event.id, "line", event.text)),
    ev.PortAccepts: lambda stack, event: _marked(
        stack, Mark(event.time, event.id, "accepts", "" if event.waited else OPEN, port=event.port)
    ),
    ev.AttemptFailed: lambda stack, event: _marked(stack, Mark(event.time, event.id, "failed", event.text, service=event.service)),
    ev.BuildChanged: _built,
    ev.Noted: _noted,
    ev.Ended: _ended,
}
