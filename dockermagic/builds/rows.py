"""One instruction of a build as a row of the picture: words, bar, bytes, remarks, log."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.builds.exits import meaning
from dockermagic.builds.frame import Frame
from dockermagic.builds.model import Build, LintWarning, Step
from dockermagic.builds.why.sentences import Piece, marked, running
from dockermagic.views.hostile import clip, link, one_line, visible
from dockermagic.views.output import log_part
from dockermagic.views.screen import LogPart
from dockermagic.views.units import bytes_text, plural, seconds_text

__all__ = ["GLYPHS", "Bar", "Meter", "Note", "Remark", "Row", "Why", "bar", "noted", "step_row", "warned"]

_RUNNING_LINES, _RUNNING_CHARS = 400, 32_000

GLYPHS = {
    "waiting": "○",
    "running": "►",
    "cached": "◇",
    "ran": "◆",
    "failed": "✗",
    "skipped": "–",
    "cancelled": "■",
    "metadata": "◦",
}
"""A sign for each status. Work that was done is a full diamond, work that was spared a hollow one."""

_HEAD = 240
"""Characters of an instruction's first line that are shown at once."""
_LETTER = 1.9
"""Percent of the axis that a letter beside a bar takes, on a page of common width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the time axis, in percent, and its role."""

    left: float
    width: float
    role: str


@dataclass(frozen=True, slots=True)
class Note:
    """Words on the time axis, between two places in percent: `side` is "" (no bar there), "after" or "before" the bar,
    "after-cached" after a mark that is wider than its time.
    """

    text: str
    left: float
    right: float
    side: str


@dataclass(frozen=True, slots=True)
class Meter:
    """Bytes on their way: in words, and as a share from 0 to 1 (None while the total is unknown)."""

    text: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning or an error: `title` is its rule or exit code, `url` a page that may be linked, `line` 0 when not known."""

    role: str
    title: str
    text: str
    url: str
    line: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why the step ran: a sentence, and, of a changed instruction, its two texts as pieces that are marked where they differ.

    `own`: the reason is its own, not that a step above it ran.
    """

    text: str
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    own: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `status` is the word, `role` decides colour and pattern, `rest` holds the lines after the first."""

    key: str
    line: str
    status: str
    role: str
    glyph: str
    keyword: str
    head: str
    rest: str
    code: bool
    note: Note | None
    bar: Bar | None
    seconds: str
    size: str
    share: float
    meters: tuple[Meter, ...]
    remarks: tuple[Remark, ...]
    log: LogPart | None
    why: Why | None = None


def step_row(build: Build, index: int, frame: Frame, now: float) -> Row:
    """Decide the row of one instruction."""
    step = build.steps[index]
    keyword, head, rest = _instruction(step)
    running = step.status == "running" and frame.live
    end = now if running else step.finished
    spent = None if step.started is None or end is None else max(0.0, end - step.started)
    timed = step.status not in ("metadata", "waiting", "skipped")
    stretch = bar(step.started, end, step.status, frame, now) if timed else None
    note, below = noted(_words(step, frame), stretch)
    return Row(
        key=f"s{index}",
        line=str(step.line),
        status=step.status,
        role=step.status,
        glyph=GLYPHS[step.status],
        keyword=keyword,
        head=head,
        rest=rest,
        code=True,
        note=note,
        bar=stretch,
        seconds=seconds_text(spent) if timed and spent is not None else "",
        size=bytes_text(step.bytes) if step.bytes is not None and (step.bytes or step.status != "metadata") else "",
        share=(step.bytes or 0) / frame.largest if frame.largest else 0.0,
        meters=(*_meters(step), *below),
        remarks=_remarks(step),
        log=_log(step, index, running, frame),
        why=_why(build, index),
    )


def _why(build: Build, index: int) -> Why | None:
    """Say why a step ran; while it runs, what was expected. The first build of something needs no reason."""
    step = build.steps[index]
    cause = step.cause
    if cause is None and step.status == "running" and build.prediction is not None and index < len(build.prediction.steps):
        forecast = build.prediction.steps[index]
        cause = forecast.cause if forecast.certain else None
    if cause is None or cause.kind == "first-build":
        return None
    text = cause.sentence if step.cause is not None else running(cause)
    own = cause.kind not in ("above", "stage-changed")
    if cause.old == cause.new or not cause.old:
        return Why(visible(text), own=own)
    old, new = marked(visible(cause.old[:2000]), visible(cause.new[:2000]))
    return Why(visible(text), old, new, own)


def _log(step: Step, index: int, running: bool, frame: Frame) -> LogPart | None:
    """Give the end of a step's output as it is drawn. Open while it runs and where it went wrong."""
    lines, chars = (_RUNNING_LINES, _RUNNING_CHARS) if running else (frame.log_lines, frame.log_chars)
    opened = running or step.status in ("failed", "cancelled")
    return log_part(step.output, f"build.steps[{index}].log", lines=lines, chars=chars, opened=opened)


