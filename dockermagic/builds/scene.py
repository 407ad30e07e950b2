"""The picture of a build, decided in full: every row, word, colour role and coordinate, with no markup yet.

`scene(build, now)` is pure, so the same build at the same time gives the same picture, live, saved or replayed. Lengths on the
time axis are percent of its width.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dockermagic.builds import stages
from dockermagic.builds.frame import Frame, framed
from dockermagic.builds.model import Build, PhaseSpan
from dockermagic.builds.rows import GLYPHS, Meter, Remark, Row, bar, noted, step_row, warned
from dockermagic.builds.why.forecast import surprises
from dockermagic.builds.why.quiz import score
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.units import bytes_text, plural, seconds_text, tick_step, tick_text, total_text

__all__ = ["Group", "Memo", "Scene", "Tick", "scene"]

_PHASES = {
    "definition": "Read the Dockerfile",
    "metadata": "Look up the base images",
    "context": "Send the build context",
    "export": "Write the image",
}
_BRIEF = 0.3
"""Seconds below which a phase that went well is not worth a row, except the context's and the image's."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis: where, in percent, and its label."""

    left: float
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together: a stage with its heading, or rows without one (empty `name`)."""

    key: str
    name: str
    base: str
    place: str
    parallel: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole picture. `state` is a role; `step` is the distance of two ticks in percent."""

    titles: tuple[str, ...]
    state: str
    glyph: str
    word: str
    recorded: bool
    elapsed: str
    engine: str
    progress: str
    notes: tuple[str, ...]
    error: str
    ticks: tuple[Tick, ...]
    step: float
    groups: tuple[Group, ...]
    remarks: tuple[Remark, ...]
    counts: str
    work: str
    image_id: str
    size: str
    command: str
    live: bool
    surprises: tuple[str, ...] = ()
    advice: str = ""
    better: str = ""


@dataclass(slots=True)
class Memo:
    """Rows of steps that did not change since the last picture of the same build."""

    frame: Frame | None = None
    rows: dict[int, tuple[object, Row]] = field(default_factory=dict)

    def row(self, build: Build, index: int, frame: Frame, now: float) -> Row:
        """Give the row of a step, the very same object while nothing in it changes."""
        if frame != self.frame:
            self.frame = frame
            self.rows.clear()
        step = build.steps[index]
        known = self.rows.get(index)
        if known is not None and known[0] is step and step.status != "running":
            return known[1]
        row = step_row(build, index, frame, now)
        if known is not None and known[1] == row:
            row = known[1]
        self.rows[index] = (step, row)
        return row


def scene(build: Build, now: float, memo: Memo | None = None) -> Scene:
    """Decide the picture of a build.

    Parameters:
        now: seconds since the epoch; where running bars end. A build that has ended does not look at it.
        memo: what the last picture of this build left, to save work.
    """
    frame, now = framed(build, now)
    memo = memo if memo is not None else Memo()
    rows = [memo.row(build, index, frame, now) for index in range(len(build.steps))]
    state = build.outcome or ("running" if build.started is not None else "waiting")
    step = tick_step(frame.length)
    marks = range(int(frame.length / step + 1e-9) + 1)
    return Scene(
        titles=_titles(build),
        state=state,
        glyph={"succeeded": "✓"}.get(state) or GLYPHS[state],
        word={"running": "building", "waiting": "starting"}.get(state, state),
        recorded=build.recorded,
        elapsed=seconds_text(now - frame.start) if frame.live else total_text(now - frame.start),
        engine=one_line(build.engine, 80),
        progress=_progress(build),
        notes=tuple(one_line(note, 1000) for note in build.notes),
        error=_error(build),
        ticks=tuple(Tick(100 * mark * step / frame.length, tick_text(round(mark * step, 3))) for mark in marks),
        step=100 * step / frame.length,
        groups=_groups(build, rows, frame, now),
        remarks=tuple(warned(warning) for warning in build.warnings),
        counts=_counts(build) if build.steps else "",
        work=_work(build, frame, now) if build.steps else "",
        image_id=one_line(build.image_id, 80),
        size=f"{bytes_text(build.size)} in total" if build.size is not None else "",
        command=visible(build.command),
        live=frame.live,
        surprises=tuple(each for each in (score(build), *surprises(build)) if each),
        advice=visible(build.advice.sentence) if build.advice is not None else "",
        better=visible(build.advice.dockerfile) if build.advice is not None else "",
    )


