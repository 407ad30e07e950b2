"""What all rows of one picture share: the time axis, the largest layer, how much of the logs is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from dockermagic.builds.model import Build
from dockermagic.views.units import axis_length

__all__ = ["Frame", "framed"]

_LIVE_CHARS = 40_000
_SAVED_CHARS = 400_000


@dataclass(frozen=True, slots=True)
class Frame:
    """The axis (`start` in seconds since the epoch, `length` in seconds), and the caps of one picture; it stays the same
    from one moment to the next, so that rows need not be made anew.

    `largest` is the most bytes that a step added. `log_lines` and `log_chars` cap the log of a step that has ended. `names`
    are the stages, `outcome` says how the build ended.
    """

    start: float
    length: float
    live: bool
    largest: int
    log_lines: int
    log_chars: int
    names: tuple[str, ...]
    outcome: str


def framed(build: Build, now: float) -> tuple[Frame, float]:
    """Give the frame of a build and the moment it is drawn at."""
    live = build.outcome is None and not build.recorded
    times = [time for step in build.steps for time in (step.started, step.finished) if time is not None]
    times += [time for span in build.phases for time in (span.started, span.finished) if time is not None]
    start = build.started if build.started is not None else min(times, default=now)
    if not live:
        now = build.finished if build.finished is not None else max(times, default=start)
    now = max(now, start)
    logs = sum(bool(step.output) for step in build.steps)
    frame = Frame(
        start=start,
        length=axis_length(now - start, live),
        live=live,
        largest=max((step.bytes or 0 for step in build.steps), default=0),
        log_lines=200 if live else 1000,
        log_chars=_share(_LIVE_CHARS if live else _SAVED_CHARS, logs, live),
        names=tuple(stage.name for stage in build.stages),
        outcome=build.outcome or "",
    )
    return frame, now


def _share(chars: int, logs: int, live: bool) -> int:
    """Divide the characters that may be drawn among the logs, in leaps of two so that rows seldom change."""
    parts = 1
    while parts < logs:
        parts *= 2
    return max(1000, min(8_000 if live else 100_000, chars // parts))
