"""Pictures for a room: bigger, with fewer words, and as they were when that is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dockermagic.builds import picture
from dockermagic.containers.lifecycle import picture as lifecycle
from dockermagic.views import look, presentation
from tests.unit import life_examples
from tests.unit.test_magics import shell
from tests.unit.test_record import example

__all__ = ["shell"]


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    yield
    presentation.present(False)


def seen(html: str) -> str:
    """Give the words of a saved picture that are not hidden."""
    while found := re.search(r'<(\w+) style="[^"]*display:none[^"]*"', html):
        tag, start = found[1], found.start()
        depth, at = 0, start
        for piece in re.finditer(rf"<{tag}\b|</{tag}>", html[start:]):
            depth += -1 if piece[0].startswith("</") else 1
            at = start + piece.end()
            if not depth:
                break
        html = html[:start] + html[at:]
    return re.sub(r"<[^>]+>", " ", html)


def test_a_saved_build_is_bigger_and_says_less() -> None:
    build = replace(example(), command="docker build -t hello:1 .", notes=("a side note",), image_id="sha256:4f42")
    usual = picture.bundle(build)["text/html"]
    presentation.present(True)
    room = picture.bundle(build)["text/html"]
    for words in ("The same with the docker command", "a side note", "4f42", "Docker Engine 28"):
        assert words in seen(usual)
        assert words not in seen(room)
    for words in ("hello:1", "succeeded", "echo é"):
        assert words in seen(room)
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", room)]
    assert min(sizes) > 16
    presentation.present(False)
    assert picture.bundle(build)["text/html"] == usual


def test_a_saved_life_keeps_its_diagram_and_loses_its_id() -> None:
    presentation.present(True)
    html = lifecycle.bundle(life_examples.forced_stop())["text/html"]
    assert life_examples.ID[:12] not in seen(html)
    assert "step by step" not in seen(html)
    assert "max-width:1" in html


def test_a_live_view_is_marked_and_its_stylesheet_knows_both() -> None:
    assert look.presented("<p>") == "<p>"
    presentation.present(True)
    assert look.presented("<p>") == '<div class="dm-room"><p></div>'
    css = look.stylesheet()
    assert ".dm-live .dm-room .dm-secondary{display:none}" in css
    assert ".dm-live .dm-secondary{" not in css
    order = [css.index(f".dm-room .dm-{name}{{") for name in look.RULES if f".dm-room .dm-{name}{{" in css]
    assert order == sorted(order)
    assert len(order) == len(look.RULES)


def test_it_is_set_as_the_configuration_says(shell: Any) -> None:
    shell.run_line_magic("config", "DockerMagic.presentation = True")
    assert presentation.presenting()
    shell.run_line_magic("config", "DockerMagic.presentation = False")
    assert not presentation.presenting()


@pytest.mark.parametrize(
    ("rules", "bigger"),
    [("font-size:10px", "font-size:13.5px"), ("border:1px solid #12px", "border:1px solid #12px"), ("left:3%", "left:3%")],
)
def test_lengths_grow_and_nothing_else(rules: str, bigger: str) -> None:
    assert presentation.scaled(rules) == bigger


def test_a_picture_loads_nothing_from_elsewhere() -> None:
    for room in (False, True):
        presentation.present(room)
        for html in (picture.bundle(example())["text/html"], lifecycle.bundle(life_examples.forced_stop())["text/html"]):
            assert not re.search(r"<(?:script|link|iframe)\b|\bsrc=\"(?!data:)|url\((?!data:)|@import", html)
