"""Containers as plain lines: each fact once, in the order it happened, for pipes and logs."""

from __future__ import annotations

from collections.abc import Iterator

from dockermagic.containers.lifecycle.words import sentence, state_word
from dockermagic.containers.model import Container, Containers
from dockermagic.log import Log
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.screen import shown_lines

__all__ = ["told"]


def told(old: Containers | None, new: Containers) -> list[str]:
    """Give the lines that tell what happened between two models; `old` is None at the start."""
    lines: list[str] = []
    if new.lost is not None and (old is None or old.lost is None):
        lines.append(f"the engine does not answer: {one_line(new.lost_reason, 200)}")
    if new.lost is None and old is not None and old.lost is not None:
        lines.append("the engine is back")
    known = {each.id: each for each in old} if old is not None else {}
    for each in new:
        if known.get(each.id) is not each:
            lines += _container(known.get(each.id), each)
    return lines


def _container(old: Container | None, new: Container) -> Iterator[str]:
    name = one_line(new.name or new.short_id, 80)
    # A history may be told better a moment later; what was said once is not said again.
    for moment in new.history[len(old.history) if old is not None else 0 :]:
        state = state_word(Container(new.id, state=moment.state))
        command = f" ({one_line(moment.command, 200)})" if moment.command else ""
        yield f"{name}: {state}{command}: {visible(sentence(moment, new.seen))}"
    if new.health != "none" and (old is None or old.health != new.health):
        yield f"{name}: {new.health}"
    yield from (f"{name} | {line}" for line in _news(old.output if old is not None else Log(), new.output))


def _news(old: Log, new: Log) -> list[str]:
    """Give the lines that are complete in `new` and were not in `old`."""
    if old is new:
        return []
    before, after = old.text(), new.text()
    known = before[: before.rfind("\n") + 1]
    # What is kept of a long output has a gap in its middle; then it is not told again.
    fresh = after[len(known) :] if after.startswith(known) else ""
    whole = fresh[: fresh.rfind("\n") + 1]
    return ["".join(run for run, _ in line) for line in shown_lines(whole)] if whole else []
