"""Which record of the engine's build cache holds which step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dockermagic.builds.events import StepFinished
from dockermagic.builds.why.asking import CacheRecord
from dockermagic.builds.why.facts import Facts

__all__ = ["match_records"]


def match_records(
    ran: Sequence[StepFinished],
    facts: Mapping[int, Facts],
    before: Sequence[CacheRecord] | None,
    after: Sequence[CacheRecord] | None,
) -> dict[int, str]:
    """Find the records of steps that ran: those that are new, of the right kind, in the order in which the steps ended.

    Engine 20.10 calls a RUN "mount / from exec …" and the rest "fileop target"; newer ones give those their vertex's name.

    Returns:
        step index -> the record's name. Where the numbers do not fit, nothing is claimed.
    """
    if before is None or after is None:
        return {}
    old = {each.id for each in before}
    new = sorted((each for each in after if each.id not in old), key=lambda each: each.created)
    found: dict[int, str] = {}
    for runs in (True, False):
        steps = sorted((each for each in ran if (facts[each.step].keyword == "RUN") == runs), key=lambda each: each.time)
        records = [each for each in new if _holds(each) and ("from exec" in each.description) == runs]
        if len(steps) == len(records):
            found.update((step.step, each.id) for step, each in zip(steps, records, strict=True))
    return found


def _holds(record: CacheRecord) -> bool:
    text = record.description
    return "from exec" in text or text == "fileop target" or any(f"] {word}" in text for word in ("COPY", "ADD", "WORKDIR", "LINK"))
