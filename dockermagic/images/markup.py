"""An image's scene as markup, for the live view and for the saved notebook."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h

from dockermagic.images.given_away import Secret
from dockermagic.images.scene import Row, Scene
from dockermagic.images.tree_markup import draw_trees
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.theme import INK
from dockermagic.views.units import plural

__all__ = ["draw"]

_STATES = {
    "reading": ("running", "►", "reading"),
    "read": ("succeeded", "✓", "opened"),
    "interrupted": ("note", "■", "interrupted"),
}
_WIDTHS = ("4%", "54%", "26%", "16%")

MOST_SECRETS = 30
EFFICIENCY = (
    "Efficiency is the smallest copy of every path, summed up, divided by all copies that layers hold: "
    "100 % when every file was written once; a file that was written twice, or removed, lowers it."
)


def draw(
    scene: Scene, command: str, look: Look, *, tools: h.Node = None, files: Callable[[Row, Look], h.Node] | None = None
) -> str:
    """Give the markup of an image.

    Parameters:
        scene: what is said; `command`: the docker command behind it.
        tools: what stands above the layers; `files`: gives a layer's files, where they do not open by themselves.
    """
    role, glyph, word = _STATES[scene.state]
    return str(
        h.section(look("root"), aria_label=f"Layers of {one_line(scene.title, 100)}")[
            h.header(look("header"))[
                h.span(look("pill", f"pill-{role}"), role="status")[
                    h.span(look("glyph", f"ink-{role}"), aria_hidden="true")[glyph], " ", word
                ],
                h.strong(look("title"))[one_line(scene.title, 120)],
                h.span[" · ".join(scene.facts)],
                h.span(look("aside"))[h.code(look("code"))[one_line(command, 160)]],
            ],
            tools,
            h.table(look("table"))[
                h.caption(look("caption"))[
                    "The first instruction is at the top: a layer lies on the ones above it here. Red is hidden by a later layer."
                ],
                h.colgroup[(h.col(style=f"width:{width}") for width in _WIDTHS)],
                h.thead[h.tr[(h.th(look("head"), scope="col")[name] for name in ("#", "Instruction", "Size", "Files"))]],
                h.tbody[(_row(row, look, files or _files) for row in scene.rows)],
            ],
            _notes(scene, look),
        ]
    )


def _row(row: Row, look: Look, files: Callable[[Row, Look], h.Node]) -> h.Node:
    line = f" line {row.step.line}" if row.step.line else ""
    key = f"layer-{row.layer.number}" if row.layer is not None else None
    if row.layer is None:
        return h.tr(look("row", "faint"))[
            h.td(look("cell")),
            h.td(look("cell"))[h.code(look("code"))[row.instruction], line and h.span(look("muted", "word"))[line]],
            h.td(look("cell"))["no layer"],
            h.td(look("cell")),
        ]
    return h.tr(look("row"), data_key=key)[
        h.th(look("cell"), scope="row")[str(row.layer.number)],
        h.td(look("cell"))[h.code(look("code"))[row.instruction], line and h.span(look("muted", "word"))[line], files(row, look)],
        h.td(look("cell"))[_size(row, look), row.effect and h.div(look("ink-failed"))[row.effect]],
        h.td(look("cell"))[row.counts],
    ]


def _size(row: Row, look: Look) -> h.Node:
    if not row.size:
        return None
    share = max(0.5, round(100 * row.share, 1))
    lost = round(100 * row.hidden / row.layer.size, 1) if row.layer is not None and row.layer.size else 0
    bar = h.div(look("gauge", style="max-width:220px"), aria_hidden="true")[
        h.div(style=f"width:{share}%;height:8px;background-color:{INK['ran']}")[
            h.div(style=f"width:{lost}%;height:8px;background-color:{INK['failed']}") if lost else None
        ]
    ]
    return h.div[
        h.div(look("pair"))[h.span(look("word"))[row.size], h.span(look("muted"))[f"{100 * row.share:.0f} %"]],
        bar,
        row.fate and h.div(look("ink-failed"))[row.fate],
    ]


def _files(row: Row, look: Look) -> h.Node:
    if not row.trees or row.layer is None:
        return None
    return h.details(data_key=f"files-{row.layer.number}")[
        h.summary(look("summary"), KEYS)["files"], draw_trees(row.trees, row.cut, look, key=f"b{row.layer.number}")
    ]


def _notes(scene: Scene, look: Look) -> h.Node:
    return h.div[
        scene.hidden
        and h.div(look("box", "box-failed" if scene.hiding else "box-note"))[
            h.p(look("remark"))[scene.hidden],
            scene.hiding and h.ul(style="margin:0 0 3px")[(h.li[each] for each in scene.hiding)],
        ],
        _secrets(scene, look) if scene.secrets else None,
        bool(scene.repeats)
        and h.details(data_key="repeats")[
            h.summary(look("summary"), KEYS)["Paths that layers hold more than once, as the tool dive counts them"],
            h.p(look("remark", "muted"))[EFFICIENCY],
            h.ul[(h.li[h.code(look("code"))[path], ": ", what] for path, what in scene.repeats)],
        ],
    ]


def _secrets(scene: Scene, look: Look) -> h.Node:
    mends = list(dict.fromkeys(secret.mend for secret in scene.secrets))
    return h.div(look("box", "box-failed"))[
        h.strong[f"{plural(len(scene.secrets), 'place')} with what looks like a secret"],
        h.ul(style="margin:0 0 3px")[(_secret(secret, look) for secret in scene.secrets[:MOST_SECRETS])],
        len(scene.secrets) > MOST_SECRETS and h.p(look("remark"))[f"and {len(scene.secrets) - MOST_SECRETS} more"],
        h.strong["What to do instead"],
        h.ul(style="margin:0 0 3px")[(h.li[mend] for mend in mends)],
        h.p(look("remark"))["And change the secret: who has the image has the value."],
    ]


def _secret(secret: Secret, look: Look) -> h.Node:
    where = f"layer {secret.layer}: " if secret.layer else ""
    return h.li[where, h.code(look("code"))[secret.place], f": {secret.what}; {secret.fate}"]
