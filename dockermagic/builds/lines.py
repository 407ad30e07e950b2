"""A build as plain lines: each fact once, in the order it happened, for pipes and logs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from dockermagic.builds.model import Build, Step
from dockermagic.builds.rows import warned
from dockermagic.builds.scene import scene
from dockermagic.log import Log
from dockermagic.views.hostile import one_line, visible
from dockermagic.views.screen import shown_lines
from dockermagic.views.units import bytes_text, seconds_text

__all__ = ["told"]


def told(old: Build | None, new: Build) -> list[str]:
    """Give the lines that tell what happened between two models; `old` is None at the start."""
    lines = list(_begun(old, new))
    before: tuple[Step | None, ...] = old.steps if old is not None else (None,) * len(new.steps)
    for was, step in zip(before, new.steps, strict=False):
        if was is not step:
            lines += _step(was, step)
    lines += [f"note: {one_line(note, 1000)}" for note in new.notes[len(old.notes) if old else 0 :]]
    lines += [
        _warning(remark.title, remark.text, remark.url) for remark in map(warned, new.warnings[len(old.warnings) if old else 0 :])
    ]
    if new.outcome is not None and (old is None or old.outcome is None):
        lines += _ended(new)
    return lines


def _begun(old: Build | None, new: Build) -> Iterator[str]:
    if new.started is not None and (old is None or old.started is None):
        name = ", ".join(one_line(tag, 120) for tag in new.tags) or "an image without a tag"
        yield f"building {name}" + (f" with {one_line(new.engine, 80)}" if new.engine else "")
    sent = new.transfer is not None and new.transfer.finished is not None
    if sent and new.transfer is not None and not (old and old.transfer and old.transfer.finished is not None):
        yield f"context: {bytes_text(new.transfer.current)} sent"


def _step(was: Step | None, step: Step) -> Iterator[str]:
    place = f"line {step.line}"
    first = one_line(step.name.split("\n", 1)[0], 200)
    began = step.started is not None and step.status not in ("metadata", "cached")
    if began and (was is None or was.started is None or was.status in ("waiting",)):
        yield f"{place}: {first}"
    known = was.output if was is not None else Log()
    ended = step.status not in ("waiting", "running")
    if step.output is not known or ended:
        yield from (
            f"{place} | {line}"
            for line in _news(known, step.output, ended and (was is None or was.status in ("waiting", "running")))
        )
    for warning in step.warnings[len(was.warnings) if was else 0 :]:
        remark = warned(warning)
        yield f"{place}: {_warning(remark.title, remark.text, remark.url)}"
    if ended and (was is None or was.status != step.status):
        yield _end(step, place, first)
    if step.cause is not None and (was is None or was.cause is None) and step.cause.kind != "first-build":
        yield f"{place}: {visible(step.cause.sentence)}"


def _end(step: Step, place: str, first: str) -> str:
    took = f" in {seconds_text(step.seconds)}" if step.seconds is not None and step.status in ("ran", "failed", "cancelled") else ""
    why = f", exit code {step.exit_code}" if step.status == "failed" and step.exit_code is not None else ""
    moved = sum(move.current for move in step.transfers)
    pulled = f", {bytes_text(moved)} pulled" if moved else ""
    word = {"metadata": "metadata only, no layer"}.get(step.status, step.status)
    name = f" {first}:" if step.status in ("metadata", "cached", "skipped") else ""
    return f"{place}:{name} {word}{took}{pulled}{why}"


def _warning(title: str, text: str, url: str) -> str:
    return f"warning {title}: {text}" + (f" ({url})" if url else "")


def _news(old: Log, new: Log, flush: bool) -> list[str]:
    """Give the lines that are complete in `new` and were not in `old`; with `flush` the last one too, complete or not."""
    fresh = "".join(text for _, text in islice(_from_page(new, len(old.pages)), len(old.tail), None))
    text = _open_line(old) + fresh
    whole, newline, rest = text.rpartition("\n")
    ready = whole + newline + (rest if flush else "")
    return ["".join(run for run, _ in line) for line in shown_lines(ready)] if ready else []


def _from_page(log: Log, page: int) -> Iterator[tuple[int, str]]:
    for chunks in log.pages[page:]:
        yield from chunks
    yield from log.tail


def _open_line(log: Log) -> str:
    """Give the beginning of a line that has not ended."""
    found: list[str] = []
    for page in (log.tail, *reversed(log.pages)):
        for _, text in reversed(page):
            _, newline, rest = text.rpartition("\n")
            found.append(rest)
            if newline:
                return "".join(reversed(found))
    return "".join(reversed(found))


def _ended(build: Build) -> Iterator[str]:
    picture = scene(build, build.finished or 0.0)
    yield from (f"note: {each}" for each in picture.surprises)
    yield from ([f"advice: {picture.advice}"] if picture.advice else [])
    if build.error and not any(step.status == "failed" for step in build.steps):
        yield from (f"error: {line}" for line in visible(build.error[:4000]).strip().splitlines())
    parts = [picture.counts, picture.work]
    if build.image_id:
        parts.append(f"image {one_line(build.image_id, 80)}")
    if picture.size:
        parts.append(picture.size)
    yield f"{picture.word} in {picture.elapsed}: {', '.join(parts)}"
