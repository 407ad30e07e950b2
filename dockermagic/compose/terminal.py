"""The picture of a stack as text, for terminals and for readers without markup."""

from __future__ import annotations

from collections.abc import Sequence

from dockermagic.compose.readiness import LEGEND, Chart
from dockermagic.compose.scene import Box, Scene
from dockermagic.views.cells import clipped, padded
from dockermagic.views.units import plural

__all__ = ["picture"]

TextLine = list[tuple[str, str]]
_TAIL = 20


def picture(scene: Scene, width: int, height: int = 0) -> Sequence[TextLine]:
    """Give the picture as lines of text with roles; `width` columns, `height` rows (0 for no limit)."""
    width = max(24, width)
    lines: list[TextLine] = [[(scene.lost, "failed")]] if scene.lost else []
    head: TextLine = [(f"{scene.glyph} {scene.status}", scene.role), ("  ", ""), (scene.title, "title")]
    head.append((f"  {plural(len(scene.boxes), 'service')}", "muted"))
    lines.append(head)
    lines += [[(note, "note")] for note in scene.notes]
    lines += [[(f"build of {name}: {build.outcome or 'going on'}", "running")] for name, build in scene.builds]
    for box in scene.boxes:
        lines += _box(box)
    if scene.chart is not None:
        lines += _chart(scene.chart)
    lines += [[(f"volume {key}: {name}, mounted by {users}", "muted")] for key, name, users in scene.volumes]
    if scene.output is not None:
        lines += [[("".join(text for text, _ in line), "")] for line in scene.output.lines[-_TAIL:]]
    if height and len(lines) > height:
        lines = [*lines[: height - 1], [(f"… {plural(len(lines) - height + 1, 'line')} below", "muted")]]
    return [clipped(line, width) for line in lines]


def _box(box: Box) -> list[TextLine]:
    head: TextLine = [(f"  {box.glyph} {padded(box.name, 14)} ", box.role), (box.state, box.role)]
    if box.health:
        head.append((f", {box.health}", "succeeded" if box.health == "healthy" else "warning"))
    if box.replicas:
        head.append((f", {box.replicas} running", ""))
    head.append((f"  {box.image}", "muted"))
    more = []
    if box.ports:
        more.append("ports " + ", ".join(words for words, _ in box.ports))
    more += box.mounts
    if box.depends:
        more.append("waits for " + ", ".join(box.depends))
    return [head, *([[(f"      {'; '.join(more)}", "muted")]] if more else [])]


def _chart(chart: Chart) -> list[TextLine]:
    lines: list[TextLine] = [[("Started is not ready: seconds since the command began", "title")]]
    if chart.told:
        lines.append([(f"  {chart.told}", "failed")])
    for row in chart.rows:
        signs = "  ".join(f"{LEGEND[sign.kind][0]} {LEGEND[sign.kind][2]} {sign.at:.2f}" for sign in row.signs)
        lines.append([(f"  {padded(row.name, 14)} ", ""), (signs, "muted")])
    return lines
