"""How the parts of a view look, once, for both places where markup goes.

A live view gets classes and one stylesheet made of these rules; a saved output gets the same rules inline, since a notebook
that is not trusted loses stylesheets. So only what JupyterLab's sanitizer keeps is used here: plain properties, no variables,
no calc(), colours as #rrggbb or rgba(). Where two rules meet on one element, the later one here wins in both places.
"""

from __future__ import annotations

from functools import cache

from dockermagic.views.presentation import presenting, scaled
from dockermagic.views.theme import CARD, CARD_TEXT, INK, tint

__all__ = ["KEYS", "PRESENTED", "RULES", "Look", "presented", "stylesheet"]

_LINE = "rgba(128,128,128,0.22)"
_GRID = "rgba(128,128,128,0.22)"


def _hatch(ink: str, angle: int) -> str:
    shade = tint(ink, 0.6)
    stops = f"{shade} 25%,transparent 25%,transparent 50%,{shade} 50%,{shade} 75%,transparent 75%"
    return f"background-image:linear-gradient({angle}deg,{stops});background-size:8px 8px"


_FILLS = {
    "cached": f"min-width:16px;border:1px dashed {INK['cached']};{_hatch(INK['cached'], 135)}",
    "cancelled": f"border:1px dotted {INK['cancelled']};{_hatch(INK['cancelled'], 45)}",
    **{role: f"background-color:{INK[role]}" for role in ("ran", "running", "failed", "phase")},
}

_BARE = "background-color:transparent;border:none;font-size:100%"
_WRAP = "white-space:pre-wrap;word-break:normal;overflow-wrap:break-word"
_FONT = "font-family:Menlo,Consolas,DejaVu Sans Mono,monospace"
_MONO = f"{_FONT};font-size:13px;line-height:1.4;{_WRAP}"
_SMALL = "font-size:12px;opacity:0.75"
_LEFT = "text-align:left;vertical-align:top;font-weight:normal"
_FIXED = "position:absolute;top:0;white-space:nowrap"

RULES: dict[str, str] = {
    "root": "max-width:1500px;font-size:14px;line-height:1.5;margin:4px 0 8px;text-align:left",
    "header": "display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;margin:0 0 8px;padding:0",
    "muted": "opacity:0.75",
    "small": _SMALL,
    "reason": f"margin:2px 0 3px;padding:0 8px;border-left:3px solid {INK['running']};font-weight:600",
    "aside": "opacity:0.75;margin-left:auto",
    "title": "font-size:17px",
    "code": f"{_BARE};padding:0;{_WRAP}",
    "pill": "border:2px solid;border-radius:14px;padding:1px 12px;font-weight:600;white-space:nowrap",
    **{f"pill-{role}": f"border-color:{ink};background-color:{tint(ink, 0.14)}" for role, ink in INK.items()},
    "glyph": "display:inline-block;width:1em;text-align:center",
    **{f"ink-{role}": f"color:{ink}" for role, ink in INK.items()},
    "box": "margin:0 0 6px;padding:4px 10px;border-left:4px solid",
    **{
        f"box-{role}": f"border-left-color:{INK[role]};background-color:{tint(INK[role], 0.1)}"
        for role in ("note", "failed", "succeeded")
    },
    "table": "width:100%;table-layout:fixed;border-collapse:collapse;border:none;margin:0;font-size:14px",
    "caption": f"caption-side:top;text-align:left;{_SMALL};padding:0 0 2px",
    "row": f"background-color:transparent;border-top:1px solid {_LINE}",
    "below": "background-color:transparent;border-top:none",
    **{f"row-{role}": f"background-color:{tint(INK[role], 0.1)}" for role in ("failed", "running", "cancelled")},
    "cell": f"{_LEFT};padding:4px 8px;line-height:21px",
    "cell-below": f"{_LEFT};padding:0 8px 4px;line-height:1.5",
    "mark": "border-left:4px solid transparent",
    **{f"mark-{role}": f"border-left-color:{INK[role]}" for role in ("failed", "running", "cancelled")},
    "head": f"{_LEFT};vertical-align:bottom;{_SMALL};padding:2px 8px;border-bottom:1px solid {_LINE}",
    "faint": "opacity:0.7",
    "number": "text-align:right;white-space:nowrap",
    "word": "white-space:nowrap",
    "pair": "display:flex;flex-wrap:wrap;gap:2px 16px",
    "level": "align-items:flex-end",
    "left": "flex:3 1 300px;min-width:0;overflow-wrap:break-word",
    "right": (
        "flex:2 1 240px;min-width:0;height:21px;position:relative;"
        f"background-image:linear-gradient(to right,{_GRID} 1px,transparent 1px)"
    ),
    "bare": "background-image:none",
    "tick": f"{_FIXED};padding-left:4px",
    "bar": "position:absolute;top:3px;height:15px;box-sizing:border-box;border-radius:3px;min-width:4px",
    **{f"bar-{role}": fill for role, fill in _FILLS.items()},
    "aloft": f"{_FIXED};{_SMALL};padding:0 6px;overflow:hidden;text-overflow:ellipsis",
    "after": "padding-left:10px",
    "after-cached": "padding-left:22px",
    "before": "text-align:right",
    "group": f"{_LEFT};padding:14px 8px 3px;border-bottom:2px solid {_LINE}",
    "chip": f"margin-left:12px;padding:0 9px;border:1px solid {INK['ran']};border-radius:10px;white-space:nowrap",
    "summary": "cursor:pointer",
    "text": f"{_BARE};margin:2px 0;padding:0;{_FONT};line-height:1.4;{_WRAP}",
    "remark": "margin:0 0 3px;overflow-wrap:break-word",
    "link": "text-decoration:underline",
    "meter": "display:flex;flex-wrap:wrap;align-items:center;gap:2px 10px;margin:0 0 3px",
    "gauge": f"flex:0 1 220px;height:8px;border-radius:4px;background-color:{tint(INK['note'], 0.3)};overflow:hidden",
    "filled": f"height:8px;background-color:{INK['running']}",
    "share": f"height:3px;margin:-2px 0 -1px auto;min-width:2px;border-radius:2px;background-color:{INK['ran']}",
    "line": "margin:2px 0",
    "screen": (
        f"background-color:{CARD};color:{CARD_TEXT};border:none;border-radius:6px;margin:3px 0 6px;padding:8px 12px;"
        f"max-height:19em;overflow:auto;{_MONO}"
    ),
    "tail": "display:flex;flex-direction:column-reverse",
    "block": "display:block",
    "foot": "margin:10px 8px 0",
    "buttons": "display:flex;flex-wrap:wrap;gap:4px 8px;margin:2px 0",
    "button": (
        f"background-color:{tint(INK['note'], 0.14)};border:1px solid {tint(INK['note'], 0.6)};border-radius:6px;color:inherit;"
        "cursor:pointer;font-family:inherit;font-size:13px;line-height:1.5;margin:0;padding:1px 10px;white-space:nowrap"
    ),
    "fold": "background:none;border:none;color:inherit;cursor:pointer;font:inherit;margin:0;padding:0;text-align:left",
    "trouble": "white-space:pre-wrap;overflow-wrap:break-word",
    "copy": (
        f"background-color:{tint(INK['note'], 0.12)};border:1px solid {_LINE};border-radius:6px;"
        f"margin:2px 8px 0;padding:6px 12px;{_MONO}"
    ),
    "secondary": "",
}
"""The rules by name. A name may be asked for that has none (a role without a mark of its own): then nothing is added."""

