"""The markup of a build: well formed, escaped, the same live and saved, legible to a sanitizer and to a screen reader."""

from __future__ import annotations

import re

import pytest

from dockermagic.builds.picture import BuildDrawer, bundle
from dockermagic.views.look import RULES, stylesheet
from tests.unit import examples as x
from tests.unit.page import Node, read


@pytest.mark.parametrize("make", [x.hello, x.failing, x.multi, lambda: x.at(x.multi_start(), x.multi_events(), 7.5)])
def test_live_and_saved_differ_only_in_how_the_look_is_written(make: object) -> None:
    build = make()  # type: ignore[operator]
    drawer = BuildDrawer()
    live, saved = read(drawer.html(build, x.START + 7.5)), read(drawer.bundle(build)["text/html"])
    if build.outcome is not None:
        assert live.shape() == saved.shape()
    assert [node.name for node in live.all()] == [node.name for node in saved.all()]


def test_every_rule_that_markup_asks_for_is_in_the_stylesheet() -> None:
    sheet = stylesheet()
    for build in (x.multi(), x.failing(), x.at(x.multi_start(), x.multi_events(), 1.6)):
        for node in read(BuildDrawer().html(build, x.START + 1.6)).all():
            for name in (node.attributes.get("class") or "").split():
                assert f".{name}{{" in sheet


def test_the_table_can_be_read_aloud() -> None:
    page = read(bundle(x.multi())["text/html"])
    (table,) = page.all("table")
    assert table.all("caption")[0].text.startswith("The build of shop:2.1")
    assert next(cell.text for cell in table.all("thead")[0].all("th")[::1] if cell.attributes["scope"] == "col") == "Line"
    body = [row for group in table.all("tbody") for row in group.all("tr")]
    for row in body:
        key = row.attributes["data-key"] or ""
        heads = [cell.attributes.get("scope") for cell in row.all("th")]
        assert heads == (["rowgroup"] if key.endswith("h") else [] if key.endswith("x") else ["row"])
    status = next(node for node in page.all() if node.attributes.get("role") == "status")
    assert (status.attributes["aria-live"], status.text) == ("polite", "✓ succeeded")


def test_status_is_told_by_word() -> None:
    page = read(bundle(x.failing())["text/html"])
    for key, word in (("s0", "cached"), ("s3", "failed"), ("s4", "skipped")):
        assert word in page.keyed(key).text


def test_cached_has_a_pattern_and_ran_has_none() -> None:
    page = read(bundle(x.hello())["text/html"])

    def bar(key: str) -> str:
        found = [
            n
            for n in page.keyed(key).all("div")
            if n.attributes.get("aria-hidden") and "height:15px" in (n.attributes.get("style") or "")
        ]
        return found[0].attributes["style"] or ""

    assert "dashed" in bar("s0")
    assert "linear-gradient" in bar("s0")
    assert "linear-gradient" not in bar("s3")


def test_the_failed_log_is_open_and_shows_its_end() -> None:
    (log,) = [node for node in read(bundle(x.failing())["text/html"]).all("details") if "open" in node.attributes]
    screen = log.all("pre")[0]
    assert "column-reverse" in (screen.attributes["style"] or "")
    assert "ERROR: No matching distribution found for reqests" in screen.text
    assert any("color:" in (span.attributes.get("style") or "") for span in screen.all("span"))


def test_logs_of_finished_steps_are_closed() -> None:
    logs = [
        node
        for node in read(bundle(x.multi())["text/html"]).all("details")
        if (node.attributes.get("data-key") or "").endswith("l")
    ]
    assert len(logs) == 4
    assert not any("open" in node.attributes for node in logs)


def test_a_long_instruction_can_be_opened() -> None:
    page = read(bundle(x.multi())["text/html"])
    more = page.keyed("s6i")
    assert "+2 more lines" in more.all("summary")[0].text
    assert "-o /out/server ./cmd/server" in more.all("pre")[0].text


def test_the_command_stands_at_the_end() -> None:
    page = read(bundle(x.hello())["text/html"])
    assert page.all("pre")[-1].text == x.hello().command


def test_a_block_of_a_growing_log_keeps_its_key_and_its_text() -> None:
    def blocks(count: int) -> dict[str, str]:
        said = [x.ev.StepLogged(x.START + 1, 3, 1, f"line {number}\n") for number in range(count)]
        build = x.fold(x.at(x.hello_start(), x.hello_events(), 1.0), said)
        spans: list[Node] = read(BuildDrawer().html(build, x.START + 1)).keyed("s3l").all("span")
        return {str(span.attributes["data-key"]): span.text for span in spans if "data-key" in span.attributes}

    before, after = blocks(1000), blocks(1010)
    same = [key for key in before if after.get(key) == before[key]]
    assert len(same) >= len(before) - 2


def test_saved_and_live_sizes() -> None:
    assert len(bundle(x.hello())["text/html"]) < 25_000
    live = BuildDrawer().html(x.at(x.multi_start(), x.multi_events(), 7.5), x.START + 7.5)
    assert len(live) < 35_000


def test_a_dockerfile_that_cannot_be_read_has_an_error_and_no_empty_table() -> None:
    build = x.fold(
        x.empty("# nothing"), [x.ev.BuildStarted(0, "e", "buildkit"), x.ev.BuildFinished(1, "failed", "unknown instruction: RUNN")]
    )
    page = read(bundle(build)["text/html"])
    assert "unknown instruction: RUNN" in page.text
    assert page.all("table") == []
    assert bundle(build)["text/plain"].splitlines()[1:] == ["unknown instruction: RUNN"]


def test_rules_are_used() -> None:
    used = set()
    import pathlib

    folder = pathlib.Path(__file__).parents[2] / "dockermagic"
    text = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "look.py")
    for name in RULES:
        if re.search(rf'["]{name}["]', text) or any(name.startswith(p) for p in ("pill-", "ink-", "row-", "mark-", "bar-", "box-")):
            used.add(name)
    assert used == set(RULES)


def test_whatever_can_have_the_focus_keeps_keys_from_jupyterlab() -> None:
    page = read(bundle(x.hello())["text/html"])
    focusable = [node for node in page.all() if node.name in ("a", "summary") or "tabindex" in node.attributes]
    assert len(focusable) >= 4
    assert all("data-lm-suppress-shortcuts" in node.attributes for node in focusable)
