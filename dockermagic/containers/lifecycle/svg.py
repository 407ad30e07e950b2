"""Drawings as SVG, for two places: in the live page, where they take the page's own text colour, and in a saved notebook, where
they are images on a light card of their own, since an untrusted JupyterLab removes inline SVG.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import htpy as h
from markupsafe import Markup

from dockermagic.views.look import Look
from dockermagic.views.presentation import SCALE, presenting
from dockermagic.views.theme import INK

__all__ = ["Brush", "Point", "drawing"]

Point = tuple[float, float]
_INK, _PAPER = "#1b2230", "#ffffff"
_SANS = "system-ui,-apple-system,Segoe UI,DejaVu Sans,sans-serif"
_MONO = "Menlo,Consolas,DejaVu Sans Mono,monospace"


@dataclass(frozen=True, slots=True)
class Brush:
    """Draws shapes in one ink: that of the page ("currentColor"), or a dark one."""

    ink: str

    def colour(self, role: str) -> str:
        """Give the colour of a role; the ink for none."""
        return INK.get(role, self.ink)

    def line(self, path: str, *, role: str = "", width: float = 2.0, dashed: bool = False, faint: bool = False) -> h.Element:
        """Draw a path."""
        more = {"stroke-dasharray": "5 5"} if dashed else {}
        opacity = {"opacity": "0.45"} if faint else {}
        return h.path(d=path, fill="none", stroke=self.colour(role), stroke_width=f"{width:g}", **more, **opacity)

    def head(self, tip: Point, direction: Point, *, role: str = "", faint: bool = False) -> h.Element:
        """Draw an arrow's head; `direction` is a unit vector that points where the arrow does."""
        (x, y), (dx, dy), long, half = tip, direction, 11.0, 5.5
        back = x - dx * long, y - dy * long
        points = f"{x:g},{y:g} {back[0] - dy * half:g},{back[1] + dx * half:g} {back[0] + dy * half:g},{back[1] - dx * half:g}"
        opacity = {"opacity": "0.45"} if faint else {}
        return h.polygon(points=points, fill=self.colour(role), **opacity)

    def text(
        self,
        at: Point,
        words: str,
        *,
        anchor: str = "middle",
        size: float = 14,
        bold: bool = False,
        mono: bool = False,
        faint: bool = False,
        whole: str = "",
    ) -> h.Element:
        """Write a line of text; `whole` is what a pointer that rests on it is shown."""
        more = {"font-weight": "700"} if bold else {}
        opacity = {"opacity": "0.62"} if faint else {}
        place = {"x": f"{at[0]:g}", "y": f"{at[1]:g}", "text-anchor": anchor, "font-size": f"{size:g}", "fill": self.ink}
        family = {"font-family": _MONO if mono else _SANS}
        return h.text({**place, **family, **more, **opacity})[words, whole and whole != words and h.title[whole]]

    def box(
        self, at: Point, size: Point, *, role: str = "", width: float = 1.5, dashed: bool = False, filled: bool = False
    ) -> h.Element:
        """Draw a box around a centre."""
        place = {
            "x": f"{at[0] - size[0] / 2:g}",
            "y": f"{at[1] - size[1] / 2:g}",
            "width": f"{size[0]:g}",
            "height": f"{size[1]:g}",
        }
        look = {"stroke": self.colour(role), "stroke-width": f"{width:g}", "rx": "9", "fill": "none"}
        if dashed:
            look["stroke-dasharray"] = "5 5"
        if filled:
            look |= {"fill": self.colour(role), "fill-opacity": "0.16"}
        return h.rect({**place, **look})


def drawing(parts: list[h.Element], size: Point, told: str, look: Look, key: str) -> h.Renderable:
    """Give a drawing for the place where markup goes.

    Parameters:
        parts: made with the brush of that place (`brush_for`).
        size: the width and height of its coordinates; it is drawn as wide as there is room, at most so many pixels.
        told: what it shows, for who cannot see it.
    """
    wide, high = size
    most = wide * SCALE if presenting() else wide
    frame = {"viewBox": f"0 0 {wide:g} {high:g}", "xmlns": "http://www.w3.org/2000/svg", "role": "img"}
    if not look.inline:
        style = f"display:block;width:100%;max-width:{most:g}px;height:auto;margin:6px 0"
        return h.svg(frame, style=style, aria_label=told, data_key=key)[parts]
    card = h.rect(x="0", y="0", width=f"{wide:g}", height=f"{high:g}", rx="10", fill=_PAPER)
    document = str(h.svg(frame, width=f"{wide:g}", height=f"{high:g}")[card, parts])
    source = "data:image/svg+xml;base64," + base64.b64encode(document.encode()).decode()
    return h.img(src=Markup(source), alt=told, style=f"display:block;width:100%;max-width:{most:g}px;margin:6px 0")  # noqa: S704 - base64


def brush_for(look: Look) -> Brush:
    """Give the brush of a place: the page's ink in a live picture, dark ink on the card of a saved one."""
    return Brush(_INK if look.inline else "currentColor")
