"""The picture of a build context: what is sent, by folder; what is not, by rule; what should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockermagic.views.hostile import one_line
from dockermagic.views.table import Table
from dockermagic.views.units import bytes_text, plural

if TYPE_CHECKING:
    from dockermagic.builds.why.xray import Xray

__all__ = ["html", "text"]

MOST_ROWS, MOST_FILES = 15, 400
BAR = 24


def _head(found: Xray) -> str:
    sent = f"{plural(len(found.sizes), 'file')}, {bytes_text(found.bytes)}, would be sent to the builder"
    spared = sum(found.spared.values())
    if not found.rules:
        return f"{sent}. There is no .dockerignore, so nothing is left out."
    return f"{sent}; .dockerignore leaves out {plural(len(found.excluded), 'file')}, {bytes_text(spared)}."


def _folders(found: Xray) -> Table:
    rows = found.by_folder()
    total = max(found.bytes, 1)
    told = [
        (one_line(name, 80), bytes_text(size), "█" * round(BAR * size / total) or "▏", str(count))
        for name, size, count in rows[:MOST_ROWS]
    ]
    if rows[MOST_ROWS:]:
        size, count = sum(each[1] for each in rows[MOST_ROWS:]), sum(each[2] for each in rows[MOST_ROWS:])
        told.append((f"{len(rows) - MOST_ROWS} more", bytes_text(size), "█" * round(BAR * size / total) or "▏", str(count)))
    return Table("Sent", ("Folder or file", "Bytes", "Share", "Files"), tuple(told))


def _rules(found: Xray) -> Table:
    rows = [
        (one_line(rule.pattern, 60), f"{rule.file}, line {rule.line}", bytes_text(size), str(count))
        for rule, size, count in found.by_rule()
    ]
    used = {str(rule) for rule in (*found.excluded.values(), *found.kept.values())}
    rows += [
        (one_line(rule.pattern, 60), f"{rule.file}, line {rule.line}", "–", "decides nothing")
        for rule in found.rules
        if str(rule) not in used
    ]
    return Table("Left out", ("Rule", "Where", "Spares", "Files"), tuple(rows))


def _worth(found: Xray) -> list[str]:
    """Say what leaving out the usual suspects would save."""
    told = []
    for name in ("node_modules/", ".git/", "dist/", "__pycache__/", ".venv/", "target/"):
        sizes = [size for path, size in found.sizes.items() if f"/{path}".find(f"/{name}") >= 0]
        if sizes:
            folder, files = name.rstrip("/"), plural(len(sizes), "file")
            told.append(f"Leaving out {folder} would save {bytes_text(sum(sizes))} in {files}: add the line {folder}")
    return told


def _warnings(found: Xray) -> list[str]:
    told = [f"{one_line(path, 120)} looks as if it held secrets, and is sent." for path in found.secrets[:20]]
    told += [f"The folder {one_line(path, 120)} cannot be read; a build would fail there." for path in found.unread[:20]]
    return told


def _files(found: Xray) -> list[tuple[str, str, str]]:
    rows = [(path, "sent", f"taken back in by {found.kept[path]}" if path in found.kept else "") for path in found.sizes]
    rows += [(path, "left out", str(rule)) for path, rule in found.excluded.items()]
    return sorted(rows)


def text(found: Xray) -> str:
    """Give the picture as text."""
    parts = [_head(found), *(f"warning: {each}" for each in _warnings(found)), "", _folders(found).text()]
    if found.rules:
        parts += ["", _rules(found).text()]
    return "\n".join([*parts, *(["", *_worth(found)] if _worth(found) else [])])


def html(found: Xray) -> str:
    """Give the picture as markup that needs no stylesheet."""
    import htpy as h

    rows = _files(found)
    listed = Table("", ("File", "", "Rule"), tuple((one_line(a, 160), b, one_line(c, 160)) for a, b, c in rows[:MOST_FILES]))
    more = f"Every file ({len(rows)})" if len(rows) <= MOST_FILES else f"The first {MOST_FILES} of {len(rows)} files"
    warned = [
        h.p(style="border-left:4px solid #c77d00;padding:2px 0 2px 10px")[h.strong["Warning: "], each] for each in _warnings(found)
    ]
    from markupsafe import Markup

    return str(
        h.section(aria_label="Build context")[
            h.p[h.strong[_head(found)]],
            warned,
            Markup(_folders(found).html()),  # noqa: S704  # escaped by the table
            Markup(_rules(found).html()) if found.rules else None,  # noqa: S704  # as above
            [h.p[each] for each in _worth(found)],
            h.details[h.summary[more], Markup(listed.html())],  # noqa: S704  # as above
        ]
    )