def _titles(build: Build) -> tuple[str, ...]:
    if build.tags:
        return tuple(one_line(tag, 120) for tag in build.tags)
    return (f"target {one_line(build.target, 120)}" if build.target else "image without a tag",)


def _progress(build: Build) -> str:
    if build.outcome is not None or not build.steps:
        return ""
    done = sum(step.status not in ("waiting", "running") for step in build.steps)
    return f"{done} of {plural(len(build.steps), 'instruction')} done"


def _error(build: Build) -> str:
    """Give the builder's message when no row tells it."""
    told = any(step.status == "failed" for step in build.steps)
    return "" if told else visible(build.error[:4000]).strip()


def _counts(build: Build) -> str:
    words = {"ran": "ran", "cached": "cached", "failed": "failed", "cancelled": "cancelled", "skipped": "skipped"}
    found = {status: sum(step.status == status for step in build.steps) for status in (*words, "metadata")}
    parts = [f"{found[status]} {word}" for status, word in words.items() if found[status] or status in ("ran", "cached")]
    if found["metadata"]:
        parts.append(f"{found['metadata']} metadata only")
    return ", ".join(parts)


def _work(build: Build, frame: Frame, now: float) -> str:
    """Tell the time that was worked against the time that passed: they differ where stages ran side by side."""
    spans = stages.spans(build.steps, now)
    work = sum(end - begin for begin, end in spans)
    beside = work - stages.length(stages.union(spans))
    done = f"{total_text(work)} of work" if work >= 0.005 else "no work"
    text = f"{done} in {total_text(now - frame.start)} by the clock"
    return f"{text}, {seconds_text(beside)} of it in parallel" if beside >= 0.1 else text


def _groups(build: Build, rows: list[Row], frame: Frame, now: float) -> tuple[Group, ...]:
    spans = {span.phase: span for span in build.phases}
    before = [_phase_row(build, spans.get(phase), phase, frame, now) for phase in ("definition", "context", "metadata")]
    after = [_phase_row(build, spans.get("export"), "export", frame, now)]
    groups = [Group("before", "", "", "", "", tuple(row for row in before if row))]
    many = len(build.stages) > 1
    for part in stages.parts(build):
        key = f"g{part.first}"
        own = tuple(rows[part.first : part.last])
        if part.stage is None or not many:
            groups.append(Group(key, "", "", "", "", own))
            continue
        name, base = one_line(part.stage.name, 80), one_line(part.stage.base, 120)
        place = f"stage {part.number} of {len(build.stages)}"
        groups.append(Group(key, name, base, place, stages.parallel_text(build, part, now), own))
    groups.append(Group("after", "", "", "", "", tuple(row for row in after if row)))
    return tuple(group for group in groups if group.rows)


def _phase_row(build: Build, span: PhaseSpan | None, phase: str, frame: Frame, now: float) -> Row | None:
    """Give the row of work that belongs to no instruction; none if it was brief and went well."""
    moved = build.transfer if phase == "context" else None
    if span is None and moved is None:
        return None
    started = span.started if span else moved.started if moved else now
    finished = span.finished if span else moved.finished if moved else None
    error = span.error if span else ""
    lasted = (now if finished is None else finished) - started
    if phase in ("definition", "metadata") and lasted < _BRIEF and not error:
        return None
    running = finished is None and frame.live
    status = "failed" if error else "running" if running else "done"
    told = any(step.error == error for step in build.steps)
    stretch = bar(started, finished, "phase" if status == "done" else status, frame, now)
    words, meters = _context(moved.current, moved.total, running, lasted) if moved is not None else ("", ())
    note, below = noted(words, stretch)
    return Row(
        key=phase,
        line="",
        status=status,
        role={"done": "phase"}.get(status, status),
        glyph={"done": "✓"}.get(status) or GLYPHS[status],
        keyword="",
        head=_PHASES[phase],
        rest="",
        code=False,
        note=note,
        bar=stretch,
        seconds=seconds_text(lasted),
        size="",
        share=0.0,
        meters=(*meters, *below),
        remarks=(Remark("failed", "error", visible(error[:2000]), "", 0),) if error and not told else (),
        log=None,
    )


def _context(current: int, total: int | None, running: bool, lasted: float) -> tuple[str, tuple[Meter, ...]]:
    if not running:
        return f"{bytes_text(current)} sent", ()
    of = f" of {bytes_text(total)}" if total else ""
    text = f"{bytes_text(current)}{of} sent"
    if lasted < _BRIEF:
        return text, ()
    return "", (Meter(text, min(1.0, current / total) if total else None),)
