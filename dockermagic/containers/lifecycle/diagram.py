"""The state diagram and the stop's time axis, drawn: where boxes, arrows and words lie. Pure.

Coordinates are those of the drawing, about one pixel each at its full width.
"""

from __future__ import annotations

import htpy as h

from dockermagic.containers.lifecycle.scene import Arrow, Group, Life
from dockermagic.containers.lifecycle.stopping import Flag, StopPicture
from dockermagic.containers.lifecycle.svg import Brush, Point
from dockermagic.views.cells import cut

__all__ = ["SIZE", "STOP_SIZE", "shared", "states", "stop_axis"]

_WIDE, _HIGH = 1080.0, 292.0
SIZE: Point = (_WIDE, _HIGH)
STOP_SIZE: Point = (_WIDE, 128.0)
_BOXES: dict[str, tuple[Point, Point, str]] = {
    "image": ((84, 34), (150, 46), "image"),
    "created": ((84, 164), (136, 58), "created"),
    "running": ((394, 164), (140, 58), "running"),
    "paused": ((394, 34), (140, 46), "paused"),
    "exited": ((730, 164), (140, 58), "stopped"),
    "removed": ((1002, 164), (130, 58), "removed"),
}
"""Centre, size and word of each box."""
_PLAIN = {
    "create": "docker create",
    "start": "docker start",
    "pause": "docker pause",
    "unpause": "docker unpause",
    "end": "docker stop",
    "again": "docker start",
    "remove": "docker rm",
}


def states(life: Life, brush: Brush) -> list[h.Element]:
    """Draw the diagram of one container, its present state lit."""
    parts = [_image(life.image, brush)]
    for arrow in life.arrows:
        parts += _arrow(arrow, life, brush)
    for name in ("created", "running", "paused", "exited", "removed"):
        parts += _box(name, life, brush)
    return parts


def _image(image: str, brush: Brush) -> h.Element:
    (x, y), size, _ = _BOXES["image"]
    return h.g[
        brush.box((x, y), size, dashed=True),
        brush.text((x, y - 4), "image", size=13, faint=True),
        brush.text((x, y + 14), cut(image, 17), size=13, mono=True, whole=image),
    ]


def _box(name: str, life: Life, brush: Brush) -> list[h.Element]:
    (x, y), size, word = _BOXES[name]
    lit = life.box == name
    if not lit:
        been = name in life.visited
        return [
            brush.box((x, y), size, width=1.5, dashed=not been),
            brush.text((x, y + 6), f"✓ {word}" if been else word, size=17, faint=True),
        ]
    word = life.state
    (wide, high) = size
    return [
        brush.box((x, y), (wide + 10, high + 10), role=life.role, width=1.5),
        brush.box((x, y), size, role=life.role, width=4, filled=True),
        brush.text((x, y if high > 50 else y + 1), f"{life.glyph} {word}", size=18, bold=True),
        brush.text((x, y + 19 if high > 50 else y + 17), cut(life.within, 20), size=12, whole=life.within),
    ]


def _arrow(arrow: Arrow, life: Life, brush: Brush) -> list[h.Element]:
    if arrow.name in ("discard",) and not arrow.times:
        return []
    if arrow.name == "end" and life.stop is not None and life.stop.end is None:
        return _under_way(life.stop, brush)
    role = life.role if arrow.last and life.box != "removed" else ""
    width = 3.5 if arrow.last else 2.2 if arrow.times else 1.4
    faint = not arrow.times
    path, tip, direction = _ROUTES[arrow.name]
    parts = [
        brush.line(path, role=role, width=width, dashed=faint, faint=faint),
        brush.head(tip, direction, role=role, faint=faint),
    ]
    return parts + _labels(arrow, brush)


def _under_way(stop: StopPicture, brush: Brush) -> list[h.Element]:
    """Draw the way to stopped while it is being taken: the signal was sent, the program has not ended."""
    path, tip, direction = _ROUTES["end"]
    (x, y), anchor, room = _PLACES["end"]
    return [
        brush.line(path, role="warning", width=3.5, dashed=True),
        brush.head(tip, direction, role="warning"),
        brush.text((x, y - 18), f"{stop.flags[-1].label} …", anchor=anchor, size=13, bold=True),
        brush.text((x, y), cut(stop.title, room), anchor=anchor, size=14, mono=True, whole=stop.title),
    ]


_ROUTES: dict[str, tuple[str, Point, Point]] = {
    "create": ("M84 57V124", (84, 131), (0, 1)),
    "start": ("M156 164H310", (319, 164), (1, 0)),
    "pause": ("M374 131V68", (374, 61), (0, -1)),
    "unpause": ("M414 57V124", (414, 131), (0, 1)),
    "end": ("M468 164H646", (655, 164), (1, 0)),
    "again": ("M730 198C730 252 700 258 640 258H484C424 258 394 252 394 208", (394, 199), (0, -1)),
    "remove": ("M804 164H923", (932, 164), (1, 0)),
    "discard": ("M84 198C84 270 140 284 240 284H850C950 284 1002 270 1002 208", (1002, 199), (0, -1)),
}
"""Each arrow's path, tip and direction."""

