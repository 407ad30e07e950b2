"""The markup of a build where nobody trusts it: what a sanitizer keeps, and text that is hostile."""

from __future__ import annotations

import re

import pytest

from dockermagic.builds.picture import BuildDrawer, bundle
from tests.unit import examples as x
from tests.unit.hostile_corpus import PAYLOADS, URLS, hostile_build
from tests.unit.page import read

TAGS = {
    "section",
    "header",
    "span",
    "strong",
    "b",
    "bdi",
    "code",
    "pre",
    "p",
    "div",
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "a",
}
ATTRIBUTES = {
    "class",
    "style",
    "aria-label",
    "aria-live",
    "aria-hidden",
    "role",
    "scope",
    "colspan",
    "dir",
    "tabindex",
    "title",
    "open",
    "href",
    "target",
    "rel",
    "data-key",
    "data-status",
    "data-tail",
    "data-lm-suppress-shortcuts",
}
PROPERTIES = {
    "align-items",
    "background-color",
    "background-image",
    "background-size",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-radius",
    "border-top",
    "border-width",
    "box-sizing",
    "caption-side",
    "color",
    "cursor",
    "display",
    "flex",
    "flex-direction",
    "flex-wrap",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "gap",
    "height",
    "left",
    "line-height",
    "margin",
    "margin-left",
    "max-height",
    "max-width",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "padding",
    "padding-left",
    "position",
    "right",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-overflow",
    "top",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
}


def builds() -> list[tuple[str, str]]:
    return [(name, bundle(make())["text/html"]) for name, make in (("hello", x.hello), ("failing", x.failing), ("multi", x.multi))]


@pytest.mark.parametrize(("name", "html"), builds())
def test_only_what_an_untrusted_notebook_keeps(name: str, html: str) -> None:
    for node in read(html).all():
        assert node.name in TAGS
        assert set(node.attributes) <= ATTRIBUTES
        for declaration in (node.attributes.get("style") or "").split(";"):
            if declaration:
                prop, _, value = declaration.partition(":")
                assert prop in PROPERTIES
                assert "var(" not in value
                assert "calc(" not in value
                assert not re.search(r"\burl\(|\binherit\b|\binitial\b|!important", value)


@pytest.mark.parametrize("outcome", ["failed", "running"])
def test_hostile_text_stays_text(outcome: str) -> None:
    build = hostile_build(outcome)
    for html in (bundle(build)["text/html"], BuildDrawer().html(build, x.START + 1)):
        page = read(html)
        for node in page.all():
            assert node.name in TAGS
            assert set(node.attributes) <= ATTRIBUTES
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", str(node.attributes))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", page.text)
        assert "<script>window.PWNED = 1</script>" in page.text
        assert "⟨U+202E⟩gnp.exe" in page.text
        html.encode("utf-8")


def test_hostile_links_are_no_links() -> None:
    for url in URLS:
        build = x.fold(x.hello(), [x.ev.LintWarned(0, 3, "Rule", "text", url)])
        links = read(bundle(build)["text/html"]).keyed("s3x").all("a")
        assert [link.attributes["href"] for link in links] == ([url] if url.startswith('https://e.example/"') else [])


def test_hostile_builds_stay_small() -> None:
    assert len(bundle(hostile_build())["text/html"]) < 1_500_000
    assert max(map(len, PAYLOADS)) == 1_000_000
