"""The inline styles of a build's markup.

Only properties and values that JupyterLab's sanitizer keeps: no variables, no calc(), colours as #rrggbb or rgba().
"""

from __future__ import annotations

from functools import lru_cache

from dockermagic.builds.rows import Bar
from dockermagic.views.theme import CARD, CARD_TEXT, INK, tint

_LINE = "rgba(128,128,128,0.22)"
_GRID = "rgba(128,128,128,0.28)"
_PLAIN = "background-color:transparent;border:none;color:inherit"
_RESET = "text-align:left;font-weight:normal;vertical-align:top;white-space:normal;max-width:none"

ROOT = "max-width:1500px;font-size:14px;line-height:1.5;margin:4px 0 8px;text-align:left"
HEADER = "display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 14px;margin:0 0 8px;padding:0"
TITLE = "font-size:17px"
CODE = f"{_PLAIN};padding:0;font-size:inherit;white-space:pre-wrap;overflow-wrap:break-word"
FIGURES = "font-size:17px"
MUTED = "opacity:0.75"
ENGINE = "opacity:0.75;margin-left:auto"
NOTE = f"margin:0 0 6px;padding:4px 10px;border-left:3px solid {INK['note']};background-color:{tint(INK['note'], 0.1)}"
ERROR = f"margin:0 0 8px;padding:6px 10px;border-left:4px solid {INK['failed']};background-color:{tint(INK['failed'], 0.1)}"

WIDTHS = ("3.4em", "auto", "7.2em", "5.8em", "6.6em")
TABLE = "width:100%;table-layout:fixed;border-collapse:collapse;border:none;margin:0;font-size:14px"
CAPTION = "caption-side:top;text-align:left;font-size:12px;opacity:0.75;padding:0 0 2px;color:inherit"
TR = "background-color:transparent"
NUMBER = "text-align:right;white-space:nowrap"
TH = f"{_RESET};padding:2px 8px;font-size:12px;opacity:0.75;border:none;border-bottom:1px solid {_LINE}"
TH_NUMBER = f"{TH};text-align:right"
PAIR = "display:flex;flex-wrap:wrap;gap:2px 16px"
LEFT = "flex:1 1 300px;min-width:0;overflow-wrap:break-word"
_RIGHT = "flex:1 1 260px;min-width:0;position:relative"
TICK = "position:absolute;top:0;padding-left:3px;white-space:nowrap"
STAGE = f"{_RESET};padding:14px 8px 3px;border:none;border-bottom:2px solid {_LINE}"
STAGE_NAME = "font-size:15px"
PARALLEL = f"margin-left:12px;padding:0 8px;border:1px solid {INK['ran']};border-radius:9px;white-space:nowrap"
SUMMARY = "cursor:pointer"
MORE = "opacity:0.75;font-size:12px"
REST = f"{_PLAIN};margin:2px 0;padding:0;font-size:inherit;line-height:1.4;white-space:pre-wrap;overflow-wrap:break-word"
REMARK = "margin:0 0 3px;overflow-wrap:break-word"
BELOW = "margin:6px 8px 0"
LINK = "color:inherit;text-decoration:underline"
METER = "display:flex;flex-wrap:wrap;align-items:center;gap:2px 10px;margin:0 0 3px"
GAUGE = f"flex:0 1 220px;height:8px;border-radius:4px;background-color:{tint(INK['note'], 0.3)};overflow:hidden"
HIDDEN = "margin:2px 0;font-size:12px;opacity:0.75"
SCREEN = (
    f"background-color:{CARD};color:{CARD_TEXT};border:none;border-radius:6px;margin:3px 0 6px;padding:8px 12px;max-height:19em;"
    "overflow:auto;font-size:13px;line-height:1.4;white-space:pre-wrap;overflow-wrap:break-word"
)
SUM = "margin:10px 8px 0"
SAME = "margin:10px 8px 2px;opacity:0.75"
COPY = (
    f"background-color:{tint(INK['note'], 0.12)};color:inherit;border:1px solid {_LINE};border-radius:6px;margin:0 8px;padding:6px 12px;"
    "font-size:13px;line-height:1.4;white-space:pre-wrap;overflow-wrap:break-word"
)


