"""An image's scene as markup, for the live view and for the saved notebook."""

from __future__ import annotations

import htpy as h

from dockermagic.images.branches import Branch
from dockermagic.images.scene import Row, Scene
from dockermagic.images.stack import Change
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.theme import INK
from dockermagic.views.units import bytes_text, plural

__all__ = ["draw"]

_STATES = {
    "reading": ("running", "►", "reading"),
    "read": ("succeeded", "✓", "opened"),
    "interrupted": ("note", "■", "interrupted"),
}
_SIGNS = {"added": ("+", "ran"), "changed": ("~", "running"), "rewritten": ("=", "cached"), "removed": ("−", "failed")}
_WIDTHS = ("4%", "46%", "30%", "20%")

HIDDEN = (
    "Hidden bytes are files that a later layer overwrote or removed: they are pulled and stored with the image, and no container "
    "ever sees them. Efficiency is the smallest copy of every path, summed up, divided by all copies that layers hold."
)
MEND = (
    "What a layer holds cannot be removed by a later one. Keep it out: list the file in .dockerignore, give it to one RUN with "
    "--mount=type=secret, or hand it to the container when it starts. Then change the secret: who has the image has the value."
)


def draw(scene: Scene, command: str, look: Look) -> str:
    """Give the markup of an image.

    Parameters:
        scene: what is said; `command`: the docker command behind it.
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
            h.table(look("table"))[
                h.caption(look("caption"))["The first instruction is at the top; each layer lies on those above it here."],
                h.colgroup[(h.col(style=f"width:{width}") for width in _WIDTHS)],
                h.thead[h.tr[(h.th(look("head"), scope="col")[name] for name in ("#", "Instruction", "Size", "Files"))]],
                h.tbody[(_row(row, look) for row in scene.rows)],
            ],
            _notes(scene, look),
        ]
    )


def _row(row: Row, look: Look) -> h.Node:
    key = f"layer-{row.layer.number}" if row.layer is not None else None
    if row.layer is None:
        return h.tr(look("row", "faint"))[
            h.td(look("cell")),
            h.td(look("cell"))[h.code(look("code"))[row.instruction]],
            h.td(look("cell"))["no layer"],
            h.td(look("cell")),
        ]
    line = f"line {row.step.line}" if row.step.line else ""
    return h.tr(look("row"), data_key=key)[
        h.th(look("cell"), scope="row")[str(row.layer.number)],
        h.td(look("cell"))[h.code(look("code"))[row.instruction], line and h.span(look("muted"))[" ", line], _files(row, look)],
        h.td(look("cell"))[_size(row, look)],
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
        h.summary(look("summary"), KEYS)["files"], [_branch(tree, look) for tree in row.trees], _cut(row.cut, look)
    ]


def _branch(branch: Branch, look: Look) -> h.Node:
    label = _label(branch, look)
    if not branch.below and not branch.cut:
        return h.div(look("line", style="margin-left:18px"))[label]
    return h.details(data_key=f"b-{branch.path}"[:200], style="margin-left:4px")[
        h.summary(look("summary"), KEYS)[label],
        h.div(style="margin-left:14px")[[_branch(child, look) for child in branch.below], _cut(branch.cut, look)],
    ]


def _label(branch: Branch, look: Look) -> h.Node:
    sign, ink = _SIGNS[branch.change.kind] if branch.change is not None else ("", "note")
    size = bytes_text(branch.bytes) if branch.bytes or not branch.hidden else ""
    lost = f"hides {bytes_text(branch.hidden)}" if branch.hidden else ""
    return h.span[
        h.span(look("glyph", f"ink-{ink}"), aria_hidden="true")[sign],
        h.code(look("code"))[one_line(branch.name, 120), "/" if branch.below else ""],
        " ",
        h.span(look("muted"))[", ".join(part for part in (size, _what(branch.change), lost) if part)],
    ]


def _what(change: Change | None) -> str:
    """Say what happened to a path, where the sign does not say all."""
    if change is None:
        return ""
    if change.kind == "removed":
        return "removed"
    if change.kind == "rewritten":
        return "written again, the same"
    if change.kind == "changed":
        return f"{' and '.join(change.what)} changed"
    after = change.after
    return f"→ {one_line(after.link, 80)}" if after is not None and after.link else ""


def _cut(number: int, look: Look) -> h.Node:
    return h.div(look("muted", style="margin-left:18px"))[f"and {plural(number, 'smaller one')}"] if number else None


def _notes(scene: Scene, look: Look) -> h.Node:
    secrets = (
        scene.secrets
        and h.div(look("box", "box-failed"))[
            h.strong[f"{plural(len(scene.secrets), 'place')} with what looks like a secret"],
            h.ul[(h.li[f"{where}: {what}"] for where, what in scene.secrets[:30])],
            len(scene.secrets) > 30 and f"and {len(scene.secrets) - 30} more",
            h.p(look("remark"))[MEND],
        ]
    )
    repeats = (
        scene.repeats
        and h.details(data_key="repeats")[
            h.summary(look("summary"), KEYS)["Paths that layers hold more than once"],
            h.ul[(h.li[h.code(look("code"))[path], ": ", what] for path, what in scene.repeats)],
        ]
    )
    return h.div[secrets, repeats, scene.state == "read" and h.p(look("muted"))[HIDDEN]]
