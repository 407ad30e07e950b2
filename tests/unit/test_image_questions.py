"""Questions about an image's files: what a path leads to, what is where, what is hidden, what is masked."""

from __future__ import annotations

import html
import json
import re
import struct
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.errors import UsageError
from dockermagic.images.answers import Answer, File
from dockermagic.images.comparison import compare_images
from dockermagic.images.drawing import draw_text
from dockermagic.images.entries import Entry, Files
from dockermagic.images.export import png
from dockermagic.images.history import with_lines
from dockermagic.images.looking import compared, find, holder, listed, resolve, state, tree
from dockermagic.images.model import Image, Layer, Step
from dockermagic.images.revealing import given_away, wanted
from dockermagic.images.secrets import Given
from dockermagic.images.sharing import Held, Sharing, Standing
from dockermagic.images.stage_flow import Handed, Stage, StageFlow
from dockermagic.secrecy import MASK, masked_content, masked_words
from tests.unit.archives import Made, folder, image_of

SECRET = "hunter2hunter2"


SHOP = image_of(
    [folder("app"), Made("app/.env", f"# settings\nDB_PASSWORD={SECRET}\n".encode()), Made("app/a.txt", b"one\n")],
    [Made("app/.wh..env"), Made("app/a.txt", b"two\n"), Made("app/again", type=tarfile.LNKTYPE, link="app/a.txt")],
    [Made("srv", type=tarfile.SYMTYPE, link="/app"), Made("up", type=tarfile.SYMTYPE, link="../../../srv/a.txt")],
)


def test_links_are_followed_inside_the_image_only() -> None:
    assert [resolve(SHOP.stacked.top, path)[0] for path in ("/srv/a.txt", "up", "/../app/./a.txt", "/")] == [  # type: ignore[index]
        "app/a.txt",
        "app/a.txt",
        "app/a.txt",
        "",
    ]
    assert resolve(SHOP.stacked.top, "/app/.env") is None


def test_links_in_a_circle_are_refused() -> None:
    image = image_of([Made("a", type=tarfile.SYMTYPE, link="b"), Made("b", type=tarfile.SYMTYPE, link="/a")])
    with pytest.raises(UsageError, match="circle"):
        resolve(image.stacked.top, "a")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text("abc./", max_size=8)), max_size=6), st.text("abc./", max_size=12))
def test_no_link_leads_out(links: list[tuple[str, str]], path: str) -> None:
    files = Files("sha256:0", tuple(Entry(name, "symlink", link=link) for name, link in links))
    image = Image("x", "y", (Layer(1, "sha256:0", files=files),))
    try:
        found = resolve(image.stacked.top, path)
    except UsageError:
        return
    assert found is None or ".." not in found[0].split("/")


def test_a_file_as_a_layer_left_it_and_where_its_bytes_are() -> None:
    path, node = listed(SHOP, "/app/.env", 1)
    assert holder(SHOP, path, node) == (1, "app/.env")
    path, node = listed(SHOP, "/app/again")
    assert holder(SHOP, path, node) == (2, "app/a.txt"), "a hard link's bytes are its target's"
    with pytest.raises(UsageError, match=r"no /app/\.env in shop:1") as refused:
        listed(SHOP, "/app/.env")
    assert "Layer 1 has it" in refused.value.hint
    with pytest.raises(UsageError, match="has no layer 9"):
        state(SHOP, 9)


def test_what_is_found_says_who_hid_it() -> None:
    assert [(each.path, each.layer, each.gone) for each in find(SHOP, "*")] == [
        ("app", 1, 0),
        ("app/.env", 1, 2),
        ("app/a.txt", 1, 2),
        ("app/a.txt", 2, 0),
        ("app/again", 2, 0),
        ("srv", 3, 0),
        ("up", 3, 0),
    ]
    assert [each.path for each in find(SHOP, "/app/*.txt")] == ["app/a.txt"] * 2