def _instruction(step: Step) -> tuple[str, str, str]:
    """Divide the instruction into its keyword, the rest of its first line, and its other lines."""
    first, _, rest = visible(step.name[:20_000]).strip("\n").partition("\n")
    word, gap, head = first.strip().partition(" ")
    if word.upper() != step.keyword.upper():
        word, gap, head = "", "", first.strip()
    if len(head) > _HEAD:
        rest = head + ("\n" + rest if rest else "")
        head = clip(head, _HEAD)
    return word, gap + head, rest


def bar(started: float | None, finished: float | None, role: str, frame: Frame, now: float) -> Bar | None:
    """Give the stretch of the axis between two times, within the axis; a bar that has no end yet ends now."""
    if started is None:
        return None
    left = 100 * (started - frame.start) / frame.length
    right = 100 * ((now if finished is None else finished) - frame.start) / frame.length
    left = min(max(left, 0.0), 95.0 if role == "cached" else 99.0)
    return Bar(round(left, 2), round(min(max(right, left), 100.0) - left, 2), role)


def noted(text: str, stretch: Bar | None) -> tuple[Note | None, tuple[Meter, ...]]:
    """Find room for words beside a bar; where there is none, they go below the row."""
    if not text:
        return None, ()
    if stretch is None:
        return Note(text, 0.0, 100.0, ""), ()
    end = round(stretch.left + stretch.width, 2)
    room = 4 + _LETTER * len(text)
    if end + room <= 100:
        return Note(text, end, 100.0, "after-cached" if stretch.role == "cached" else "after"), ()
    if stretch.left >= room:
        return Note(text, 0.0, stretch.left, "before"), ()
    return None, (Meter(text, None),)


def _words(step: Step, frame: Frame) -> str:
    """Say what the status alone does not."""
    if step.status == "skipped":
        return "its stage is not needed" if frame.outcome == "succeeded" else "not reached"
    if step.keyword == "FROM":
        base = _base(step)
        if step.status == "metadata":
            return (
                "starts empty, no layer" if base == "scratch" else "goes on from that stage" if base in frame.names else "no layer"
            )
        if step.status == "cached":
            return "image already here"
    if step.transfers and step.status != "running":
        moved = bytes_text(sum(move.current for move in step.transfers))
        return f"pulled {moved} in {plural(len(step.transfers), 'layer')}"
    if step.keyword == "FROM" and step.status == "ran":
        return "image pulled"
    return "metadata only, no layer" if step.status == "metadata" else ""


def _base(step: Step) -> str:
    words = [word for word in step.name.split()[1:] if not word.startswith("--")]
    return words[0] if words else ""


def _meters(step: Step) -> tuple[Meter, ...]:
    """Add up what the step pulls; a row for each layer would only flicker."""
    if not step.transfers or step.status not in ("running", "waiting"):
        return ()
    current = sum(move.current for move in step.transfers)
    totals = [move.total for move in step.transfers]
    total = sum(total for total in totals if total is not None) if None not in totals else None
    layers = plural(len(step.transfers), "layer")
    of = f" of {bytes_text(total)}" if total else ""
    return (Meter(f"pulling {layers}: {bytes_text(current)}{of}", min(1.0, current / total) if total else None),)


def warned(warning: LintWarning, beside: int = 0) -> Remark:
    """Give a warning of the builder's linter as a remark; it names its line unless it stands `beside` that one."""
    line = 0 if warning.line == beside else warning.line
    return Remark("warning", one_line(warning.rule, 80), one_line(warning.message, 500), link(warning.url), line)


def _remarks(step: Step) -> tuple[Remark, ...]:
    found = [warned(warning, step.line) for warning in step.warnings]
    if step.status == "failed":
        if step.exit_code is not None:
            # The builder's own error repeats the instruction, which stands right above.
            found.insert(0, Remark("failed", f"exit code {step.exit_code}", meaning(step.exit_code), "", 0))
        else:
            found.insert(0, Remark("failed", "failed", visible(step.error[:2000]).strip(), "", 0))
    return tuple(found)
