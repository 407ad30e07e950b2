"""The drawing of a stack: services as boxes, networks as areas, what waits for what as arrows. Pure; `brush` decides the ink."""

from __future__ import annotations

import htpy as h

from dockermagic.compose.layout import lay_out
from dockermagic.compose.scene import Area, Box, Edge, Scene
from dockermagic.containers.lifecycle.svg import Brush, Point
from dockermagic.views.hostile import clip

__all__ = ["stack_drawing"]

_WIDE, _HIGH = 250.0, 118.0
_GAP_X, _GAP_Y = 118.0, 54.0
_EDGE = 30.0
_INKS = ("recorded", "succeeded", "cancelled", "running", "failed")


def stack_drawing(scene: Scene, brush: Brush) -> tuple[list[h.Element], Point]:
    """Give the drawing's parts, and its size."""
    layout = lay_out(scene)
    nested = max((sum(1 for area in layout.areas if area[1] <= row <= area[2]) for row in range(layout.rows)), default=0)
    margin = _EDGE + 14.0 * max(0, nested - 1)
    size = (
        2 * margin + layout.columns * _WIDE + (layout.columns - 1) * _GAP_X,
        2 * margin + layout.rows * _HIGH + max(0, layout.rows - 1) * _GAP_Y + 4,
    )

    def centre(name: str) -> Point:
        place = layout.places[name]
        return margin + _WIDE / 2 + place.column * (_WIDE + _GAP_X), margin + _HIGH / 2 + 4 + place.row * (_HIGH + _GAP_Y)

    parts: list[h.Element] = []
    for at, area in enumerate(layout.areas):
        inset = 10.0 * sum(1 for other in layout.areas[:at] if other[1] <= area[2] and other[2] >= area[1])
        parts += _area(scene.areas[area[0]], area, margin, inset, brush)
    boxes = {box.name: box for box in scene.boxes}
    lanes: dict[str, int] = {}
    for edge in scene.edges:
        if edge.service not in boxes or edge.needed not in boxes:
            continue
        skips = layout.places[edge.needed].column - layout.places[edge.service].column > 1
        if skips:
            lanes[edge.service] = lanes.get(edge.service, 0) + 1
        parts += _arrow(edge, centre(edge.service), centre(edge.needed), lanes.get(edge.service, 0) if skips else 0, brush)
    for box in scene.boxes:
        parts += _box(box, centre(box.name), brush)
    return parts, size


def _area(area: Area, place: tuple[int, int, int, int, int], margin: float, inset: float, brush: Brush) -> list[h.Element]:
    network, top, bottom, left, right = place
    pad = margin - 3 - inset
    x0, x1 = margin + left * (_WIDE + _GAP_X) - pad, margin + right * (_WIDE + _GAP_X) + _WIDE + pad
    y0, y1 = margin + 4 + top * (_HIGH + _GAP_Y) - pad + 2, margin + 4 + bottom * (_HIGH + _GAP_Y) + _HIGH + pad - 4
    colour = brush.colour(_INKS[network % len(_INKS)])
    frame = h.rect(
        x=f"{x0:g}", y=f"{y0:g}", width=f"{x1 - x0:g}", height=f"{y1 - y0:g}", rx="14", fill=colour, fill_opacity="0.06",
        stroke=colour, stroke_opacity="0.7", stroke_width="1.5", stroke_dasharray="2 4",
    )  # fmt: skip
    words = brush.text((x0 + 14 + inset * 11, y0 + 14), f"network {clip(area.key, 24)}", anchor="start", size=11.5, whole=area.name)
    return [frame, words]


def _box(box: Box, at: Point, brush: Brush) -> list[h.Element]:
    x, y = at[0] - _WIDE / 2 + 12, at[1] - _HIGH / 2
    state = f"{box.glyph} {box.state}" + (f" · {box.health}" if box.health else "") + (f" · {box.replicas}" if box.replicas else "")
    lines = [f"⇥ {', '.join(words for words, _ in box.ports)}"] if box.ports else []
    lines += [f"▤ {mount}" for mount in box.mounts]
    if len(lines) > 3:
        lines = [*lines[:2], f"… and {len(lines) - 2} more, in the table"]
    colour = brush.colour(box.role)
    shadow = [brush.box((at[0] + 5, at[1] + 5), (_WIDE, _HIGH), role=box.role, width=1)] if box.replicas else []
    # The paper under a box hides lines that pass behind it, on a light and on a dark page.
    paper = h.rect(
        x=f"{at[0] - _WIDE / 2:g}", y=f"{at[1] - _HIGH / 2:g}", width=f"{_WIDE:g}", height=f"{_HIGH:g}", rx="9",
        fill="var(--jp-layout-color0, var(--vscode-editor-background, Canvas))" if brush.ink == "currentColor" else "#ffffff",
    )  # fmt: skip
    return [
        *shadow,
        paper,
        brush.box(at, (_WIDE, _HIGH), role=box.role, width=2, filled=True),
        brush.text((x, y + 22), clip(box.name, 24), anchor="start", size=15, bold=True, whole=box.name),
        h.text(
            {
                "x": f"{x:g}",
                "y": f"{y + 41:g}",
                "font-size": "12.5",
                "font-weight": "600",
                "fill": colour,
                "font-family": "system-ui,sans-serif",
            }
        )[clip(state, 34)],
        brush.text((x, y + 57), clip(box.image, 34), anchor="start", size=11, mono=True, faint=True, whole=box.image),
        *(brush.text((x, y + 75 + 15 * n), clip(line, 35), anchor="start", size=11.5, whole=line) for n, line in enumerate(lines)),
    ]


def _arrow(edge: Edge, start: Point, end: Point, lane: int, brush: Brush) -> list[h.Element]:
    """Draw an arrow from a service to what it needs.

    Parameters:
        lane: its place among the arrows of this service that skip a column, from 1 on; they run between rows. 0 for the others.
    """
    x0, x1 = start[0] + _WIDE / 2, end[0] - _WIDE / 2
    y0, y1 = start[1], end[1]
    if x1 <= x0:  # a circle: both stand in one column
        x0, x1 = start[0], end[0]
    if lane:
        side = -1 if y1 < y0 else 1
        way = y0 + side * (_HIGH / 2 + 6 + 13 * min(lane, 3))
        first, last = x0 + _GAP_X - 8, x1 - _GAP_X + 8
        path = f"M{x0:g} {y0:g}C{x0 + 60:g} {y0:g} {first - 50:g} {way:g} {first:g} {way:g}H{last:g}"
        path += f"C{last + 60:g} {way:g} {x1 - 60:g} {y1:g} {x1 - 9:g} {y1:g}"
        middle = (first + last) / 2, way - 3
    else:
        half = (x0 + x1) / 2
        path = f"M{x0:g} {y0:g}C{half:g} {y0:g} {half:g} {y1:g} {x1 - 9:g} {y1:g}"
        middle = half, (y0 + y1) / 2 - 7
    told = f"{edge.service} waits until {edge.needed} is {edge.word}"
    words = f"until {edge.needed} {edge.word}" if lane else f"until {edge.word}"
    return [
        brush.line(path, role=edge.role, width=2, dashed=edge.role == "waiting"),
        brush.head((x1 - 1, y1), (1.0, 0.0), role=edge.role),
        brush.text(middle, clip(words, 34), size=11, whole=told),
    ]
