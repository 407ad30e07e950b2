"""The picture of containers as text, for terminals and for readers without markup."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from dockermagic.containers.lifecycle.scene import Life, Scene
from dockermagic.containers.lifecycle.stopping import StopPicture
from dockermagic.views.cells import clipped, padded
from dockermagic.views.units import plural, total_text

__all__ = ["picture"]

TextLine = list[tuple[str, str]]

_CHAIN = ("created", "running", "paused", "exited", "removed")
_TAIL = 12
"""Lines of output that are shown."""


def picture(scene: Scene, width: int, height: int = 0) -> Sequence[TextLine]:
    """Give the picture as lines of text with roles.

    Parameters:
        width: columns.
        height: rows to fit into; 0 for no limit.
    """
    width = max(24, width)
    lines: list[TextLine] = [[(scene.lost, "failed")]] if scene.lost else []
    lines += [[(f"pulling {image}: {text}", "running")] for image, text, _ in scene.pulls]
    for group in scene.groups:
        if len(group.lives) > 1:
            lines.append([(group.image, "title"), (f": one image, {plural(len(group.lives), 'container')} made from it", "muted")])
        for life in group.lives:
            lines += _life(life, scene, width)
    if not lines:
        lines.append([("No container is here.", "muted")])
    if height and len(lines) > height:
        lines = [*lines[: height - 1], [(f"… {plural(len(lines) - height + 1, 'line')} below", "muted")]]
    return [clipped(line, width) for line in lines]


def _life(life: Life, scene: Scene, width: int) -> list[TextLine]:
    head: TextLine = [
        (f"{life.glyph} {life.state}", life.role),
        ("  ", ""),
        (life.name, "title"),
        (f"  image {life.image}", "muted"),
    ]
    if life.health:
        head.append((f"  {life.health}", "failed" if life.health == "unhealthy" else "succeeded"))
    head.append((f"  {life.status}", "muted"))
    if scene.recorded:
        head.append(("  recorded", "recorded"))
    lines = [head, _chain(life)]
    lines += [[(f"  {note}", "muted")] for note in life.notes]
    if life.omitted:
        lines.append([(f"  … {plural(life.omitted, 'earlier event')}", "muted")])
    for step in life.steps:
        word = padded(f"{step.glyph} {step.state}", 13)
        told = f"{step.command}: {step.told}" if step.command else step.told
        first, *more = _wrapped(told, width - 27)
        lines.append([(f"  {padded(step.at, 10, right=True)}  ", "muted"), (word, step.role), (first, "")])
        lines += [[(" " * 25 + part, "")] for part in more]
    if life.stop is not None:
        lines += _stop(life.stop, width)
    if life.log is not None:
        lines += [[("  │ " + "".join(text for text, _ in line), "muted")] for line in life.log.lines[-_TAIL:]]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(16, width)) or [""]


def _chain(life: Life) -> TextLine:
    """Give the states in one line, the present one in brackets, and those that it was in marked."""
    line: TextLine = [("  ", "")]
    for place, name in enumerate(_CHAIN):
        if name == "paused" and name not in life.visited and life.box != name:
            continue
        if place:
            line.append((" → ", "muted"))
        word = {"exited": "stopped"}.get(name, name)
        lit = life.box == name
        line.append(
            (
                f"[{life.glyph} {life.state}]" if lit else f"✓ {word}" if name in life.visited else word,
                life.role if lit else "muted",
            )
        )
    return line


def _stop(stop: StopPicture, width: int) -> list[TextLine]:
    """Draw the stop's time axis: used time filled, what was left of the grace period dotted."""
    room = max(10, min(60, width - 16))
    used = min(room, max(1, round(room * stop.elapsed / stop.length)))
    whole = min(room, max(used, round(room * stop.grace / stop.length)))
    bar = "█" * used + "░" * (whole - used)
    flags = ", ".join(f"{flag.label} at {total_text(flag.at)}" for flag in stop.flags)
    lines: list[TextLine] = [
        [("  Stop, second by second: ", "muted"), (stop.title, "title")],
        [(f"  0 {bar} {stop.length / 1.04:.1f} s", "running")],
        [(f"  {flags}", "")],
    ]
    told = [part for text in (f"{stop.told}.", stop.form, stop.why) for part in _wrapped(text, width - 4)]
    return lines + [[(f"  {part}", "muted")] for part in told if part]
