"""A stack as plain lines: each fact once, in the order it happened, for pipes and logs."""

from __future__ import annotations

from dockermagic.compose.model import Stack, service_of
from dockermagic.compose.readiness import LEGEND
from dockermagic.containers.lifecycle.words import state_word
from dockermagic.views.hostile import one_line
from dockermagic.views.screen import shown_lines

__all__ = ["told"]


def told(old: Stack | None, new: Stack) -> list[str]:
    """Give the lines that tell what happened between two models; `old` is None at the start."""
    before = old or Stack()
    lines = [one_line(note, 400) for note in new.notes if note not in before.notes]
    known_tasks = {(task.subject, task.text) for task in before.tasks}
    fresh_tasks = (task for task in new.tasks if (task.subject, task.text) not in known_tasks)
    lines += [one_line(f"{task.subject} {task.text} {task.details}", 300) for task in fresh_tasks]
    outcomes = {name: build.outcome for name, build in before.builds}
    lines += [
        f"build of {name}: {build.outcome}" for name, build in new.builds if build.outcome and outcomes.get(name) != build.outcome
    ]
    for mark in new.marks:
        if mark not in before.marks:
            found = new.containers.find(mark.id)
            name = service_of(found) if found is not None else ""
            lines.append(one_line(f"{name}: {LEGEND[mark.kind][2]} {mark.service} {mark.port or ''} {mark.text}", 300))
    states = {each.id: (each.state, each.health) for each in before.containers}
    for each in new.containers:
        if states.get(each.id) != (each.state, each.health):
            health = f", {each.health}" if each.health != "none" else ""
            lines.append(one_line(f"{service_of(each)}: {state_word(each)}{health}", 200))
    if new.output is not before.output:
        known, after = before.output.text(), new.output.text()
        fresh = after[len(known) :] if after.startswith(known) else after
        lines += ["".join(run for run, _ in line) for line in shown_lines(fresh.rstrip("\n"))] if fresh.strip() else []
    return lines
