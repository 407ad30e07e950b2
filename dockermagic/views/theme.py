"""Colours and how they stay legible: on white paper, on a dark theme, on the log's own card.

A saved picture cannot ask for the theme, so every colour that is drawn on the page is a mid-tone that stands out at least 3 to 1
(WCAG 2.2, 1.4.11) from white and from JupyterLab's dark background; words keep the theme's own text colour. Logs lie on a dark
card of their own, where text stands out at least 4.5 to 1 (1.4.3).
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["CARD", "CARD_TEXT", "INK", "TERMINAL", "contrast", "legible", "tint"]

INK: dict[str, str] = {
    "waiting": "#808a95",
    "running": "#2f80d0",
    "cached": "#1d9a72",
    "ran": "#2f80d0",
    "failed": "#d9483f",
    "skipped": "#808a95",
    "cancelled": "#b7791f",
    "metadata": "#808a95",
    "phase": "#808a95",
    "warning": "#b7791f",
    "note": "#808a95",
    "succeeded": "#1d9a72",
    "recorded": "#8a6fd1",
}
"""The colour of each role on the page."""

CARD = "#1b2230"
CARD_TEXT = "#e6eaf0"

TERMINAL: dict[str, str] = {
    "waiting": "dim",
    "running": "bold blue",
    "cached": "green",
    "ran": "blue",
    "failed": "bold red",
    "skipped": "dim",
    "cancelled": "yellow",
    "metadata": "dim",
    "phase": "dim",
    "warning": "yellow",
    "note": "dim",
    "succeeded": "bold green",
    "recorded": "magenta",
    "title": "bold",
    "keyword": "bold",
    "muted": "dim",
}
"""The style (as rich spells it) of each role in a terminal."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Give red, green and blue (0 to 255) of a "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@lru_cache(maxsize=512)
def tint(colour: str, alpha: float) -> str:
    """Give a colour as a transparent "rgba(...)", for a background that works on any theme."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{alpha:g})"


def luminance(colour: str) -> float:
    """Give the relative luminance of a "#rrggbb" as WCAG 2.2 defines it, 0 to 1."""
    parts = [part / 255 for part in rgb(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours as WCAG 2.2 defines it, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def legible(colour: str, background: str) -> str:
    """Give the colour, moved towards white or black as far as it must be to stand out 4.5 to 1 from the background."""
    goal = (255, 255, 255) if contrast("#ffffff", background) >= contrast("#000000", background) else (0, 0, 0)
    start = rgb(colour)
    for tenth in range(11):
        mixed = [round(a + (b - a) * tenth / 10) for a, b in zip(start, goal, strict=True)]
        found = "#{:02x}{:02x}{:02x}".format(*mixed)
        if contrast(found, background) >= 4.5:
            return found
    return found
