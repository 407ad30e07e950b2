"""Folding events into a build: `apply(build, event) -> build`, pure and replayable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.model import Build, LintWarning, PhaseSpan, Status, Step, Transfer

LIVE: frozenset[Status] = frozenset({"waiting", "running"})


def apply(build: Build, event: ev.Event) -> Build:
    """Give the build as it is after one more event."""
    return _FOLDS[type(event)](build, event)


def _step(build: Build, index: int, **changes: Any) -> Build:
    steps = build.steps
    return replace(build, steps=(*steps[:index], replace(steps[index], **changes), *steps[index + 1 :]))


def _build_started(build: Build, event: ev.BuildStarted) -> Build:
    return replace(build, started=event.time, engine=event.engine, path=event.path)


def _phase_started(build: Build, event: ev.PhaseStarted) -> Build:
    if any(span.phase == event.phase and span.finished is None for span in build.phases):
        return build
    return replace(build, phases=(*build.phases, PhaseSpan(event.phase, event.time)))


def _phase_finished(build: Build, event: ev.PhaseFinished) -> Build:
    spans = list(build.phases)
    for place in range(len(spans) - 1, -1, -1):
        if spans[place].phase == event.phase:
            spans[place] = replace(spans[place], finished=event.time, error=event.error)
            break
    else:
        spans.append(PhaseSpan(event.phase, event.time, event.time, event.error))
    return replace(build, phases=tuple(spans))


def _step_started(build: Build, event: ev.StepStarted) -> Build:
    step = build.steps[event.step]
    status: Status = "running" if step.status == "waiting" else step.status
    started = event.time if step.started is None else min(step.started, event.time)
    return _step(build, event.step, status=status, started=started)


def _step_finished(build: Build, event: ev.StepFinished) -> Build:
    step = build.steps[event.step]
    finished = event.time if step.finished is None else max(step.finished, event.time)
    status: Status = event.status
    if step.status == "metadata" and event.status in ("ran", "cached"):
        status = "metadata"
    return _step(
        build,
        event.step,
        status=status,
        started=event.time if step.started is None else step.started,
        finished=finished,
        digest=event.digest or step.digest,
        error=event.error or step.error,
        exit_code=event.exit_code if event.exit_code is not None else step.exit_code,
    )


def _step_logged(build: Build, event: ev.StepLogged) -> Build:
    return _step(build, event.step, output=build.steps[event.step].output.append(event.stream, event.text))


def _moved(old: Transfer | None, event: ev.BytesMoved) -> Transfer:
    finished = event.time if event.finished else None
    if old is None:
        return Transfer(event.name, event.current, event.total, event.time, finished)
    return replace(
        old,
        current=max(old.current, event.current),
        total=event.total if event.total is not None else old.total,
        finished=finished if finished is not None else old.finished,
    )


def _bytes_moved(build: Build, event: ev.BytesMoved) -> Build:
    if event.step is None:
        return replace(build, transfer=_moved(build.transfer, event))
    transfers = build.steps[event.step].transfers
    for place, transfer in enumerate(transfers):
        if transfer.name == event.name:
            moved = (*transfers[:place], _moved(transfer, event), *transfers[place + 1 :])
            return _step(build, event.step, transfers=moved)
    return _step(build, event.step, transfers=(*transfers, _moved(None, event)))


def _lint_warned(build: Build, event: ev.LintWarned) -> Build:
    warning = LintWarning(event.rule, event.message, event.url, event.line)
    if event.step is None:
        return build if warning in build.warnings else replace(build, warnings=(*build.warnings, warning))
    known = build.steps[event.step].warnings
    return build if warning in known else _step(build, event.step, warnings=(*known, warning))


def _noted(build: Build, event: ev.Noted) -> Build:
    return build if event.text in build.notes else replace(build, notes=(*build.notes, event.text))


def _layer_measured(build: Build, event: ev.LayerMeasured) -> Build:
    return _step(build, event.step, bytes=event.bytes)


def _image_built(build: Build, event: ev.ImageBuilt) -> Build:
    return replace(build, image_id=event.image_id, size=event.size if event.size is not None else build.size)


def _predicted(build: Build, event: ev.Predicted) -> Build:
    answers = build.prediction.answers if build.prediction is not None else ()
    return replace(build, prediction=replace(event.prediction, answers=answers))


def _explained(build: Build, event: ev.Explained) -> Build:
    causes = dict(event.causes)
    steps = (replace(step, cause=causes[place]) if place in causes else step for place, step in enumerate(build.steps))
    return replace(build, steps=tuple(steps), advice=event.advice)


def _build_finished(build: Build, event: ev.BuildFinished) -> Build:
    """End the build. What was running is cancelled, unless it failed; what was never reached is skipped.

    1. A step that still runs when the build ends did not end by itself: it is cancelled.
    2. A step that still waits was not reached: it is skipped.
    3. When the build did not succeed, metadata below the first step that was not reached never took effect: it is skipped too.
    """
    steps: list[Step] = []
    reached = True
    for step in build.steps:
        if step.status == "running":
            ended: Status = "ran" if event.outcome == "succeeded" else "cancelled"
            step = replace(step, status=ended, finished=event.time)
        elif step.status == "waiting":
            step = replace(step, status="skipped")
        elif step.status == "metadata" and not reached:
            step = replace(step, status="skipped")
        if event.outcome != "succeeded" and step.status in ("failed", "cancelled", "skipped"):
            reached = False
        steps.append(step)
    spans = tuple(replace(span, finished=event.time) if span.finished is None else span for span in build.phases)
    return replace(
        build, steps=tuple(steps), phases=spans, finished=event.time, outcome=event.outcome, error=event.error or build.error
    )


_FOLDS: dict[type, Callable[[Build, Any], Build]] = {
    ev.BuildStarted: _build_started,
    ev.PhaseStarted: _phase_started,
    ev.PhaseFinished: _phase_finished,
    ev.StepStarted: _step_started,
    ev.StepFinished: _step_finished,
    ev.StepLogged: _step_logged,
    ev.BytesMoved: _bytes_moved,
    ev.LintWarned: _lint_warned,
    ev.Noted: _noted,
    ev.LayerMeasured: _layer_measured,
    ev.ImageBuilt: _image_built,
    ev.Predicted: _predicted,
    ev.Explained: _explained,
    ev.BuildFinished: _build_finished,
}
