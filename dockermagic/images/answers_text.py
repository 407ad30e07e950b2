"""Answers about an image's files in words and lines."""

from __future__ import annotations

from collections.abc import Iterator

from dockermagic.images.answers import Answer, Differences, File, Finds, Tree
from dockermagic.images.branches import Branch
from dockermagic.images.tree_markup import SIGNS, what_happened
from dockermagic.secrecy import MASK, masked_content
from dockermagic.views.hostile import clip, one_line, visible
from dockermagic.views.units import bytes_text, plural

__all__ = ["fate", "file_notes", "shown_text", "text", "title"]

MOST_SHOWN = 20_000
"""Characters of a file that are drawn."""
MOST_LINES = 60
"""Lines of a tree in a terminal."""


def title(answer: Answer) -> str:
    """Say what an answer is about."""
    match answer:
        case Tree():
            where = f"as layer {answer.layer} left it" if answer.layer else "as a container sees it"
            count = plural(len(answer.entries), "entry", "entries")
            return f"{answer.path} in {answer.image}, {where}: {count}, {bytes_text(answer.bytes)}"
        case Finds():
            count = plural(len(answer.found), "file")
            gone = sum(bool(each.gone) for each in answer.found)
            hidden = f", {gone} of them hidden from a container" if gone else ""
            return f"{answer.pattern} in the layers of {answer.image}: {count}{hidden}"
        case File():
            led = f" (by /{answer.asked})" if answer.asked != answer.path else ""
            return f"/{answer.path}{led} in {answer.image}, out of layer {answer.layer}: {bytes_text(_bytes(answer))}"
        case Differences():
            one, other = answer.names
            kinds = {kind: sum(change.kind == kind for change in answer.changes) for kind in SIGNS}
            counts = " ".join(f"{SIGNS[kind][0]}{count:,}" for kind, count in kinds.items() if count) or "nothing differs"
            return f"From {one} to {other}{' in ' + answer.path if answer.path else ''}: {counts}"
    raise TypeError(answer)


def _bytes(file: File) -> int:
    return max(file.entry.size, len(file.content))


def fate(gone: int) -> str:
    """Say whether a container sees a file."""
    return f"hidden by layer {gone}" if gone else "seen"


def file_notes(file: File, live: bool) -> Iterator[str]:
    """Yield what is said above a file's text."""
    if file.gone:
        yield f"A container does not see it: layer {file.gone} took it away. Its bytes are still in layer {file.layer}."
    if file.binary:
        yield f"It is no text; it begins with {file.content[:16].hex(' ')}."
        return
    if not file.content:
        yield "It is empty."
    if file.cut or len(file.content) > MOST_SHOWN:
        yield f"Only its beginning is shown; it has {bytes_text(_bytes(file))}."
    if shown_text(file, reveal=False) != shown_text(file, reveal=True):
        if file.revealed and live:
            yield "Revealed here, and only here: the saved notebook has it masked."
        elif file.revealed:
            yield f"{MASK} stands for what looks like a secret: a saved notebook never has it."
        else:
            yield f"{MASK} stands for what looks like a secret; --reveal shows it, and does not save it."


def shown_text(file: File, *, reveal: bool) -> str:
    """Give a file's text as it is drawn; what looks like a secret is masked unless `reveal`."""
    if file.binary:
        return ""
    told = file.content.decode("utf-8", "replace")
    return visible(clip(told if reveal else masked_content(file.path, told), MOST_SHOWN))


def text(answer: Answer, width: int) -> str:
    """Give an answer as lines.

    Parameters:
        width: columns; 0 for as many as it takes.
    """
    lines = [one_line(title(answer), 300)]
    match answer:
        case Tree():
            lines += _trees(answer.trees, signs=False)
        case Finds():
            paths = max((len(each.path) for each in answer.found), default=0)
            lines += [
                f"{bytes_text(each.entry.size):>8}  layer {each.layer:<3} {one_line('/' + each.path, 200):<{min(paths, 80) + 2}} "
                f"{fate(each.gone)}"
                for each in answer.found[:200]
            ]
        case File():
            lines += [*file_notes(answer, live=False), shown_text(answer, reveal=False)]
        case Differences():
            lines += [visible(line) for line in answer.diff] or _trees(answer.trees, signs=True)
    return "\n".join(line[:width].rstrip() if width else line.rstrip() for line in lines)


def _trees(trees: tuple[Branch, ...], *, signs: bool) -> list[str]:
    lines: list[str] = []
    waiting = [(tree, 0) for tree in reversed(trees)]
    while waiting:
        branch, depth = waiting.pop()
        change = branch.change
        sign = f"{SIGNS[change.kind][0] if change is not None else ' '} " if signs else ""
        size = bytes_text(branch.bytes or branch.hidden) if branch.bytes or branch.hidden else ""
        told = what_happened(change) if signs or (change is not None and change.kind == "added") else ""
        name = one_line(branch.name, 120) + ("/" if branch.below or branch.cut else "")
        lines.append(f"{size:>8}  {sign}{'  ' * depth}{name}{'  ' + told if told else ''}")
        if depth < 2:
            waiting += [(child, depth + 1) for child in reversed(branch.below)]
        elif branch.below:
            lines[-1] += f"  {plural(branch.count, 'entry', 'entries')}"
    return [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else lines
