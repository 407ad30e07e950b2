"""Markup as a tree, read the way a validator would: every tag closed, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"col", "img", "br", "hr", "wbr"}


@dataclass
class Node:
    """An element: its name, attributes, children and text."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def all(self, name: str = "") -> list[Node]:
        """Give every element below this one, in order; of one name, if given."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                if not name or child.name == name:
                    found.append(child)
                found += child.all(name)
        return found

    @property
    def text(self) -> str:
        """Give all text below this element."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def keyed(self, key: str) -> Node:
        """Give the element with this `data-key`."""
        return next(node for node in self.all() if node.attributes.get("data-key") == key)

    def shape(self) -> object:
        """Give names, keys and texts without how it looks."""
        kept = {name: value for name, value in self.attributes.items() if name not in ("class", "style")}
        return self.name, kept, [child if isinstance(child, str) else child.shape() for child in self.children]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("page")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:80]}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data[:80]}")


def read(markup: str) -> Node:
    """Read markup; raises AssertionError where it is not well formed."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert reader.open == [reader.root], f"left open: {[node.name for node in reader.open]}"
    return reader.root