def test_a_tree_and_what_differs() -> None:
    assert [entry.path for entry in tree(SHOP, "/srv").entries] == ["app/a.txt", "app/again"]
    assert tree(SHOP, "/", 1).bytes == len(f"# settings\nDB_PASSWORD={SECRET}\n") + 4
    changes = compared(("1", "3"), state(SHOP, 1), state(SHOP)).changes
    assert [(each.path, each.kind) for each in changes] == [
        ("app/.env", "removed"),
        ("app/a.txt", "changed"),
        ("app/again", "added"),
        ("srv", "added"),
        ("up", "added"),
    ]
    assert [entry.path for entry in SHOP.files(1)] == ["app", "app/.env", "app/a.txt"]


def test_an_image_of_nothing() -> None:
    nothing = Image("empty", "sha256:2")
    assert "nothing is hidden" in nothing._repr_mimebundle_()["text/html"].lower()
    assert tree(nothing).entries == ()


def test_a_hundred_layers_are_drawn() -> None:
    image = image_of(*[[Made("same", b"x" * n), Made(f"f{n}", b"y")] for n in range(1, 101)])
    html = image._repr_mimebundle_()["text/html"]
    assert html.count("<tr") == 101
    assert len(html) < 1_000_000
    assert image.hidden == sum(range(1, 100))


@pytest.mark.parametrize("live", [True, False])
def test_values_are_revealed_in_the_live_picture_only(live: bool) -> None:
    image = replace(SHOP, given=(Given("environment", "API_TOKEN", SECRET + "env"),))
    masked = given_away(image)
    assert SECRET not in masked.html(live=live) + masked.text() + masked.revealed_text(100) + repr(masked)
    contents = {place: f"# settings\nDB_PASSWORD={SECRET}\n".encode() for place in wanted(image)}
    answer = given_away(image, contents)
    assert (SECRET in answer.html(live=live)) is live
    assert SECRET not in answer.text() + repr(answer) + "".join(answer._repr_mimebundle_().values())
    assert SECRET in answer.revealed_text(100), "a terminal saves nothing"
    assert SECRET + "env" in answer.values


@pytest.mark.parametrize("live", [True, False])
def test_a_secret_file_is_masked_wherever_it_is_saved(live: bool, tmp_path: Path) -> None:
    entry = Entry("app/.env", "file", 40)
    file = File("shop:1", "app/.env", "app/.env", 1, entry, f"DB_PASSWORD={SECRET}\nX=1\n".encode())
    assert SECRET not in file.html(live=live) + file.text() + repr(file)
    shown = replace(file, revealed=True)
    assert (SECRET in shown.html(live=live)) is live
    assert SECRET not in shown.text()
    assert SECRET not in file.save(tmp_path / "a.json").read_text() + shown.save(tmp_path / "a.html").read_text()


def test_a_hostile_file_is_only_text() -> None:
    entry = Entry("x", "file", 30)
    html = File("x", "x", "x", 1, entry, b"\x1b[2J<script>alert(1)</script>").html()
    assert "<script" not in html
    assert "\x1b" not in html
    binary = File("x", "x", "x", 1, entry, b"\x7fELF\0\0")
    assert "It is no text" in binary.html()
    assert "7f 45 4c 46" in binary.text()


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (f"ENV DB_PASSWORD={SECRET}", f"ENV DB_PASSWORD={MASK}"),
        ("RUN curl -u $USER https://example.com", "RUN curl -u $USER https://example.com"),
        ("ENV PASSWORD=$FROM_OUTSIDE", "ENV PASSWORD=$FROM_OUTSIDE"),
        ("RUN echo ghp_" + "a" * 36, f"RUN echo ghp{MASK}"),
        ("ENV PASSWORD_FILE=/run/secrets/x", "ENV PASSWORD_FILE=/run/secrets/x"),
    ],
)
def test_instructions_are_masked(told: str, shown: str) -> None:
    assert masked_words(told) == shown


def test_contents_are_masked() -> None:
    assert masked_content(".netrc", "machine x login y") == MASK
    assert masked_content("app/.env", "# note\nA=1\n") == f"# note\nA={MASK}\n"
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * 64 + "\n-----END RSA PRIVATE KEY-----\n"
    assert "AAAA" not in masked_content("src/key.txt", key)
    assert masked_content("readme.md", "plain") == "plain"


