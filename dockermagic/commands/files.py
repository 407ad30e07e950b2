"""`%docker_files`: a file or a directory as a layer left it, files by name in every layer, what differs between two states."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dockermagic.commands.answering import Desk, answered, quietly, stand_revealed
from dockermagic.commands.call import Call, Verb
from dockermagic.errors import UsageError
from dockermagic.flags import Command, Example, Flag
from dockermagic.images.answers import Answer, Differences, File
from dockermagic.images.looking import compared, find, holder, listed, resolve, state, tree
from dockermagic.images.model import Image
from dockermagic.secrecy import masked_content

__all__ = ["FILES"]

MOST_LINES = 2000
"""Lines of a difference that are drawn."""


def _files(call: Call) -> Any:
    pattern, reveal = call.parsed.text("find"), call.on("reveal")
    if call.on("diff"):
        if pattern or reveal or len(call.names) < 2:
            raise UsageError("--diff compares two states.", "Name both: %docker_files --diff my-app:1 my-app:2 [PATH]")
        return answered(call, "reading", _differences(call))
    if len(call.names) > 2:
        raise UsageError("%docker_files takes one image and one path.", "Two states are compared with --diff A B [PATH].")
    if pattern:
        return answered(call, "reading", lambda desk: _found(desk, call.names, pattern))
    name, path = call.names[0], (*call.names, "/")[1]

    def one(desk: Desk) -> Answer:
        image, layer = desk.layer(name)
        return _one(desk, image, layer, path)

    if not reveal:
        return answered(call, "reading", one)
    answer = quietly(call, one)
    if isinstance(answer, File):
        answer = replace(answer, revealed=True)
        stand_revealed(call, answer)
    return answer


def _found(desk: Desk, names: tuple[str, ...], pattern: str) -> Answer:
    if len(names) > 1:
        raise UsageError("--find looks in one image.", "%docker_files IMAGE --find '*.key'")
    image, layer = desk.layer(names[0])
    found = find(image, pattern)
    return replace(found, found=tuple(each for each in found.found if each.layer == layer)) if layer else found


def _one(desk: Desk, image: Image, layer: int, path: str) -> Answer:
    real, node = listed(image, path, layer)
    if node.below or node.entry is None or node.entry.kind == "directory":
        return tree(image, path, layer)
    entry = node.entry
    if entry.kind not in ("file", "hardlink"):
        raise UsageError(f"/{real} is no file: it is a {entry.kind}.", "Only files have content.")
    number, source = holder(image, real, node)
    content = desk.read(image, [(number, source)]).get((number, source), b"")
    gone = next((each.gone for each in find(image, f"/{_plain(real)}").found if each.layer == node.layer + 1), 0)
    return File(image.name, path.strip("/"), real, number, entry, content, gone)


def _plain(path: str) -> str:
    """Give a path as a pattern that means itself."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _differences(call: Call) -> Callable[[Desk], Differences]:
    def differ(desk: Desk) -> Differences:
        sides = [desk.layer(name) for name in call.names[:2]]
        path = (*call.names, "", "")[2]
        titles = [f"{image.name}, layer {layer}" if layer else image.name for image, layer in sides]
        tops = [state(image, layer) for image, layer in sides]
        if path:
            places = [resolve(top, path) for top in tops]
            if all(place is None for place in places):
                listed(sides[0][0], path, sides[0][1])
            kinds = {place[1].entry.kind for place in places if place is not None and place[1].entry is not None}
            if kinds <= {"file", "hardlink"} and kinds:
                return _content(desk, sides, places, (titles[0], titles[1]), path)
        return compared((titles[0], titles[1]), tops[0], tops[1], path)

    return differ


def _content(desk: Desk, sides: list[tuple[Image, int]], places: list[Any], titles: tuple[str, str], path: str) -> Differences:
    """Compare the content of a file, line by line; what looks like a secret is masked in both."""
    texts = []
    for (image, _), place in zip(sides, places, strict=True):
        content = b""
        if place is not None:
            number, source = holder(image, *place)
            content = desk.read(image, [(number, source)]).get((number, source), b"")
        if b"\0" in content[:8192]:
            texts.append([f"(no text, {len(content):,} bytes, CRC-32 {place[1].entry.sum or 0:08x})"])
        else:
            texts.append(masked_content(path.strip("/"), _text(content)).splitlines())
    lines = list(difflib.unified_diff(texts[0], texts[1], titles[0], titles[1], lineterm=""))
    changes = compared(titles, state(*sides[0]), state(*sides[1]), path).changes
    return Differences(titles, changes, path=f"/{path.strip('/')}", diff=tuple(lines[:MOST_LINES]) or ("The content is the same.",))


FILES = Verb(
    ("files",),
    Command(
        "%docker_files",
        "[OPTIONS] IMAGE[:LAYER] [PATH]",
        "Show a file or a directory of an image, as a layer left it; also what a later layer removed.",
        (
            Flag("find", metavar="PATTERN", example="'*.key'", ours=True, help="Look for files by name in every layer."),
            Flag("diff", kind="bool", ours=True, help="Show what differs between two states: A B [PATH]."),
            Flag("reveal", kind="bool", ours=True, help="Show what looks like a secret; in the live picture only, never saved."),
        ),
        least=1,
        most=3,
        examples=(
            Example("%docker_files my-app:1 /etc/os-release", "a file, as a container sees it"),
            Example("%docker_files my-app:1:3 /app/.env", "a file as layer 3 left it, also if a later layer removed it"),
            Example("%docker_files my-app:1 /usr", "a directory, the biggest first"),
            Example("%docker_files my-app:1 --find '*.key'", "files by name in every layer"),
            Example("%docker_files --diff my-app:1 my-app:2 /app", "what differs between two images, or layers"),
        ),
        notes=(
            "Layers are numbered from 1 at the bottom, as %docker_layers shows them.",
            "No more than the first 262 kB of a file are read; links are followed inside the image only.",
        ),
    ),
    _files,
)
