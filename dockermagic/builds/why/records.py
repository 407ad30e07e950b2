"""Which record of the engine's build cache holds which step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from dockermagic.builds.events import StepFinished
from dockermagic.builds.why.asking import CacheRecord
from dockermagic.builds.why.facts import Facts

__all__ = ["holds", "match_records"]


def match_records(
    ran: Sequence[StepFinished],
    facts: Mapping[int, Facts],
    before: Sequence[CacheRecord] | None,
    after: Sequence[CacheRecord] | None,
) -> dict[int, str]:
    """Find the records of steps that ran: those that are new, by their commands, or else in the order in which the steps ended.

    Engine 20.10 calls a RUN "mount / from exec …" and the rest "fileop target"; newer ones give those their vertex's name.

    Returns:
        step index -> the record's name. Where the numbers do not fit, nothing is claimed.
    """
    if before is None or after is None:
        return {}
    old = {each.id for each in before}
    new = sorted((each for each in after if each.id not in old), key=lambda each: each.created)
    found = _by_command(ran, facts, new)
    taken = set(found.values())
    for runs in (True, False):
        steps = [each for each in ran if (facts[each.step].keyword == "RUN") == runs and each.step not in found]
        records = [each for each in new if holds(each) and ("from exec" in each.description) == runs and each.id not in taken]
        if len(steps) == len(records):
            steps.sort(key=lambda each: each.time)
            found.update((step.step, each.id) for step, each in zip(steps, records, strict=True))
    return found


def _by_command(ran: Sequence[StepFinished], facts: Mapping[int, Facts], new: Sequence[CacheRecord]) -> dict[int, str]:
    """Find the records of RUN steps by their commands, where just one fits."""
    commands: dict[str, list[int]] = {}
    for each in ran:
        if facts[each.step].keyword == "RUN":
            shell, command, *_ = json.loads(facts[each.step].does)
            words = [*shell, command] if isinstance(command, str) else command
            commands.setdefault(f"mount / from exec {' '.join(map(str, words))}", []).append(each.step)
    found = {}
    for text, steps in commands.items():
        fitting = [each.id for each in new if each.description == text]
        if len(steps) == len(fitting) == 1:
            found[steps[0]] = fitting[0]
    return found


def holds(record: CacheRecord) -> bool:
    """Say whether a record is of a step, and not of what a build reads: its context, its Dockerfile, its base image."""
    text = record.description
    return "from exec" in text or text == "fileop target" or any(f"] {word}" in text for word in ("COPY", "ADD", "WORKDIR", "LINK"))
