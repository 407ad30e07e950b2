"""The drawing of the readiness chart. Pure."""

from __future__ import annotations

import math

import htpy as h

from dockermagic.compose.readiness import LEGEND, Chart, Row
from dockermagic.containers.lifecycle.svg import Brush, Point

__all__ = ["WIDTH", "chart_drawing"]

WIDTH = 980.0
_LEFT, _RIGHT, _TOP, _ROW = 150.0, 24.0, 34.0, 40.0
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)


def chart_drawing(chart: Chart, brush: Brush) -> tuple[list[h.Element], Point]:
    """Give the chart's parts, and its size."""
    high = _TOP + _ROW * len(chart.rows) + 56
    room = WIDTH - _LEFT - _RIGHT

    def x(seconds: float) -> float:
        return round(_LEFT + room * max(0.0, min(1.0, seconds / chart.length)), 1)

    parts: list[h.Element] = []
    step = next((each for each in _STEPS if chart.length / each <= 9), 3600 * math.ceil(chart.length / 3600 / 9))
    for n in range(int(chart.length / step) + 1):
        parts.append(brush.line(f"M{x(n * step):g} {_TOP - 6:g}V{_TOP + _ROW * len(chart.rows):g}", width=1, faint=True))
        told = f"{n * step:g} s" if step < 3600 else f"{n * step / 3600:g} h"
        parts.append(brush.text((x(n * step), _TOP - 12), told, size=11, faint=True))
    for n, row in enumerate(chart.rows):
        parts += _row(row, _TOP + _ROW * n + _ROW / 2, x, brush)
    return parts + _legend(chart, high - 26, brush), (WIDTH, high)


def _row(row: Row, y: float, x: object, brush: Brush) -> list[h.Element]:
    place = x
    assert callable(place)  # noqa: S101 - a function of this module
    parts = [brush.text((_LEFT - 12, y + 5), row.name, anchor="end", size=13, bold=True)]
    if row.begin is not None:
        begin, end = place(row.begin), place(row.end)
        ready = place(row.ready) if row.ready is not None else end
        ready = min(max(ready, begin), end)
        waiting = "cancelled" if row.ready is not None else "waiting"
        parts.append(_bar(begin, ready, y, brush.colour(waiting), "0.12", dashed=True))
        if row.ready is not None:
            parts.append(_bar(ready, end, y, brush.colour("succeeded"), "0.4", dashed=False))
    created = next((sign.at for sign in row.signs if sign.kind == "created"), None)
    if created is not None and row.begin is not None and row.begin > created:
        parts.append(brush.line(f"M{place(created):g} {y:g}H{place(row.begin):g}", width=1, dashed=True, faint=True))
    taken: list[float] = []
    for sign in row.signs:
        glyph, role, word = LEGEND[sign.kind]
        at = place(sign.at)
        lift = 0.0 if all(abs(at - other) > 15 for other in taken[-3:]) else (-13.0 if len(taken) % 2 else 13.0)
        taken.append(at)
        told = f"{row.name}: {word} at {sign.at:.2f} s" + (f": {sign.told}" if sign.told else "")
        parts.append(_sign(at, y + lift, glyph, brush.colour(role), told))
    return parts


def _bar(begin: float, end: float, y: float, colour: str, fill: str, *, dashed: bool) -> h.Element:
    more = {"stroke-dasharray": "4 3"} if dashed else {}
    return h.rect(
        {"x": f"{begin:g}", "y": f"{y - 8:g}", "width": f"{max(1.0, end - begin):g}", "height": "16", "rx": "3", "fill": colour},
        {"fill-opacity": fill, "stroke": colour, **more},
    )


def _sign(x: float, y: float, glyph: str, colour: str, told: str) -> h.Element:
    face = {"font-size": "15", "font-weight": "700", "text-anchor": "middle", "fill": colour}
    return h.text({"x": f"{x:g}", "y": f"{y + 5:g}", "font-family": "DejaVu Sans,system-ui,sans-serif", **face})[
        glyph, h.title[told]
    ]


def _legend(chart: Chart, y: float, brush: Brush) -> list[h.Element]:
    used = {sign.kind for row in chart.rows for sign in row.signs}
    parts, at = [], 20.0
    for kind, (glyph, role, word) in LEGEND.items():
        if kind in used:
            parts.append(_sign(at, y, glyph, brush.colour(role), word))
            parts.append(brush.text((at + 12, y + 4), word, anchor="start", size=11.5, faint=True))
            at += 34 + 6.4 * len(word)
    return parts
