"""Compose's own words for what is wrong with a file, and the line that they mean: `locate`. Pure.

The words are those of Compose 2.20 to 5.6 (compose-go: loader, validation, interpolation). Others are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

import yaml
from yaml.nodes import Node

from dockermagic.compose.errors import ComposeFileError
from dockermagic.compose.places import Place, at, nodes, place_of, scalars
from dockermagic.compose.yaml_checks import SERVICE_KEYS, TOP_KEYS, slip
from dockermagic.views.hostile import visible

__all__ = ["locate"]

Found = tuple[Place | None, str, str]
"""Where, what is wrong, and what to try."""


def locate(message: str, text: str) -> ComposeFileError | None:
    """Give the error with the line that Compose's message means; None if the message is not about the file."""
    message = visible(message).strip()
    try:
        documents = nodes(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        documents = []
    for pattern, read in _PATTERNS:
        match = re.search(pattern, message, re.S)
        if match is not None:
            place, what, hint = read(match, documents)
            if place is None:
                return ComposeFileError(what, hint)
            return slip(text, *place, what, hint)
    return None


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _validating(match: re.Match[str], documents: list[Node]) -> Found:
    path, what = match[1], " ".join(match[2].split())
    odd = re.search(r"[Aa]dditional propert(?:y|ies) '?([^' ]+)'? (?:is|are|not) ", what)
    if odd is not None:
        return _unknown_key(f"{path}.{odd[1]}" if path else odd[1], documents)
    if "false schema" in what:
        return _unknown_key(path, documents)
    return place_of(documents, path), _sentence(f"{path} {what}"), ""


def _unknown_key(path: str, documents: list[Node]) -> Found:
    *before, key = path.split(".")
    known = TOP_KEYS if not before else SERVICE_KEYS if len(before) == 2 and before[0] == "services" else frozenset()
    near = get_close_matches(key, known, n=1)
    where = f"in {'.'.join(before)}" if before else "at the top of a Compose file"
    return place_of(documents, path), f"Compose knows no key {key}: {where}.", f"Did you mean {near[0]}:?" if near else ""


def _at(match: re.Match[str], documents: list[Node]) -> Found:
    return (int(match[1]), int(match[2])), f"This is no YAML: {_sentence(match[3])}", ""


def _twice(match: re.Match[str], documents: list[Node]) -> Found:
    return (int(match[1]), 1), f"{match[2]}: is here for the second time; the first is in line {match[3]}.", "Keep one of them."


def _path(hint: str = "") -> Callable[[re.Match[str], list[Node]], Found]:
    def read(match: re.Match[str], documents: list[Node]) -> Found:
        return place_of(documents, match[1].rstrip(".")), _sentence(match[0]), hint

    return read


def _service(part: str, hint: str) -> Callable[[re.Match[str], list[Node]], Found]:
    def read(match: re.Match[str], documents: list[Node]) -> Found:
        inner = f".{part}" if part else ""
        named = match[2] if match.re.groups > 1 else ""
        place = place_of(documents, f"services.{match[1]}{inner}.{named}" if named and inner else f"services.{match[1]}{inner}")
        what = match[0].removesuffix(": invalid compose project")
        return place, _sentence(what[:1].upper() + what[1:]), hint.replace("{}", named)

    return read


def _cycle(match: re.Match[str], documents: list[Node]) -> Found:
    names = [name.strip() for name in match[1].split("->")]
    place = place_of(documents, f"services.{names[0]}.depends_on")
    told = f"The services wait for each other in a circle: {' → '.join(names)}. None of them could start first."
    return (
        place,
        told,
        f"Remove one of these from depends_on, for example {names[-1]} from {names[-2] if len(names) > 1 else names[0]}.",
    )


def _value(hint: str) -> Callable[[re.Match[str], list[Node]], Found]:
    def read(match: re.Match[str], documents: list[Node]) -> Found:
        wanted = match[1].strip("\"'")
        found = [each for document in documents for each in scalars(document) if each.value and _same(each.value, wanted)]
        found.sort(key=lambda each: (each.value != wanted, each.start_mark.line))
        return (at(found[0]) if found else None), _sentence(match[0]), hint

    return read


def _same(value: str, wanted: str) -> bool:
    """Say whether a value is what was meant: itself, a part between colons, or the end of the path that Compose made of it."""
    return wanted == value or wanted in re.split(r"[:/]", value) or wanted.endswith("/" + value.removeprefix("./"))


_PATTERNS: tuple[tuple[str, Callable[[re.Match[str], list[Node]], Found]], ...] = (
    (r"validating [^\n]*?: ((?:services|networks|volumes|configs|secrets|include|name|models)\S*) (.+)", _validating),
    (r"validating [^\n]*?: ?()(.*[Aa]dditional propert.+)", _validating),
    (r"at L(\d+)\.C(\d+)[^:]*: (.+)", _at),
    (r'line (\d+): mapping key "([^"]+)" already defined at line (\d+)', _twice),
    (r"error while interpolating (\S+): .+", _path("Set it in the environment, or in a file .env in the notebook's folder.")),
    (r"invalid interpolation format for (\S+?)\.?\n.+", _path("A $ that is meant as such is written $$.")),
    (
        r'service "([^"]+)" depends on undefined service "?([^":]+)"?',
        _service("depends_on", "Add a service {}, or correct the name."),
    ),
    (r'service "([^"]+)" refers to undefined network ([^\s:]+)', _service("networks", "Add it at the end: networks: {{}: }")),
    (r'service "([^"]+)" refers to undefined volume ([^\s:]+)', _service("volumes", "Add it at the end: volumes: {{}: }")),
    (r'service "([^"]+)" refers to undefined secret ([^\s:]+)', _service("secrets", "Add it to secrets: at the end.")),
    (r'service "([^"]+)" refers to undefined config ([^\s:]+)', _service("configs", "Add it to configs: at the end.")),
    (r'service "([^"]+)" has neither an image nor a build context specified', _service("", "Add image: or build:")),
    (r"dependency cycle detected: ([^\n]+)", _cycle),
    (r"((?:services|networks|volumes|configs|secrets)(?:\.\S+)?) must be a [a-z ]+", _path()),
    (r"invalid (?:hostPort|containerPort|proto)\S*: ([^\s]+)", _value("A port is written HOST:CONTAINER, such as 8080:80")),
    (r"env file (\S+) not found", _value("Paths count from the notebook's folder.")),
    (r"undefined volume ([^\s:]+)", _value("")),
)