@given(st.text(max_size=200))
def test_masking_takes_any_text(text: str) -> None:
    masked_words(text)
    assert masked_content("plain.bin", text) is not None


def test_lines_of_the_dockerfile() -> None:
    steps = [Step("base", layer=1), Step('CMD ["sh"]'), Step("RUN x", layer=2), Step("LABEL a=b"), Step("COPY . .", layer=3)]
    assert [step.line for step in with_lines(steps, [("COPY", 4), ("RUN", 2), ("FROM", 1)])] == [1, 1, 2, 0, 4]
    assert [step.line for step in with_lines(steps, [("ADD", 4), ("FROM", 1)])] == [0, 0, 0, 0, 0], (
        "of another image: nothing is said"
    )


def standing(name: str, *layers: tuple[str, int], containers: int = 0) -> Standing:
    held = tuple(Held(tuple(each for each, _ in layers[: n + 1]), size) for n, (_, size) in enumerate(layers))
    return Standing(name, (name,) if name else (), sum(size for _, size in layers), held, containers)


def test_what_a_prune_frees() -> None:
    one = standing("one", ("a", 100), ("b", 10))
    two = standing("two", ("a", 100), ("c", 20), containers=1)
    loose = standing("", ("b", 10))  # the same diff ID on another base is another layer
    found = Sharing((one, two, loose), counted=140, reclaimable=120)
    assert (found.listed, found.stored) == (240, 140)
    assert (found.alone(one), found.alone(two), found.alone(loose)) == (10, 20, 10)
    assert found.freed(found.unnamed) == 10
    assert found.freed(found.unused) == 20
    assert "140 B, the same" in found.text()
    assert "hatched" in found.html()


def test_what_stays_behind() -> None:
    flow = StageFlow(
        "app:1",
        (Stage("builder", "golang", 800, 200), Stage("stage-1", "alpine", 5, 30, final=True)),
        (Handed(0, 7, "stage-1", 30),),
        35,
    )
    assert (flow.copied(0), flow.behind(0), flow.behind(1), flow.left) == (30, 970, 0, 970)
    assert "30 B to stage-1, line 7" in flow.text()
    assert "it is the image" in flow.html()


def test_saved_files(tmp_path: Path) -> None:
    image = replace(SHOP, steps=(Step(f"ENV PASSWORD={SECRET}"), *(each.step for each in SHOP.layers)))
    svg = image.save(tmp_path / "a.svg").read_text()
    assert svg.startswith("<svg ")
    assert svg.count("<rect") >= 1 + 2 * len(image.layers)
    page, data = image.save(tmp_path / "a.html").read_text(), image.save(tmp_path / "a.json").read_text()
    assert json.loads(data)["layers"][0]["findings"]
    assert SECRET not in svg + page + data
    for answer in (find(image, "*"), tree(image), compare_images([image, image])):
        assert isinstance(answer, Answer)
        json.loads(answer.save(tmp_path / "b.json").read_text())
        assert "<section" in answer.save(tmp_path / "b.html").read_text()
        drawing = answer.save(tmp_path / "b.svg").read_text()
        assert ElementTree.fromstring(drawing).tag.endswith("svg")  # it is ours
        assert html.escape(answer.text().split("\n")[0].split()[0]) in drawing
        assert SECRET not in drawing
    with pytest.raises(UsageError, match="says not how"):
        image.save(tmp_path / "a.bmp")


def test_a_png_for_slides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for what in (SHOP, find(SHOP, "*")):
        drawing, picture = what.save(tmp_path / "a.svg").read_text(), what.save(tmp_path / "a.png").read_bytes()
        size = re.search(r'width="(\d+)" height="(\d+)"', drawing)
        assert size is not None
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) == (2 * int(size[1]), 2 * int(size[2]))
    assert "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}a.txt" in draw_text("tree", "app\n  a.txt\n"), "columns and depth are spaces"
    long = draw_text("long", "a line of words\n" * 1000)
    wide, high = struct.unpack(">II", png(lambda: long)[16:24])
    assert wide * high <= 16_100_000
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(UsageError, match="not installed"):
        SHOP.save(tmp_path / "b.png")
    assert not (tmp_path / "b.png").exists()
