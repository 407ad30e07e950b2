"""Layers on top of each other, against a slow and plain model of the same rules."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.branches import Branch, branches, pruned
from dockermagic.images.entries import Entry, Files
from dockermagic.images.model import Image, Layer
from dockermagic.images.stack import stack
from dockermagic.images.waste import waste


def files(*entries: Entry) -> Files:
    return Files("sha256:0", entries)


def file(path: str, size: int = 1, total: int = 0, mode: int = 0o644) -> Entry:
    return Entry(path, "file", size, mode, sum=total)


def folder(path: str, mode: int = 0o755) -> Entry:
    return Entry(path, "directory", mode=mode)


def gone(path: str) -> Entry:
    return Entry(path, "removed")


def changes(*layers: Files) -> list[tuple[str, str, int]]:
    """Give what the last layer did: path, kind, bytes that it hides."""
    return [(change.path, change.kind, change.hidden) for change in stack(layers).changes[-1]]


def test_what_a_layer_does() -> None:
    base = files(folder("a"), file("a/one", 10), file("a/two", 20), folder("b"), file("b/three", 30))
    assert changes(base, files(file("a/one", 10))) == [("a/one", "rewritten", 10)]
    assert changes(base, files(file("a/one", 10, mode=0o600))) == [("a/one", "changed", 10)]
    assert changes(base, files(file("a/one", 11))) == [("a/one", "changed", 10)]
    assert changes(base, files(folder("a"), file("a/new", 5))) == [("a/new", "added", 0)]
    assert changes(base, files(folder("a", 0o700))) == [("a", "changed", 0)]
    assert changes(base, files(gone("b"))) == [("b", "removed", 30)]
    assert changes(base, files(file("b", 7))) == [("b", "changed", 30)]
    assert changes(base, files(gone("nothing"))) == []
    assert changes(base, files(Entry("a", "emptied"), file("a/one", 3))) == [
        ("a/one", "removed", 10),
        ("a/two", "removed", 20),
        ("a/one", "added", 0),
    ]
    assert changes(base, files(file("a/one", 3), Entry("a", "emptied")))[-1] == ("a/one", "added", 0), (
        "marks are for what lies below"
    )
    assert changes(base, files(Entry("", "emptied"))) == [("a", "removed", 30), ("b", "removed", 30)]


def test_hidden_bytes_belong_to_the_layer_that_holds_them() -> None:
    assert stack([files(file("x", 100)), files(file("x", 40)), files(gone("x"))]).hidden == (100, 40, 0)


PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g"])
ENTRIES = st.one_of(
    st.builds(file, PATHS, st.integers(0, 9), st.integers(0, 1)),
    st.builds(folder, PATHS),
    st.builds(gone, PATHS),
    st.builds(Entry, PATHS, st.just("emptied")),
)
LAYERS = st.lists(st.lists(ENTRIES, max_size=6), max_size=5)


def sane(entries: Sequence[Entry]) -> Files:
    """Give a layer as one can be: a path once, nothing below a file, parents that are directories where they are named."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.path, entry)
    plain = {path for path, entry in found.items() if entry.kind == "file"}
    return files(*(entry for path, entry in found.items() if not any(path.startswith(f"{above}/") for above in plain)))


def seen(layers: Sequence[Files]) -> tuple[dict[str, Entry], int]:
    """Give what a container sees, and the bytes that it does not: rule by rule, with nothing but a dictionary."""
    top: dict[str, Entry] = {}
    for each in layers:
        for mark in each.entries:
            if mark.kind == "removed":
                top = {path: entry for path, entry in top.items() if path != mark.path and not path.startswith(f"{mark.path}/")}
            elif mark.kind == "emptied":
                top = {path: entry for path, entry in top.items() if not path.startswith(f"{mark.path}/")}
        for entry in each.entries:
            if entry.kind in ("removed", "emptied"):
                continue
            if entry.kind == "file":
                top = {path: old for path, old in top.items() if not path.startswith(f"{entry.path}/")}
            for above in range(1, entry.path.count("/") + 1):
                parent = "/".join(entry.path.split("/")[:above])
                if parent in top and top[parent].kind == "file":
                    del top[parent]
            top[entry.path] = entry
    everything = sum(entry.size for each in layers for entry in each.entries)
    return top, everything - sum(entry.size for entry in top.values())


@given(LAYERS)
def test_against_the_model(drawn: list[list[Entry]]) -> None:
    layers = [sane(entries) for entries in drawn]
    expected, lost = seen(layers)
    stacked = stack(layers)
    found: dict[str, Entry] = {}
    waiting = [("", stacked.top)]
    while waiting:
        path, node = waiting.pop()
        if node.entry is not None:
            found[path] = node.entry
        waiting += [(f"{path}/{name}" if path else name, child) for name, child in node.below.items()]
    assert found == expected
    assert sum(stacked.hidden) == lost


def test_dives_numbers() -> None:
    found = waste([files(folder("d"), file("d/a", 100), file("b", 50)), files(file("d/a", 60)), files(gone("b")), files(gone("d"))])
    # d/a twice: 160. b once, and its removal: 50. The directory's removal is the only mention of it below which nothing stands.
    assert [(each.path, each.times, each.bytes) for each in found.repeats] == [("d/a", 2, 160), ("b", 2, 50)]
    assert found.bytes == 210
    # The smallest copies: 60 + 0 + 60 (what was below d); all of them: 160 + 50 + 60.
    assert round(found.efficiency, 6) == round(120 / 270, 6)


def test_nothing_is_efficient() -> None:
    assert waste([]).efficiency == 1.0
    assert waste([files()]).efficiency == 1.0


@given(LAYERS)
def test_a_score_is_a_score(drawn: list[list[Entry]]) -> None:
    found = waste([sane(entries) for entries in drawn])
    assert 0.0 <= found.efficiency <= 1.0
    assert all(each.times > 1 for each in found.repeats)


@given(LAYERS, st.integers(1, 12))
def test_trees_hold_every_change(drawn: list[list[Entry]], most: int) -> None:
    for number, made in enumerate(stack([sane(entries) for entries in drawn]).changes):
        trees = branches(made)
        assert sum(tree.count for tree in trees) == len({change.path for change in made}), number
        drawn_trees = pruned(trees, most)
        assert _size(drawn_trees) <= max(most, 1) + most
        assert sum(tree.bytes for tree in drawn_trees) <= sum(tree.bytes for tree in trees)


def _size(trees: Sequence[Branch]) -> int:
    return sum(1 + _size(tree.below) for tree in trees)


def test_paths_of_any_depth() -> None:
    deep = "/".join("d" * 1 for _ in range(3000))
    trees = branches(stack([files(file(deep, 7))]).changes[0])
    assert trees[0].bytes == 7


def test_an_image_that_is_half_read() -> None:
    image = Image("x", "sha256:1", tuple(Layer(number, f"sha256:{number}") for number in (1, 2, 3)))
    image = image.read(Files("sha256:2", (file("b", 5),)))
    assert image.changes(2) == (), "what lies below is not known yet"
    image = image.read(Files("sha256:1", (file("a", 3), file("b", 4))))
    assert [change.kind for change in image.changes(2)] == ["changed"]
    assert not image.complete
    assert image.unpacked == 12
    assert image.hidden == 4