@lru_cache(maxsize=64)
def pill(role: str) -> str:
    """Style the word that says how the build stands."""
    ink = INK[role]
    return f"border:2px solid {ink};background-color:{tint(ink, 0.14)};border-radius:14px;padding:1px 12px;font-weight:600;white-space:nowrap"


@lru_cache(maxsize=64)
def glyph(role: str) -> str:
    """Style the sign before a status word."""
    return f"color:{INK[role]};display:inline-block;width:1em;text-align:center"


@lru_cache(maxsize=64)
def _ground(role: str) -> str:
    return {"failed": f"background-color:{tint(INK['failed'], 0.1)}", "running": f"background-color:{tint(INK['running'], 0.1)}"}.get(
        role, "background-color:transparent"
    )


@lru_cache(maxsize=64)
def cell(role: str) -> str:
    """Style a cell of a row."""
    faint = ";opacity:0.7" if role in ("skipped", "waiting") else ""
    return f"{_RESET};padding:4px 8px;border:none;border-top:1px solid {_LINE};{_ground(role)}{faint}"


@lru_cache(maxsize=64)
def _mark(role: str) -> str:
    return f";border-left:4px solid {INK[role]}" if role in ("failed", "running", "cancelled") else ";border-left:4px solid transparent"


def first_cell(role: str) -> str:
    """Style the cell that holds the line number, with a mark on the row that matters."""
    return f"{cell(role)};{NUMBER};font-family:monospace{_mark(role)}"


@lru_cache(maxsize=64)
def below_cell(role: str) -> str:
    """Style the cell under a row, for what belongs to it."""
    return f"{_RESET};padding:0 8px 4px;border:none;{_ground(role)}"


def first_below(role: str) -> str:
    """Style the empty cell before it."""
    return f"{below_cell(role)}{_mark(role)}"


@lru_cache(maxsize=64)
def axis(step: float) -> str:
    """Style the time axis in the head."""
    return f"{_RIGHT};height:18px;{_grid(step)}"


@lru_cache(maxsize=64)
def track(step: float) -> str:
    """Style the stretch of a row on which its bar lies."""
    return f"{_RIGHT};height:21px;{_grid(step)}"


def _grid(step: float) -> str:
    return f"background-image:linear-gradient(to right,{_GRID} 1px,transparent 1px);background-size:{step:.3f}% 100%"


def _hatch(ink: str, angle: int) -> str:
    shade = tint(ink, 0.6)
    stops = f"{shade} 25%,transparent 25%,transparent 50%,{shade} 50%,{shade} 75%,transparent 75%"
    return f"background-image:linear-gradient({angle}deg,{stops});background-size:8px 8px"


@lru_cache(maxsize=64)
def _fill(role: str) -> str:
    ink = INK[role]
    if role == "cached":
        return f"min-width:16px;border:1px dashed {ink};{_hatch(ink, 135)}"
    if role == "cancelled":
        return f"min-width:4px;border:1px dotted {ink};{_hatch(ink, 45)}"
    return f"min-width:4px;background-color:{ink}"


def bar(drawn: Bar) -> str:
    """Style a bar: its place, and a pattern for its role."""
    place = f"position:absolute;top:3px;height:15px;box-sizing:border-box;left:{drawn.left:g}%;width:{drawn.width:g}%"
    return f"{place};border-radius:3px;{_fill(drawn.role)}"


def track_note(after: float, beside: bool) -> str:
    """Style the words on a track: at its start, or after the bar where there is room."""
    base = "position:absolute;top:0;white-space:nowrap;font-size:12px;line-height:21px;opacity:0.75;overflow:hidden;text-overflow:ellipsis"
    if not beside:
        return f"{base};left:0;padding-left:6px;max-width:100%"
    if after <= 60:
        return f"{base};left:{after:.2f}%;padding-left:22px"
    return f"{base};left:0;padding-left:6px"


@lru_cache(maxsize=128)
def share(part: float) -> str:
    """Style the bar under a size: its share of the largest layer."""
    return f"height:3px;margin-left:auto;min-width:2px;border-radius:2px;width:{100 * part:.1f}%;background-color:{INK['ran']}"


def gauge(part: float) -> str:
    """Style the filled part of a meter."""
    return f"height:8px;width:{100 * part:.1f}%;background-color:{INK['running']}"
