"""The picture of a build as text: the same rows on the same time axis, for terminals and for readers without markup."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from dockermagic.builds.rows import Bar, Row
from dockermagic.builds.scene import Group, Scene
from dockermagic.views.cells import clipped, padded, width_of
from dockermagic.views.units import plural

__all__ = ["timeline"]

TextLine = list[tuple[str, str]]

_FILLS = {"cached": "░", "ran": "█", "running": "▓", "failed": "█", "cancelled": "▒", "phase": "▒"}
_TAIL = 4
"""Lines of a running step's log that are shown."""
_END = 12
"""Lines of a failed step's log that are shown."""


def timeline(scene: Scene, width: int, height: int = 0) -> Sequence[TextLine]:
    """Give the picture as lines of text with roles.

    Parameters:
        width: columns; below about 40 the picture is cut at the right.
        height: rows to fit into, the running ones kept in sight; 0 for no limit.
    """
    columns = _Columns(max(24, width))
    head = _head(scene, columns)
    foot = _foot(scene, columns)
    body: list[TextLine] = []
    focus = 0
    for group in scene.groups:
        body += _heading(group)
        for row in group.rows:
            lines = columns.row(row)
            body += lines
            if row.status == "running":
                focus = len(body)
    if height and len(head) + len(body) + len(foot) > height:
        body = _window(body, focus, max(3, height - len(head) - len(foot)))
    return [clipped(line, max(24, width)) for line in (*head, *body, *foot)]


def _window(body: list[TextLine], focus: int, room: int) -> list[TextLine]:
    """Give the lines around the running ones, and say how many are left out."""
    inner = room - 2
    if inner < 1:
        return body[max(0, focus - room) :][:room]
    start = min(max(0, focus - inner), len(body) - inner)
    above, below = start, len(body) - start - inner
    first: TextLine = [(f"  … {plural(above, 'line')} above" if above else "", "muted")]
    last: TextLine = [(f"  … {plural(below, 'line')} below" if below else "", "muted")]
    return [first, *body[start : start + inner], last]


def _head(scene: Scene, columns: _Columns) -> list[TextLine]:
    first: TextLine = [(f"{scene.glyph} {scene.word}", scene.state), ("  ", ""), (" ".join(scene.titles), "title")]
    first.append((f"  {scene.elapsed}", ""))
    if scene.recorded:
        first.append(("  recorded", "recorded"))
    if scene.progress:
        first.append((f"  {scene.progress}", "muted"))
    if scene.engine:
        first.append((f"  {scene.engine}", "muted"))
    lines = [first]
    lines += [[(part, "failed")] for part in scene.error.splitlines()]
    lines += [[(f"note: {note}", "note")] for note in scene.notes]
    return [*lines, columns.axis(scene)] if scene.groups else lines


def _foot(scene: Scene, columns: _Columns) -> list[TextLine]:
    parts = [part for part in (scene.counts, scene.work) if part]
    if scene.image_id:
        parts.append(f"image {scene.image_id.removeprefix('sha256:')[:12]}")
    if scene.size:
        parts.append(scene.size)
    lines: list[TextLine] = [columns.remark(f"warning {r.title}: {r.text} {r.url}".rstrip(), "warning") for r in scene.remarks]
    whole = " · ".join(parts)
    told = [whole] if width_of(whole) <= columns.width else parts
    lines += [[("", "")], *([(part, "title")] for part in told if part)]
    lines += [[(each, "note")] for each in scene.surprises]
    if scene.advice:
        lines += [[(f"↻ {scene.advice} In that order:", "note")], *([(f"  {part}", "")] for part in scene.better.splitlines())]
    if scene.command and not scene.live:
        lines += [[("The same with the docker command:", "muted")], *([(f"  {part}", "")] for part in scene.command.splitlines())]
    return lines


def _heading(group: Group) -> list[TextLine]:
    if not group.name:
        return []
    line: TextLine = [(group.name, "title"), (f" · {group.place} · from {group.base}", "muted")]
    if group.parallel:
        line.append((f"  ∥ {group.parallel}", "running"))
    return [line]


