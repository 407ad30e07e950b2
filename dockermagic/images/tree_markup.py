"""Trees of files as markup: sizes in one column at the left, as `du` has them, names indented beside them."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from dockermagic.images.branches import Branch
from dockermagic.images.stack import Change
from dockermagic.views.hostile import one_line
from dockermagic.views.look import KEYS, Look
from dockermagic.views.units import bytes_text, plural

__all__ = ["INDENT", "SIGNS", "draw_trees", "label", "what_happened"]

SIGNS = {"added": ("+", "succeeded"), "changed": ("~", "running"), "rewritten": ("=", "cached"), "removed": ("−", "failed")}
_SIZE = "display:inline-block;width:64px;text-align:right;margin-right:10px;white-space:nowrap"
INDENT = 16
_KINDS = {"fifo": "pipe", "character": "device", "block": "device"}


def draw_trees(trees: Sequence[Branch], cut: int, look: Look, *, signs: bool = True, key: str = "b") -> h.Node:
    """Give trees as nested lists that open.

    Parameters:
        cut: how many of them are left out; `signs`: whether to mark what was added, changed, removed; `key`: tells these trees
            from others in the same picture.
    """
    return h.div(style="margin:2px 0 6px;overflow-wrap:anywhere")[
        [_branch(tree, look, 0, signs, key) for tree in trees], _cut(cut, look, 0)
    ]


def _branch(branch: Branch, look: Look, depth: int, signs: bool, key: str) -> h.Node:
    line = label(branch, look, depth, signs)
    if not branch.below and not branch.cut:
        return h.div(look("line", style="margin:0;padding-left:15px"))[line]
    return h.details(data_key=f"{key}-{branch.path}"[:200])[
        h.summary(look("summary"), KEYS)[line],
        [_branch(child, look, depth + 1, signs, key) for child in branch.below],
        _cut(branch.cut, look, depth + 1),
    ]


def label(branch: Branch, look: Look, depth: int, signs: bool) -> h.Node:
    """Give a branch's line: size, sign, name, and what happened to it."""
    change = branch.change
    sign, ink = SIGNS[change.kind] if change is not None else ("", "note")
    holds = branch.bytes if branch.bytes or not branch.hidden else branch.hidden
    size = bytes_text(holds) if holds or _is_file(change) else ""
    minus = "−" if branch.hidden and not branch.bytes and size else ""
    directory = bool(branch.below or branch.cut) or _is(change, "directory")
    told = [what_happened(change) if signs or (change is not None and change.kind != "added") else _kind(change)]
    if directory and branch.count > 1:
        told.append(plural(branch.count - (change is not None), "entry", "entries"))
    if branch.hidden and branch.bytes:
        told.append(f"hides {bytes_text(branch.hidden)}")
    return h.span[
        h.span(look("muted" if directory else "word", style=_SIZE))[minus + size],
        signs and h.span(look("glyph", f"ink-{ink}", style="font-weight:bold"), aria_hidden="true")[sign],
        h.span(style=f"margin-left:{6 + depth * INDENT}px")[
            h.code(look("code"))[h.strong[f"{one_line(branch.name, 120)}/"] if directory else one_line(branch.name, 120)]
        ],
        h.span(look("muted", style="margin-left:10px"))[", ".join(part for part in told if part)],
    ]


def _is(change: Change | None, kind: str) -> bool:
    entry = (change.after or change.before) if change is not None else None
    return entry is not None and entry.kind == kind


def _is_file(change: Change | None) -> bool:
    return _is(change, "file")


def what_happened(change: Change | None) -> str:
    """Say what happened to a path, where its sign does not say all."""
    if change is None:
        return ""
    if change.kind == "removed":
        return "removed; its bytes stay below" if change.hidden else "removed"
    if change.kind == "rewritten":
        return "written again, the same"
    if change.kind == "changed":
        return f"{' and '.join(change.what)} changed"
    return _kind(change)


def _kind(change: Change | None) -> str:
    after = change.after if change is not None else None
    if after is None:
        return ""
    if after.kind == "symlink":
        return f"→ {one_line(after.link, 80)}"
    if after.kind == "hardlink":
        return f"the same file as /{one_line(after.link.lstrip('/'), 80)}"
    return _KINDS.get(after.kind, "")


def _cut(number: int, look: Look, depth: int) -> h.Node:
    style = f"padding-left:{89 + depth * INDENT}px"
    return h.div(look("muted", style=style))[f"and {plural(number, 'smaller one')}"] if number else None
