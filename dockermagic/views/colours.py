"""The colours and attributes that programs ask a terminal for (SGR), as inline style that is legible on the log's card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from dockermagic.views.theme import CARD, CARD_TEXT, legible

__all__ = ["PLAIN", "Style", "css", "styled"]

_BASE = (
    "#3b4252", "#f07178", "#7fd17f", "#e5c07b", "#6cb2ff", "#d59bf0", "#5fd0d6", "#d8dee9",
    "#8a93a5", "#ff9a9e", "#a6e3a1", "#f9e2af", "#9ccbff", "#e6bdf7", "#94e2d5", "#ffffff",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: colours as "#rrggbb" or empty, and attributes."""

    ink: str = ""
    ground: str = ""
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    struck: bool = False
    inverse: bool = False


PLAIN = Style()

_SWITCHES: dict[int, dict[str, object]] = {
    1: {"bold": True}, 2: {"dim": True}, 3: {"italic": True}, 4: {"underline": True}, 7: {"inverse": True}, 9: {"struck": True},
    21: {"underline": True}, 22: {"bold": False, "dim": False}, 23: {"italic": False}, 24: {"underline": False},
    27: {"inverse": False}, 29: {"struck": False}, 39: {"ink": ""}, 49: {"ground": ""},
}  # fmt: skip


@lru_cache(maxsize=1024)
def styled(style: Style, numbers: str) -> Style:
    """Give the style after an SGR sequence with these parameters (ECMA-48 8.3.117, and the 256 and 24-bit colours of xterm)."""
    codes = [int(part) if part.isdigit() and len(part) < 6 else 0 for part in numbers.replace(":", ";").split(";")]
    place = 0
    while place < len(codes):
        code = codes[place]
        place += 1
        if code in (38, 48):
            colour, place = _extended(codes, place)
            style = replace(style, ink=colour) if code == 38 else replace(style, ground=colour)
        elif code == 0:
            style = PLAIN
        elif code in _SWITCHES:
            style = replace(style, **_SWITCHES[code])  # type: ignore[arg-type]  # names and values stand side by side in the table
        else:
            style = _coloured(style, code)
    return style


def _coloured(style: Style, code: int) -> Style:
    for first, offset in ((30, 0), (90, 8)):
        if first <= code < first + 8:
            return replace(style, ink=_BASE[code - first + offset])
        if first + 10 <= code < first + 18:
            return replace(style, ground=_BASE[code - first - 10 + offset])
    return style


def _extended(codes: list[int], place: int) -> tuple[str, int]:
    """Read what follows 38 or 48: `5;n` or `2;r;g;b`. Gives the colour and the place after it."""
    kind = codes[place] if place < len(codes) else 0
    if kind == 5 and place + 1 < len(codes):
        return _indexed(min(codes[place + 1], 255)), place + 2
    if kind == 2 and place + 3 < len(codes):
        return "#{:02x}{:02x}{:02x}".format(*(min(part, 255) for part in codes[place + 1 : place + 4])), place + 4
    return "", len(codes)


def _indexed(number: int) -> str:
    if number < 16:
        return _BASE[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    number -= 16
    parts = (number // 36, number // 6 % 6, number % 6)
    return "#{:02x}{:02x}{:02x}".format(*(0 if part == 0 else 55 + 40 * part for part in parts))


@lru_cache(maxsize=1024)
def css(style: Style) -> str:
    """Give the inline style; every ink is moved until it stands out 4.5 to 1 from its ground."""
    ink, ground = style.ink, style.ground
    if style.inverse:
        ink, ground = ground or CARD, ink or CARD_TEXT
    parts = []
    if ink or ground:
        parts.append(f"color:{legible(ink or CARD_TEXT, ground or CARD)}")
    if ground:
        parts.append(f"background-color:{ground}")
    if style.bold:
        parts.append("font-weight:bold")
    if style.dim and not ink and not ground:
        parts.append(f"color:{legible('#9aa3b2', CARD)}")
    if style.italic:
        parts.append("font-style:italic")
    lines = " ".join(word for word, on in (("underline", style.underline), ("line-through", style.struck)) if on)
    if lines:
        parts.append(f"text-decoration:{lines}")
    return ";".join(parts)