class _Columns:
    """How a width is divided: line number, instruction, status, bar, time, size. What does not fit is left out from the right."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.size = 9 if width >= 64 else 0
        room = width - 5 - 12 - 12 - self.size
        self.bar = min(40, room * 4 // 10) if room >= 36 else 0
        self.name = max(8, room - self.bar - (2 if self.bar else 0))

    def axis(self, scene: Scene) -> TextLine:
        """Give the head: what the columns are, and the ticks."""
        line: TextLine = [(padded("", 5) + padded("instruction", self.name) + " " + padded("status", 12), "muted")]
        if self.bar:
            marks = [" "] * self.bar
            free = 0
            for tick in scene.ticks:
                at = round(tick.left / 100 * self.bar)
                if free <= at <= self.bar - len(tick.label):
                    marks[at : at + len(tick.label)] = tick.label
                    free = at + len(tick.label) + 1
            line.append(("".join(marks[: self.bar]) + " ", "muted"))
        line.append((padded("time", 10, right=True) + (padded("size", self.size, right=True) if self.size else ""), "muted"))
        return line

    def row(self, row: Row) -> list[TextLine]:
        """Give the lines of one row: itself, its remarks, what it pulls, the end of its log if it runs or failed."""
        name = row.keyword + row.head + (" …" if row.rest else "")
        line: TextLine = [(padded(row.line, 3, right=True) + "  ", "muted"), (padded(name, self.name) + " ", "")]
        line.append((padded(f"{row.glyph} {row.status}", 12), row.role))
        if self.bar:
            line += self._bar(row)
        line.append((padded(row.seconds, 10, right=True), ""))
        if self.size:
            line.append((padded(row.size, self.size, right=True), ""))
        lines = [line]
        for remark in row.remarks:
            sign = "warning " if remark.role == "warning" else ""
            told = f"{sign}{remark.title}: {remark.text}".rstrip(": ")
            lines += [self.remark(part, remark.role) for part in told.splitlines()[:4]]
            if remark.url:
                lines.append(self.remark(remark.url, "muted"))
        if row.why is not None:
            lines += [
                self.remark(part, "note" if row.why.own else "muted") for part in wrap(f"↻ {row.why.text}", max(20, self.width - 5))
            ]
            for label, pieces in (("was", row.why.old), ("is ", row.why.new)):
                if pieces:
                    lines.append(
                        [("       ", ""), (f"{label}: ", "muted"), *((text, "title" if new else "") for text, new in pieces)]
                    )
        if row.note and row.bar and row.status != "cached" and self._beside(row, row.bar) is None:
            lines.append(self.remark(row.note.text, "muted"))
        lines += [
            self.remark(meter.text + (f" ({meter.share:.0%})" if meter.share is not None else ""), "muted") for meter in row.meters
        ]
        return lines + self._log(row)

    def _bar(self, row: Row) -> TextLine:
        if row.bar is None:
            return [(padded(row.note.text if row.note else "", self.bar) + " ", "muted")]
        start, long = self._stretch(row.bar)
        before, after = self._beside(row, row.bar) or ("", "")
        fill = _FILLS.get(row.bar.role, "█") * long
        behind = padded(after, self.bar - start - long) + " "
        return [(padded(before, start, right=True), "muted"), (fill, row.bar.role), (behind, "muted")]

    def _stretch(self, bar: Bar) -> tuple[int, int]:
        start = min(int(bar.left / 100 * self.bar), max(0, self.bar - 1))
        return start, min(max(1, round(bar.width / 100 * self.bar)), self.bar - start)

    def _beside(self, row: Row, bar: Bar) -> tuple[str, str] | None:
        """Give the words before and after the bar; None if there is no room for them."""
        words = row.note.text if row.note else ""
        start, long = self._stretch(bar)
        if width_of(words) < self.bar - start - long:
            return "", f" {words}"
        return (f"{words} ", "") if width_of(words) < start else None

    def _log(self, row: Row) -> list[TextLine]:
        if row.log is None or row.status not in ("running", "failed", "cancelled"):
            return []
        most = _TAIL if row.status == "running" else _END
        return [self.remark("│ " + "".join(text for text, _ in line), "muted") for line in row.log.lines[-most:]]

    def remark(self, text: str, role: str) -> TextLine:
        """Give a line under a row."""
        return [("     ", ""), (text, role)]
