"""The help of a command, as plain text."""

from __future__ import annotations

from functools import partial
from textwrap import wrap as wrap_anywhere

from dockermagic.flags.table import Command, Flag

wrap = partial(wrap_anywhere, break_on_hyphens=False, break_long_words=False)

WIDTH = 96
"""Columns: what fits in a notebook's pager on a projector."""


def help_text(command: Command, width: int = WIDTH) -> str:
    """Write a command's help: usage, summary, examples, notes, and the flags in two groups.

    Parameters:
        width: the longest line, in characters.
    """
    parts = [f"Usage:  {command.name} {command.usage}".rstrip(), "\n".join(wrap(command.summary, width))]
    if command.examples:
        parts.append(_table("Examples", [(f"  {each.line}", each.meaning) for each in command.examples], width))
    shown = [flag for flag in command.flags if not flag.hidden]
    for title, group in (
        ("Docker's own flags", [flag for flag in shown if not flag.ours]),
        ("dockermagic's flags", [flag for flag in shown if flag.ours]),
    ):
        if group:
            parts.append(_table(title, [(_left(flag), flag.help) for flag in group], width))
    parts += ["\n".join(wrap(note, width)) for note in command.notes]
    return "\n\n".join(parts) + "\n"


def _left(flag: Flag) -> str:
    short = f"-{flag.short}, " if flag.short else "    "
    names = ", ".join(f"--{name}" for name in (flag.long, *flag.aliases))
    return f"  {short}{names} {flag.metavar or _kind(flag)}".rstrip()


def _kind(flag: Flag) -> str:
    return {"bool": "", "string": "TEXT", "int": "N", "float": "N", "list": "TEXT", "csv": "TEXT,…"}[flag.kind]


def _table(title: str, rows: list[tuple[str, str]], width: int) -> str:
    """Set rows in two columns; a left cell that is too long gets a line of its own."""
    column = min(max(len(left) for left, _ in rows) + 2, max(width * 2 // 5, 24))
    lines = [f"{title}:"]
    for left, right in rows:
        cell = wrap(right, max(width - column, 20)) or [""]
        if len(left) + 2 > column:
            lines.append(left)
        else:
            lines.append(f"{left:<{column}}{cell.pop(0)}".rstrip())
        lines += [" " * column + more for more in cell if more]
    return "\n".join(lines)