PRESENTED: dict[str, str] = {
    **{name: scaled(rule) for name, rule in RULES.items()},
    "root": scaled("max-width:none;font-size:14px;line-height:1.45;margin:4px 0 8px;text-align:left"),
    "small": scaled("font-size:13px;opacity:0.85"),
    "aside": "display:none",
    "secondary": "display:none",
}
"""The same for a room: `views.presentation`."""

_PLACES = {name: place for place, name in enumerate(RULES)}


@cache
def _inline(names: tuple[str, ...], room: bool) -> str:
    rules = PRESENTED if room else RULES
    found = sorted((name for name in names if name in rules), key=_PLACES.__getitem__)
    return ";".join(rules[name] for name in found if rules[name])


@cache
def _classes(names: tuple[str, ...]) -> str:
    return " ".join(f"dm-{name}" for name in names if name in RULES)


def stylesheet() -> str:
    """Give the rules as the stylesheet of a live view."""
    usual = "".join(f".dm-live .dm-{name}{{{rule}}}\n" for name, rule in RULES.items() if rule)
    # An element may have several of these: all of them are said again, so that their order still decides.
    return usual + "".join(f".dm-live .dm-room .dm-{name}{{{rule}}}\n" for name, rule in PRESENTED.items() if rule)


def presented(html: str) -> str:
    """Give a live view's markup, marked as drawn for a room if it is."""
    return f'<div class="dm-room">{html}</div>' if presenting() else html


KEYS = {"data-lm-suppress-shortcuts": ""}
"""For every element that can have the focus: in JupyterLab, keys pressed there are no commands ("b" would insert a cell)."""


class Look:
    """Gives elements their look: `h.div(look("bar", "bar-ran", style="left:3%"))`.

    Parameters:
        inline: write the rules into the elements, for a place without the stylesheet.
    """

    def __init__(self, *, inline: bool) -> None:
        self.inline = inline

    def __call__(self, *names: str, style: str = "") -> dict[str, str]:
        """Give the attributes for rules by name, and for what is this element's own."""
        if not self.inline:
            style = scaled(style) if style and presenting() else style
            return {"class": _classes(names), "style": style} if style else {"class": _classes(names)}
        rules = _inline(names, presenting())
        style = scaled(style) if style and presenting() else style
        return {"style": f"{rules};{style}" if style and rules else rules or style}
