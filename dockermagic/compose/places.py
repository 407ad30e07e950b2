"""Where something stands in a Compose file: from a path such as `services.api.ports.0` to line and column. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["Place", "entries", "nodes", "place_of", "scalars"]

Place = tuple[int, int]
"""Line and column, counted from 1."""


def nodes(text: str) -> list[Node]:
    """Read the documents of a file as nodes that know their places; values are not interpreted.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    documents: list[Node | None] = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    return [node for node in documents if node is not None]


def entries(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    """Give the keys and values of a mapping; nothing for another node."""
    if isinstance(node, MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, ScalarNode))


def at(node: Node) -> Place:
    """Give where a node begins."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def place_of(documents: list[Node], path: str) -> Place | None:
    """Give where the deepest part of a path that is in the file stands; None if not even its beginning is there.

    Names of services may have dots in them, so the longest key that fits is taken.
    """
    best: tuple[int, Place] | None = None
    for document in documents:
        found = _walk(document, path.split("."))
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best[1] if best is not None else None


def _walk(node: Node, words: list[str]) -> tuple[int, Place] | None:
    depth, found = 0, None
    while words:
        step = _step(node, words)
        if step is None:
            break
        taken, key, node = step
        depth, found, words = depth + taken, at(key), words[taken:]
    return (depth, found) if found is not None else None


def _step(node: Node, words: list[str]) -> tuple[int, Node, Node] | None:
    """Go one key or item down: how many words it took, the key's node, and its value's."""
    if isinstance(node, SequenceNode):
        place = words[0].strip("[]")
        if place.isdigit() and int(place) < len(node.value):
            return 1, node.value[int(place)], node.value[int(place)]
        named = next((item for item in node.value if isinstance(item, ScalarNode) and item.value == words[0]), None)
        return (1, named, named) if named is not None else None
    pairs = list(entries(node))
    for length in range(len(words), 0, -1):
        wanted = ".".join(words[:length])
        for key, value in pairs:
            if key.value == wanted:
                return length, key, value
    for key, value in pairs:
        if key.value == "<<":  # an anchor that is merged in
            for merged in value.value if isinstance(value, SequenceNode) else [value]:
                step = _step(merged, words)
                if step is not None:
                    return step
    return None


def scalars(node: Node) -> Iterator[ScalarNode]:
    """Give every value that is neither a mapping nor a sequence, each once."""
    waiting, known = [node], set()
    while waiting:
        each = waiting.pop()
        if id(each) in known:
            continue
        known.add(id(each))
        if isinstance(each, ScalarNode):
            yield each
        elif isinstance(each, MappingNode):
            waiting += [part for pair in each.value for part in pair]
        elif isinstance(each, SequenceNode):
            waiting += each.value
