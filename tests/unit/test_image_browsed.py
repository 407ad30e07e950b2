"""Looking around in an image: what is open, in which order, what is searched for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.images.branches import branches
from dockermagic.images.browsed import AT_ONCE, Browsed, fitting, shown
from dockermagic.images.browsed_markup import BrowsedDrawer
from dockermagic.images.entries import Entry, Files
from dockermagic.images.model import Image, Layer

FILES = Files(
    "sha256:1",
    (
        Entry("app", "directory"),
        Entry("app/zebra.key", "file", size=10),
        Entry("app/big.bin", "file", size=900),
        Entry("app/lib", "directory"),
        Entry("app/lib/<b>.js", "file", size=5),
        Entry("etc/Hosts", "file", size=1),
    ),
)
MANY = Files("sha256:2", tuple(Entry(f"many/f{number:04}", "file", size=number) for number in range(250)))
IMAGE = Image("app:1", "sha256:9", (Layer(1, "sha256:1", files=FILES), Layer(2, "sha256:2", files=MANY)))


def tree(model: Browsed, layer: int = 1) -> list[str]:
    trees = branches(IMAGE.changes(layer))
    if model.search:
        trees, _ = fitting(trees, model.search)
    return [line.branch.name if line.branch else f"+{line.left}" for line in shown(model, layer, trees)]


def test_directories_open_one_by_one_in_the_order_that_was_asked_for() -> None:
    model = Browsed(IMAGE)
    assert tree(model) == ["app", "etc"]
    model = model.asked("toggle 1 app")
    assert tree(model) == ["app", "big.bin", "zebra.key", "lib", "etc"]
    assert tree(model.asked("order name")) == ["app", "big.bin", "lib", "zebra.key", "etc"]
    assert tree(model.asked("toggle 1 app")) == ["app", "etc"]
    assert tree(Browsed(IMAGE).asked("toggle 2 app")) == ["app", "etc"], "another layer's"


def test_what_is_searched_for_is_open() -> None:
    for search in ("ZEBRA", "*.key", "app/*.key", "/app/zebra.key"):
        assert tree(Browsed(IMAGE).asked(f"search {search}")) == ["app", "zebra.key"]
    assert tree(Browsed(IMAGE).asked("search hosts")) == ["etc", "Hosts"]
    assert tree(Browsed(IMAGE).asked("search nothing like it")) == []
    found = Browsed(IMAGE).asked("search zebra")
    assert tree(found.asked("toggle 1 app")) == ["app"], "closed by hand"
    assert fitting(branches(IMAGE.changes(1)), "app")[1] == 5


def test_a_large_directory_comes_in_parts() -> None:
    model = Browsed(IMAGE).asked("toggle 2 many")
    assert tree(model, 2)[:2] == ["many", "f0249"]
    assert tree(model, 2)[-1] == f"+{250 - AT_ONCE}"
    assert tree(model.asked("more 2 many").asked("more 2 many"), 2)[-1] == "f0000"


def test_only_what_is_open_is_drawn() -> None:
    drawer, model = BrowsedDrawer(), Browsed(IMAGE)
    closed = drawer.html(model, 0.0)
    assert 'data-do="toggle 1 "' in closed
    assert "zebra.key" not in closed
    opened = drawer.html(model.asked("toggle 1 ").asked("toggle 1 app").asked("toggle 1 app/lib"), 0.0)
    assert "zebra.key" in opened
    assert "&lt;b&gt;.js" in opened
    assert 'aria-expanded="true"' in opened
    assert 'value="&#34;&gt;x"' in drawer.html(model.asked('search ">x'), 0.0)
    saved = drawer.bundle(model)["text/html"]
    assert "zebra.key" in saved, "what is saved opens without a kernel"
    assert "data-do" not in saved
    assert "<input" not in saved


@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["toggle 1 app", "search [", "more 9 x", "order size", "toggle ² x"]), max_size=6
    )
)
def test_any_words_from_a_page_are_survived(words: list[str]) -> None:
    drawer, model = BrowsedDrawer(), Browsed(IMAGE)
    for word in words:
        model = model.asked(word)
        drawer.html(model, 0.0)
