"""The picture of a build as markup: semantic, escaped, and styled inline so that it needs nobody's stylesheet.

One markup serves the live view and the saved notebook. A notebook that is not trusted loses scripts, stylesheets and SVG but
keeps classes, plain inline styles and `<details>`; so colours are mid-tones from `views.theme`, text keeps the theme's colour,
and the classes (`dm-…`) are only for what a live stylesheet refines. `data-key` tells the live view which element is which.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import htpy as h
from markupsafe import Markup, escape

from dockermagic.builds import styles as css
from dockermagic.builds.rows import LogPart, Meter, Remark, Row
from dockermagic.builds.scene import Group, Scene
from dockermagic.views.colours import PLAIN, Style
from dockermagic.views.colours import css as style_css
from dockermagic.views.theme import INK
from dockermagic.views.units import plural

__all__ = ["Drawn", "markup"]

_COLUMNS = 5
_BLOCK = 50
"""Lines of a log that are one element: what the browser keeps or replaces as a whole."""


@dataclass(slots=True)
class Drawn:
    """Markup of rows that did not change since the last picture of the same build."""

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
        made = Markup("").join([Markup(part) for part in _row(row, step)])
        self.rows[row.key] = (row, made)
        return made


def markup(scene: Scene, drawn: Drawn | None = None) -> str:
    """Give the whole picture.

    Parameters:
        drawn: what the last picture of this build left, to save work.
    """
    drawn = drawn if drawn is not None else Drawn()
    title = scene.titles[0]
    return str(
        h.section(class_="dm dm-build", style=css.ROOT, aria_label=f"Build of {title}")[
            _header(scene),
            scene.error and h.div(class_="dm-error", style=css.ERROR)[_pre(scene.error)],
            scene.notes and [_note(note) for note in scene.notes],
            h.table(style=css.TABLE)[
                h.caption(style=css.CAPTION)[f"The build of {title}: instructions in Dockerfile order, bars on one time axis"],
                h.colgroup[[h.col(style=f"width:{width}") for width in css.WIDTHS]],
                _head(scene),
                [_group(group, scene.step, drawn) for group in scene.groups],
            ],
            scene.remarks and [h.div(style=css.BELOW)[_remark(remark)] for remark in scene.remarks],
            _summary(scene),
            scene.command and _command(scene.command),
        ]
    )


def _header(scene: Scene) -> h.Renderable:
    first, *more = scene.titles
    return h.header(style=css.HEADER)[
        h.span(role="status", aria_live="polite", class_=f"dm-pill dm-{scene.state}", style=css.pill(scene.state))[
            h.span(style=css.glyph(scene.state), aria_hidden="true")[scene.glyph], " ", scene.word
        ],
        scene.recorded and h.span(class_="dm-pill", style=css.pill("recorded"))["recorded"],
        h.strong(style=css.TITLE)[h.bdi[h.code(style=css.CODE)[first]]],
        [h.bdi[h.code(style=css.CODE)[tag]] for tag in more],
        h.span(style=css.FIGURES)[scene.elapsed],
        scene.progress and h.span(style=css.MUTED)[scene.progress],
        scene.engine and h.span(style=css.ENGINE)[scene.engine],
    ]


def _note(note: str) -> h.Renderable:
    return h.p(class_="dm-note", style=css.NOTE)[note]


def _head(scene: Scene) -> h.Renderable:
    ticks = [h.span(style=f"{css.TICK};left:{tick.left:.2f}%")[tick.label] for tick in scene.ticks if tick.left < 94]
    return h.thead[
        h.tr(style=css.TR)[
            h.th(scope="col", style=css.TH_NUMBER)["Line"],
            h.th(scope="col", style=css.TH)[
                h.div(style=css.PAIR)[h.div(style=css.LEFT)["Instruction"], h.div(style=css.axis(scene.step), aria_hidden="true")[ticks]]
            ],
            h.th(scope="col", style=css.TH)["Status"],
            h.th(scope="col", style=css.TH_NUMBER)["Time"],
            h.th(scope="col", style=css.TH_NUMBER)["Size added"],
        ]
    ]


def _group(group: Group, step: float, drawn: Drawn) -> h.Renderable:
    return h.tbody(data_key=group.key)[
        group.name
        and h.tr(style=css.TR, data_key=f"{group.key}h")[
            h.th(scope="rowgroup", colspan=_COLUMNS, class_="dm-stage", style=css.STAGE)[
                h.strong(style=css.STAGE_NAME)[h.bdi[group.name]],
                h.span(style=css.MUTED)[" · ", group.place, " · from ", h.bdi[group.base]],
                group.parallel and h.span(class_="dm-parallel", style=css.PARALLEL)[h.span(aria_hidden="true")["∥ "], group.parallel],
            ]
        ],
        [drawn.row(row, step) for row in group.rows],
    ]


def _row(row: Row, step: float) -> list[h.Element]:
    below = _below(row)
    cell = css.cell(row.role)
    rows = [
        h.tr(class_=f"dm-row dm-{row.role}", style=css.TR, data_key=row.key)[
            h.td(style=css.first_cell(row.role))[row.line],
            h.th(scope="row", style=cell)[
                h.div(style=css.PAIR)[h.div(style=css.LEFT)[_instruction(row)], h.div(style=css.track(step))[_track(row)]]
            ],
            h.td(style=f"{cell};white-space:nowrap")[h.span(style=css.glyph(row.role), aria_hidden="true")[row.glyph], " ", row.status],
            h.td(style=f"{cell};{css.NUMBER}")[row.seconds],
            h.td(style=f"{cell};{css.NUMBER}")[row.size, row.share > 0 and h.div(style=css.share(row.share), aria_hidden="true")],
        ]
    ]
    if below:
        tail = h.tr(class_=f"dm-below dm-{row.role}", style=css.TR, data_key=f"{row.key}x")
        rows.append(tail[h.td(style=css.first_below(row.role)), h.td(colspan=_COLUMNS - 1, style=css.below_cell(row.role))[below]])
    return rows


def _instruction(row: Row) -> h.Renderable:
    if not row.code:
        return h.span(style=css.MUTED)[row.head]
    line = h.code(style=css.CODE, dir="ltr")[row.keyword and h.b[row.keyword], row.head]
    if not row.rest:
        return line
    more = plural(row.rest.count("\n") + 1, "more line")
    return h.details(data_key=f"{row.key}i")[
        h.summary(style=css.SUMMARY)[line, h.span(style=css.MORE)[f" +{more}"]],
        h.pre(style=css.REST, dir="ltr")[row.rest],
    ]


def _track(row: Row) -> list[h.Renderable]:
    parts: list[h.Renderable] = []
    after = 0.0
    if row.bar is not None:
        parts.append(h.div(class_=f"dm-bar dm-{row.bar.role}", style=css.bar(row.bar), aria_hidden="true"))
        after = row.bar.left + row.bar.width
    if row.note:
        parts.append(h.span(style=css.track_note(after, row.bar is not None))[row.note])
    return parts


def _below(row: Row) -> list[h.Renderable]:
    parts: list[h.Renderable] = [_remark(remark) for remark in row.remarks]
    parts += [_meter(meter) for meter in row.meters]
    if row.log is not None:
        parts.append(_log(row.log, row))
    return parts


def _remark(remark: Remark) -> h.Renderable:
    sign = {"failed": "✗", "warning": "▲"}[remark.role]
    where = f" (line {remark.line})" if remark.line and remark.role == "warning" else ""
    return h.div(class_=f"dm-remark dm-{remark.role}", style=css.REMARK)[
        h.span(style=css.glyph(remark.role), aria_hidden="true")[sign],
        f" {'warning ' if remark.role == 'warning' else ''}",
        h.strong[remark.title],
        where,
        remark.text and [": ", h.bdi[remark.text]],
        remark.url and [" ", h.a(href=remark.url, target="_blank", rel="noopener noreferrer", style=css.LINK)["what this means"]],
    ]


def _meter(meter: Meter) -> h.Renderable:
    share = meter.share
    return h.div(style=css.METER)[
        share is not None and h.div(style=css.GAUGE, aria_hidden="true")[h.div(class_="dm-gauge", style=css.gauge(share))],
        h.span[meter.text, share is not None and f" ({share:.0%})"],
    ]


def _log(log: LogPart, row: Row) -> h.Renderable:
    cut = [h.p(style=css.HIDDEN)[f"{plural(log.hidden, 'earlier line')}: see ", h.code(style=css.CODE)[log.source]]] if log.hidden else []
    if not log.hidden and (log.cut or row.status == "running"):
        cut = [h.p(style=css.HIDDEN)["the whole of it: ", h.code(style=css.CODE)[log.source]]] if log.cut else []
    return h.details(class_="dm-log", open=log.open, data_key=f"{row.key}l")[
        h.summary(style=css.SUMMARY)[f"log, {plural(log.total, 'line')}"],
        cut,
        h.pre(class_="dm-screen", style=css.SCREEN, dir="ltr", tabindex="0", data_tail=True)[_blocks(log, row.key)],
    ]


def _blocks(log: LogPart, key: str) -> list[h.Renderable]:
    """Divide the lines where their numbers can be divided by `_BLOCK`, so that a block stays the same while the log grows."""
    blocks: list[h.Renderable] = []
    start = 0
    while start < len(log.lines):
        number = (log.first + start) // _BLOCK
        end = min(len(log.lines), (number + 1) * _BLOCK - log.first)
        blocks.append(h.span(data_key=f"{key}b{number}")[_lines(log.lines[start:end])])
        start = end
    return blocks


def _lines(lines: tuple[tuple[tuple[str, Style], ...], ...]) -> Markup:
    parts: list[str | Markup] = []
    for line in lines:
        for text, style in line:
            parts.append(escape(text) if style is PLAIN or style == PLAIN else h.span(style=style_css(style))[text].__html__())
        parts.append("\n")
    return Markup("").join(Markup(part) for part in parts)


def _summary(scene: Scene) -> h.Renderable:
    short = scene.image_id.removeprefix("sha256:")[:12]
    return h.p(class_="dm-summary", style=css.SUM)[
        h.strong[scene.counts],
        h.span(style=css.MUTED)[" · ", scene.work],
        scene.image_id and [" · image ", h.code(style=css.CODE, title=scene.image_id)[short]],
        scene.size and [" · ", scene.size],
    ]


def _command(command: str) -> h.Renderable:
    return h.div(class_="dm-command")[
        h.p(style=css.SAME)["The same with the docker command:"],
        h.pre(class_="dm-copy", style=css.COPY, dir="ltr")[command],
    ]


def _pre(text: str) -> h.Renderable:
    return h.pre(style=css.REST, dir="ltr")[h.span(style=f"color:{INK['failed']}", aria_hidden="true")["✗ "], text]


