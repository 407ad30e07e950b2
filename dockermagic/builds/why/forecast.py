"""What a build would do, said before it does it; pure."""

from __future__ import annotations

from collections.abc import Mapping

from dockermagic.builds.cause import Forecast, Prediction
from dockermagic.builds.model import Build
from dockermagic.builds.why.causes import Causes
from dockermagic.builds.why.facts import Facts
from dockermagic.builds.why.past import Seen

__all__ = ["foretell", "mismatches", "surprises"]


def foretell(facts: Mapping[int, Facts], causes: Causes, seen: Seen, count: int, no_cache: bool = False) -> Prediction:
    """Say of each step whether it would be taken from the cache.

    With --no-cache a WORKDIR right below FROM still comes from the cache: the flag is for RUN, COPY and ADD, and for what is below
    them (seen on Docker Engine 20.10 and 28).

    Parameters:
        facts: what decides; `causes`: finds why; `seen`: what is known of the cache; `count`: how many instructions there are.
    """
    statuses: dict[int, str] = {}
    doubtful: set[int] = set()
    held = _held(facts, seen)
    for index in sorted(facts):
        each = facts[index]
        gone = False if index in held else seen.gone(each.key)
        anew = no_cache and not (each.keyword == "WORKDIR" and statuses.get(each.above or 0) != "ran")
        statuses[index] = "cached" if each.key in seen.keys and not gone and not anew else "ran"
        unsure = bool(each.doubts) or (statuses[index] == "cached" and gone is None)
        # What another stage gives may be the same files as before, though it ran again.
        stages = [source for source in each.sources if statuses.get(source) == "ran"]
        if not anew and (unsure or stages or (each.above in doubtful and not each.link)):
            doubtful.add(index)
    found = causes.explain(statuses)
    forecasts = []
    for index in range(count):
        if index not in facts:
            forecasts.append(Forecast(index, ""))
            continue
        cause = found.get(index)
        certain = index not in doubtful and (cause is None or (cause.certain and cause.kind != "first-build"))
        forecasts.append(Forecast(index, "cached" if cause is None else "ran", certain, cause))
    return Prediction(tuple(forecasts))


def _held(facts: Mapping[int, Facts], seen: Seen) -> set[int]:
    """Give the steps that are in the cache because one below them is: its record holds on to theirs."""
    held: set[int] = set()
    for index in sorted(facts, reverse=True):
        each = facts[index]
        if each.above is not None and not each.link and (index in held or seen.gone(each.key) is False):
            held.add(each.above)
    return held


def surprises(build: Build) -> list[str]:
    """Say where what happened was not what dockermagic had expected, in sentences."""
    told = []
    for index, said, happened in mismatches(build) if build.outcome == "succeeded" else []:
        step = build.steps[index]
        sure = build.prediction is not None and build.prediction.steps[index].certain
        words = {"ran": "to run", "cached": "to come from the cache"}[said]
        was = {"ran": "it ran", "cached": "it came from the cache"}[happened]
        if sure and happened == "cached":
            # Others build on this engine, too: what they left in its cache is in no memory of ours.
            told.append(f"Line {step.line} was expected {words}, and {was}: the same was built here before, without dockermagic.")
        elif sure:
            told.append(f"dockermagic was wrong about line {step.line}: it expected it {words}, and {was}.")
        elif happened == "cached":
            told.append(f"Line {step.line} was expected {words}, and {was}: what it builds on came out the same.")
        else:
            told.append(f"Line {step.line} was expected {words}, which was not certain, and {was}.")
    return told


def mismatches(build: Build) -> list[tuple[int, str, str]]:
    """Give the steps that were expected otherwise: index, what was expected, what happened.

    Only what was expected on grounds counts: of a build that nothing is remembered of, nothing can be expected.
    """
    if build.prediction is None:
        return []
    found: list[tuple[int, str, str]] = []
    for forecast, step in zip(build.prediction.steps, build.steps, strict=False):
        happened = "ran" if step.status in ("ran", "failed", "cancelled") else step.status
        first = forecast.cause is not None and forecast.cause.kind == "first-build"
        if forecast.status and happened in ("ran", "cached") and happened != forecast.status and not first:
            found.append((forecast.step, forecast.status, happened))
    return found
