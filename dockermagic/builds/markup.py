"""The picture of a build as markup: semantic, escaped, and complete without anybody's script or stylesheet.

One function serves the live view and the saved notebook; they differ only in whether the look is written as classes or inline
(`views.look`). `data-key` tells the live view which element is which.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import htpy as h
from markupsafe import Markup

from dockermagic.builds.rows import Meter, Remark, Row, Why
from dockermagic.builds.scene import Group, Scene
from dockermagic.views.logs import log_details
from dockermagic.views.look import KEYS, Look
from dockermagic.views.units import plural

__all__ = ["Drawn", "markup"]

_COLUMNS = 5
_WIDTHS = ("3.4em", "auto", "7.4em", "5.8em", "6.6em")


@dataclass(slots=True)
class Drawn:
    """Markup of rows that did not change since the last picture of the same build."""

    look: Look
    step: float = 0.0
    rows: dict[str, tuple[Row, Markup]] = field(default_factory=dict)

    def row(self, row: Row, step: float) -> Markup:
        """Give the markup of a row, made anew only if the row is another one."""
        if step != self.step:
            self.step = step
            self.rows.clear()
        known = self.rows.get(row.key)
        if known is not None and known[0] is row:
            return known[1]
        made = Markup("").join(_row(row, step, self.look))
        self.rows[row.key] = (row, made)
        return made


def markup(scene: Scene, drawn: Drawn) -> str:
    """Give the whole picture.

    Parameters:
        drawn: what the last picture of this build left, to save work; it also says how the look is written.
    """
    look = drawn.look
    parts: list[h.Node] = [
        _header(scene, look),
        scene.error and h.div(look("box", "box-failed"))[h.pre(look("text"), dir="ltr")[scene.error]],
        [h.p(look("box", "box-note", "secondary"), data_key=f"n{number}")[note] for number, note in enumerate(scene.notes)],
        _table(scene, drawn) if scene.groups else None,
        h.div(look("foot"))[[_remark(remark, look) for remark in scene.remarks]] if scene.remarks else None,
        _summary(scene, look) if scene.counts else None,
        [h.p(look("box", "box-note"))[quoted(each, look)] for each in scene.surprises],
        _advice(scene, look) if scene.advice else None,
        _command(scene.command, look) if scene.command else None,
    ]
    whole = h.section(look("root"), aria_label=f"Build of {scene.titles[0]}")[parts]
    return str.__str__(str(whole))  # plain text from here on: it is data for a message, not markup to build with


def _table(scene: Scene, drawn: Drawn) -> h.Renderable:
    look = drawn.look
    title = f"The build of {scene.titles[0]}: instructions in Dockerfile order, bars on one time axis"
    return h.table(look("table"))[
        h.caption(look("caption", "secondary"))[title],
        h.colgroup[[h.col(style=f"width:{width}") for width in _WIDTHS]],
        _head(scene, look),
        [_group(group, scene.step, drawn) for group in scene.groups],
    ]


def _header(scene: Scene, look: Look) -> h.Renderable:
    first, *more = scene.titles
    return h.header(look("header"))[
        h.span(look("pill", f"pill-{scene.state}"), role="status", aria_live="polite")[
            h.span(look("glyph", f"ink-{scene.state}"), aria_hidden="true")[scene.glyph], " ", scene.word
        ],
        scene.recorded and h.span(look("pill", "pill-recorded"))["recorded"],
        h.strong(look("title"))[h.bdi[h.code(look("code"))[first]]],
        [h.bdi[h.code(look("code"))[tag]] for tag in more],
        h.span(look("title"))[scene.elapsed],
        scene.progress and h.span(look("muted"))[scene.progress],
        scene.engine and h.span(look("aside"))[scene.engine],
    ]


def _head(scene: Scene, look: Look) -> h.Renderable:
    ticks = [h.span(look("tick", style=f"left:{tick.left:.2f}%"))[tick.label] for tick in scene.ticks if tick.left < 94]
    axis = h.div(look("right", style=f"background-size:{scene.step:.3f}% 100%"), aria_hidden="true")[ticks]
    return h.thead[
        h.tr(look("below"))[
            h.th(look("head", "number"), scope="col")["Line"],
            h.th(look("head"), scope="col")[h.div(look("pair", "level"))[h.div(look("left"))["Instruction"], axis]],
            h.th(look("head"), scope="col")["Status"],
            h.th(look("head", "number"), scope="col")["Time"],
            h.th(look("head", "number"), scope="col")["Size added"],
        ]
    ]


def _group(group: Group, step: float, drawn: Drawn) -> h.Renderable:
    look = drawn.look
    heading = (
        group.name
        and h.tr(look("below"), data_key=f"{group.key}h")[
            h.th(look("group"), scope="rowgroup", colspan=str(_COLUMNS))[
                h.strong(look("title"))[h.bdi[group.name]],
                h.span(look("muted"))[" · ", group.place, " · from ", h.bdi[group.base]],
                group.parallel and h.span(look("chip"))[h.span(aria_hidden="true")["∥ "], group.parallel],
            ]
        ]
    )
    return h.tbody(data_key=group.key)[heading, [drawn.row(row, step) for row in group.rows]]


def _row(row: Row, step: float, look: Look) -> list[h.Element]:
    role = row.role
    faint = "faint" if role in ("skipped", "waiting") else ""
    track = h.div(look("right", "bare" if row.note and row.bar is None else "", style=f"background-size:{step:.3f}% 100%"))[
        _track(row, look)
    ]
    main = h.tr(look("row", f"row-{role}"), data_key=row.key, data_status=row.status)[
        h.td(look("cell", "number", "mark", f"mark-{role}"))[row.line and h.code(look("code"))[row.line]],
        h.th(look("cell"), scope="row")[h.div(look("pair"))[h.div(look("left", faint))[_instruction(row, look)], track]],
        h.td(look("cell", "word"))[_status(row, look, faint)],
        h.td(look("cell", "number"))[row.seconds],
        h.td(look("cell", "number"))[
            row.size, row.share > 0 and h.div(look("share", style=f"width:{100 * row.share:.1f}%"), aria_hidden="true")
        ],
    ]
    below = _below(row, look)
    if not below:
        return [main]
    cells = h.td(look("cell-below", "mark", f"mark-{role}")), h.td(look("cell-below"), colspan=str(_COLUMNS - 1))[below]
    return [main, h.tr(look("below", f"row-{role}"), data_key=f"{row.key}x")[cells]]


def _status(row: Row, look: Look, faint: str) -> list[h.Node]:
    return [h.span(look("glyph", f"ink-{row.role}"), aria_hidden="true")[row.glyph], " ", h.span(look(faint))[row.status]]


def _instruction(row: Row, look: Look) -> h.Renderable:
    if not row.code:
        return h.span(look("muted"))[row.head]
    line = h.code(look("code"), dir="ltr")[row.keyword and h.b[row.keyword], row.head]
    if not row.rest:
        return line
    more = plural(row.rest.count("\n") + 1, "more line")
    return h.details(data_key=f"{row.key}i")[
        h.summary(look("summary"), KEYS)[line, h.span(look("small"))[f"  +{more}"]],
        h.pre(look("text"), dir="ltr")[row.rest],
    ]


def _track(row: Row, look: Look) -> list[h.Renderable]:
    parts: list[h.Renderable] = []
    bar = row.bar
    if bar is not None:
        parts.append(h.div(look("bar", f"bar-{bar.role}", style=f"left:{bar.left:g}%;width:{bar.width:g}%"), aria_hidden="true"))
    if row.note is not None:
        place = f"left:{row.note.left:g}%;right:{100 - row.note.right:g}%"
        parts.append(h.span(look("aloft", row.note.side, style=place))[row.note.text])
    return parts


def _below(row: Row, look: Look) -> list[h.Renderable]:
    parts = [_remark(remark, look) for remark in row.remarks]
    parts += _why(row.why, look) if row.why is not None else []
    parts += [_meter(meter, look) for meter in row.meters]
    if row.log is not None:
        parts.append(log_details(row.log, row.key, look))
    return parts


def _why(why: Why, look: Look) -> list[h.Renderable]:
    """Say why a step ran again; under it the two texts of an instruction that changed, what differs underlined and struck out."""
    parts: list[h.Renderable] = [
        h.div(look("reason" if why.own else "small"), data_why="")[h.span(aria_hidden="true")["↻ "], quoted(why.text, look)]
    ]
    for label, pieces, tag in (("was", why.old, h.del_), ("is", why.new, h.ins)):
        if pieces:
            text = [tag[piece] if changed else piece for piece, changed in pieces]
            parts.append(h.div(look("small"))[f"{label}: ", h.code(look("code"), dir="ltr")[text]])
    return parts


def quoted(text: str, look: Look) -> list[h.Node]:
    """Give a sentence with what stands between backquotes as code."""
    pieces = text.split("`")
    return [h.bdi[h.code(look("code"))[piece]] if number % 2 else piece for number, piece in enumerate(pieces)]


def _remark(remark: Remark, look: Look) -> h.Renderable:
    warning = remark.role == "warning"
    return h.div(look("remark"))[
        h.span(look("glyph", f"ink-{remark.role}"), aria_hidden="true")["▲" if warning else "✗"],
        " warning " if warning else " ",
        h.strong[remark.title],
        warning and remark.line > 0 and f" (line {remark.line})",
        remark.text and [": ", h.bdi[remark.text]],
        remark.url
        and [" ", h.a(look("link"), KEYS, href=remark.url, target="_blank", rel="noopener noreferrer")["what this means"]],
    ]


def _meter(meter: Meter, look: Look) -> h.Renderable:
    share = meter.share
    if share is None:
        return h.div(look("small"))[meter.text]
    filled = h.div(look("filled", style=f"width:{100 * share:.1f}%"))
    return h.div(look("meter"))[h.div(look("gauge"), aria_hidden="true")[filled], h.span[f"{meter.text} ({share:.0%})"]]


def _summary(scene: Scene, look: Look) -> h.Renderable:
    short = scene.image_id.removeprefix("sha256:")[:12]
    return h.p(look("foot"))[
        h.strong[scene.counts],
        h.span(look("muted", "secondary"))[" · ", scene.work],
        scene.image_id and h.span(look("secondary"))[" · image ", h.code(look("code"), title=scene.image_id)[short]],
        scene.size and [" · ", scene.size],
    ]


def _advice(scene: Scene, look: Look) -> h.Renderable:
    """Say what another order would have saved, with the Dockerfile behind it."""
    return h.details(data_key="better")[
        h.summary(look("foot", "summary"), KEYS)["↻ ", quoted(scene.advice, look), " Show the Dockerfile in that order"],
        h.pre(look("copy"), KEYS, dir="ltr", tabindex="0")[scene.better],
    ]


def _command(command: str, look: Look) -> h.Renderable:
    """Give the command to copy; a long one, which repeats the Dockerfile, is folded up behind its first line."""
    text = h.pre(look("copy"), KEYS, dir="ltr", tabindex="0")[command]
    first, _, rest = command.partition("\n")
    if not rest:
        return h.div(look("secondary"))[h.p(look("foot", "muted"))["The same with the docker command:"], text]
    shown = h.code(look("code"), dir="ltr")[first]
    label = h.summary(look("foot", "summary"), KEYS)["The same with the docker command: ", shown, " …"]
    return h.details(look("secondary"), data_key="same")[label, text]
