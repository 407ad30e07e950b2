"""The picture of an image on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from dockermagic.commands.listing import aligned
from dockermagic.commands.transfer import Layer, Transfer
from dockermagic.views.hostile import one_line
from dockermagic.views.look import Look
from dockermagic.views.show import Line
from dockermagic.views.table import CELL, ROW, TABLE
from dockermagic.views.theme import INK, tint
from dockermagic.views.units import bytes_text, plural, seconds_text

__all__ = ["TransferDrawer"]

_WORDS = {
    "waiting": "waits",
    "moving": "on its way",
    "unpacking": "arrived, being unpacked",
    "done": "done",
    "there": "already there",
    "mounted": "already there, in another repository",
}
_ROLES = {"waiting": "waiting", "moving": "running", "unpacking": "running", "done": "ran", "there": "cached", "mounted": "cached"}


class TransferDrawer:
    """Draws a pull or a push."""

    def html(self, model: Transfer, now: float) -> str:
        """Give the markup of the live view."""
        return _markup(model, now, Look(inline=False))

    def bundle(self, model: Transfer) -> Mapping[str, str]:
        """Give what stays in the saved notebook."""
        now = model.finished or model.started
        return {"text/html": _markup(model, now, Look(inline=True)), "text/plain": self.text(model, now, 100)}

    def text(self, model: Transfer, now: float, width: int) -> str:
        """Give the picture as text."""
        lines = [_title(model, now)]
        lines += aligned([f"{layer.id}\t{_words(layer)}\t{_bytes(layer)}" for layer in model.layers]).splitlines()
        lines += [model.digest] if model.digest else []
        return "\n".join(line.rstrip() for line in lines)

    def rows(self, model: Transfer, now: float, width: int, height: int) -> Sequence[Line]:
        """Give the picture as lines of a terminal."""
        lines: list[Line] = [[(_title(model, now), "title")]]
        lines += [
            [(f"{layer.id}  ", "muted"), (_words(layer), _ROLES[layer.state]), (f"  {_bytes(layer)}", "")] for layer in model.layers
        ]
        lines += [[(model.digest, "muted")]] if model.digest else []
        return lines[:height] if height else lines

    def lines(self, old: Transfer | None, new: Transfer) -> Sequence[str]:
        """Give what is new, as lines."""
        before = {layer.id: layer.state for layer in old.layers} if old else {}
        told = [f"{layer.id}: {layer.told}" for layer in new.layers if before.get(layer.id) != layer.state]
        told += [new.digest] if new.digest and not (old and old.digest) else []
        return told + ([_title(new, new.finished)] if new.finished and not (old and old.finished) else [])

    def busy(self, model: Transfer) -> bool:
        """Seconds go by while it goes on."""
        return not model.how


def _title(model: Transfer, now: float) -> str:
    done = {"": f"{model.direction}ing", "ended": f"{model.direction}ed", "interrupted": "interrupted"}.get(model.how, "failed")
    there = sum(layer.state in ("there", "mounted") for layer in model.layers)
    parts = [f"{model.image}: {done}", seconds_text(now - model.started), f"{bytes_text(model.moved)} moved"]
    if model.layers:
        parts.append(f"{there} of {plural(len(model.layers), 'layer')} already there")
    elif model.how == "ended":
        parts.append("nothing new")
    return ", ".join(parts)


def _words(layer: Layer) -> str:
    return _WORDS[layer.state]


def _bytes(layer: Layer) -> str:
    if not layer.total and not layer.current:
        return ""
    return (
        f"{bytes_text(layer.current)} of {bytes_text(layer.total)}"
        if layer.total and layer.current < layer.total
        else bytes_text(layer.total or layer.current)
    )


def _markup(model: Transfer, now: float, look: Look) -> str:
    role, glyph = {"": ("running", "►"), "ended": ("succeeded", "✓"), "interrupted": ("note", "■")}.get(model.how, ("failed", "✗"))
    rows = [
        h.tr(style=ROW, data_key=layer.id)[
            h.th(scope="row", style=CELL)[h.code(look("code"))[one_line(layer.id, 40)]],
            h.td(style=CELL)[_words(layer)],
            h.td(style=CELL)[_bar(layer)],
            h.td(style=CELL)[_bytes(layer)],
        ]
        for layer in model.layers
    ]
    head = h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in ("Layer", "State", "Progress", "Size"))]]
    return str(
        h.section(look("root"), aria_label=f"{model.direction} of {model.image}")[
            h.header(look("header"))[
                h.span(look("pill", f"pill-{role}"), role="status")[
                    h.span(look("glyph", f"ink-{role}"), aria_hidden="true")[glyph]
                ],
                h.strong(look("title"))[one_line(_title(model, now), 300)],
                h.span(look("aside"))[h.code(look("code"))[one_line(model.command, 160)]],
            ],
            rows and h.table(style=TABLE)[head, h.tbody[rows]],
            model.digest
            and h.p(look("muted"))[
                "Digest ", h.code(look("code"))[model.digest], ": it names these very bytes, wherever they are."
            ],
            model.how not in ("", "ended", "interrupted") and h.div(look("box", "box-failed"))[one_line(model.how, 1000)],
        ]
    )


def _bar(layer: Layer) -> h.Node:
    """Draw how far a layer is; the word beside it says the same."""
    share = (
        100.0
        if layer.state in ("done", "there", "mounted", "unpacking")
        else 100 * layer.current / layer.total
        if layer.total
        else 0.0
    )
    ink = INK[_ROLES[layer.state]]
    pattern = f"repeating-linear-gradient(45deg,{ink} 0 3px,transparent 3px 6px)" if layer.state in ("there", "mounted") else ink
    inside = h.div(style=f"width:{share:.1f}%;height:8px;background:{pattern};border-radius:2px")
    return h.div(style=f"width:12em;max-width:100%;height:8px;background-color:{tint(ink, 0.15)};border-radius:2px")[inside]