_PLACES: dict[str, tuple[Point, str, int]] = {
    "create": ((94, 90), "start", 30),
    "start": ((235, 152), "middle", 19),
    "pause": ((364, 112), "end", 17),
    "unpause": ((424, 98), "start", 40),
    "end": ((560, 152), "middle", 21),
    "again": ((562, 250), "middle", 34),
    "remove": ((863, 152), "middle", 14),
    "discard": ((560, 280), "middle", 40),
}
"""Where the words of each arrow stand, at which end of them, and how many letters there are room for."""


def _labels(arrow: Arrow, brush: Brush) -> list[h.Element]:
    """Write beside an arrow: its command above the line, the cause above that, exit code and time below."""
    (x, y), anchor, room = _PLACES[arrow.name]
    if not arrow.times:
        return [brush.text((x, y), _PLAIN[arrow.name], anchor=anchor, size=13, mono=True, faint=True)]
    often = f" ×{arrow.times}" if arrow.times > 1 else ""
    command, cause = arrow.command or arrow.cause, arrow.cause if arrow.command else ""
    parts = [
        brush.text(
            (x, y), cut(command, room - len(often)) + often, anchor=anchor, size=14, mono=bool(arrow.command), whole=arrow.whole
        )
    ]
    beside = arrow.name in ("create", "pause", "unpause")
    if cause and cause != command:
        above = y - 18 if not beside else y - 16
        parts.append(brush.text((x, above), cut(cause, room + 8), anchor=anchor, size=13, bold=arrow.last, whole=cause))
    if arrow.note:
        below = y + 16 if beside else y + 26 if arrow.name == "again" else y - 16 if arrow.name == "discard" else y + 31
        parts.append(brush.text((x, below), cut(arrow.note, room + 8), anchor=anchor, size=13, whole=arrow.note))
    return parts


_ROLES = {"created": "waiting", "running": "running", "paused": "cancelled", "exited": "recorded", "removed": "waiting"}


def shared(group: Group, brush: Brush) -> list[h.Element]:
    """Draw one diagram for several containers of an image: the names of those that are in each state."""
    parts = [_image(group.image, brush)]
    for name, (path, tip, direction) in _ROUTES.items():
        if name != "discard":
            times = sum(arrow.times for life in group.lives for arrow in life.arrows if arrow.name == name)
            faint = not times
            parts += [
                brush.line(path, width=2.2 if times else 1.4, dashed=faint, faint=faint),
                brush.head(tip, direction, faint=faint),
                *_labels(Arrow(name), brush),
            ]
    for name, ((x, y), size, word) in list(_BOXES.items())[1:]:
        here = [life for life in group.lives if life.box == name]
        role = _ROLES[name] if here else ""
        parts.append(brush.box((x, y), size, role=role, width=3.5 if here else 1.5, dashed=not here, filled=bool(here)))
        parts.append(brush.text((x, y - 3 if here else y + 6), word, size=17, bold=bool(here), faint=not here))
        if here:
            names = ", ".join(life.name for life in here)
            parts.append(brush.text((x, y + 17), f"{len(here)}: {cut(names, 15)}", size=12, mono=True, whole=names))
    return parts


def stop_axis(stop: StopPicture, brush: Brush) -> list[h.Element]:
    """Draw a stop to scale: the grace period, the signals, the end."""
    left, wide, y = 20.0, _WIDE - 220, 62.0

    def at(seconds: float) -> float:
        return left + wide * min(1.0, seconds / stop.length)

    parts = [brush.line(f"M{left:g} {y + 26:g}H{left + wide:g}", width=1, faint=True)]
    for seconds, label in stop.ticks:
        parts.append(brush.line(f"M{at(seconds):g} {y + 23:g}V{y + 29:g}", width=1, faint=True))
        parts.append(brush.text((at(seconds), y + 44), label, size=13, faint=True))
    if stop.grace:
        whole = at(stop.grace) - left
        parts.append(brush.box((left + whole / 2, y), (whole, 30), role="warning", dashed=True, width=1.5))
        parts.append(brush.text((at(stop.grace) - 8, y + 5), f"grace period {stop.grace:g} s", anchor="end", size=13, faint=True))
    used = max(2.0, at(stop.elapsed) - left)
    role = "failed" if any(flag.label == "SIGKILL" for flag in stop.flags) else "running"
    parts.append(brush.box((left + used / 2, y), (used, 30), role=role, width=1.5, filled=True))
    return parts + _flags(stop, brush, [at(flag.at) for flag in stop.flags], y)


def _flags(stop: StopPicture, brush: Brush, places: list[float], y: float) -> list[h.Element]:
    """Mark signals and end above the bar; labels that would touch stand one above the other."""
    parts: list[h.Element] = []
    ends = [-100.0, -100.0, -100.0]
    for flag, x in zip(stop.flags, places, strict=True):
        row = next((row for row, end in enumerate(ends) if x - end > 8), 0)
        ends[row] = x + 9.0 * len(flag.label) + 14
        top = y - 22 - 16 * row
        parts.append(brush.line(f"M{x:g} {top - 8:g}V{y + 18:g}", role=flag.role, width=3))
        parts.append(brush.text((x + 6, top + 3), _flag_text(flag), anchor="start", size=14, bold=True))
    return parts


def _flag_text(flag: Flag) -> str:
    return f"{flag.label} · {flag.at:.1f} s" if flag.at >= 0.05 else flag.label
