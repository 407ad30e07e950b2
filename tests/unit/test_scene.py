"""The picture of a build: rows, words, bars, stages, counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.builds import events as ev
from dockermagic.builds.model import Build
from dockermagic.builds.rows import Row
from dockermagic.builds.scene import Memo, Scene, scene
from tests.unit import examples as x


def rows(picture: Scene) -> list[Row]:
    return [row for group in picture.groups for row in group.rows]


def by_line(picture: Scene) -> dict[str, Row]:
    return {row.line: row for row in rows(picture) if row.line}


def test_one_row_for_every_instruction_in_file_order() -> None:
    build = x.multi()
    assert [row.line for row in rows(scene(build, 0)) if row.line] == [str(step.line) for step in build.steps]


def test_words_of_the_first_lesson() -> None:
    found = by_line(scene(x.hello(), 0))
    assert [row.status for row in found.values()] == ["cached", "ran", "ran", "ran", "metadata", "metadata"]
    assert found["1"].note is not None
    assert found["1"].note.text == "image already here"
    assert found["5"].note is not None
    assert found["5"].note.text == "metadata only, no layer"
    assert found["5"].bar is None
    assert (found["4"].seconds, found["4"].size) == ("1.2 s", "229 B")


def test_every_status_has_a_sign_of_its_own() -> None:
    from dockermagic.builds.rows import GLYPHS

    assert len(set(GLYPHS.values())) == len(GLYPHS)


def test_bars_lie_on_one_axis() -> None:
    build = x.hello()
    found = by_line(scene(build, 0))
    assert build.seconds is not None
    bar = found["4"].bar
    assert bar is not None
    assert bar.left == pytest.approx(100 * 0.36 / build.seconds, abs=0.02)
    assert bar.width == pytest.approx(100 * 1.24 / build.seconds, abs=0.02)


def test_a_running_bar_ends_now_and_its_seconds_go_on() -> None:
    build = x.at(x.hello_start(), x.hello_events(), 1.0)
    early, late = (by_line(scene(build, x.START + now))["4"] for now in (1.0, 1.3))
    assert (early.status, early.seconds, late.seconds) == ("running", "0.6 s", "0.9 s")
    assert early.bar is not None
    assert late.bar is not None
    assert early.bar.left == late.bar.left
    assert late.bar.width - early.bar.width == pytest.approx(100 * 0.3 / 2, abs=0.02)


def test_a_clock_that_jumps_keeps_bars_on_the_axis() -> None:
    build = x.hello()
    first = replace(build.steps[3], started=x.START - 1000, finished=x.START + 9e9)
    for row in rows(scene(replace(build, steps=(*build.steps[:3], first, *build.steps[4:])), 0)):
        if row.bar:
            assert 0 <= row.bar.left <= row.bar.left + row.bar.width <= 100


def test_parallel_stages_say_so_in_words_and_overlap_in_bars() -> None:
    picture = scene(x.multi(), 0)
    named = {group.name: group for group in picture.groups if group.name}
    assert list(named) == ["builder", "assets", "stage-2"]
    assert named["builder"].parallel == "ran in parallel with assets"
    assert named["assets"].parallel == "ran in parallel with builder"
    assert named["stage-2"].parallel == ""
    found = by_line(picture)
    one, other = found["7"].bar, found["16"].bar
    assert one is not None
    assert other is not None
    assert max(one.left, other.left) < min(one.left + one.width, other.left + other.width)
    assert "8.0 s of it in parallel" in picture.work


def test_one_stage_needs_no_heading() -> None:
    assert not any(group.name for group in scene(x.hello(), 0).groups)


def test_pulls_are_told_with_bytes_of_how_many() -> None:
    build = x.at(x.multi_start(), x.multi_events(), 1.6)
    (meter,) = by_line(scene(build, x.START + 1.6))["4"].meters
    assert meter.text.startswith("pulling 4 layers: ")
    assert meter.text.endswith(" of 230 MB")
    assert meter.share is not None
    assert 0 < meter.share < 1
    note = by_line(scene(x.multi(), 0))["4"].note
    assert note is not None
    assert note.text == "pulled 230 MB in 4 layers"


def test_an_unknown_total_is_no_share() -> None:
    build = x.fold(x.hello_start(), [ev.BuildStarted(x.START, "e", "buildkit"), ev.StepStarted(x.START, 0)])
    build = x.fold(build, [ev.BytesMoved(x.START, 0, "layer", 1000, None)])
    (meter,) = by_line(scene(build, x.START + 1))["1"].meters
    assert (meter.text, meter.share) == ("pulling 1 layer: 1 kB", None)


def test_a_context_on_its_way() -> None:
    build = x.at(x.multi_start(), x.multi_events(), 0.5)
    context = next(row for row in rows(scene(build, x.START + 0.5)) if row.key == "context")
    assert context.status == "running"
    assert context.meters[0].text == "7.44 MB of 12.4 MB sent"


def test_a_failed_step_tells_its_exit_code_and_opens_its_log() -> None:
    picture = scene(x.failing(), 0)
    found = by_line(picture)
    assert found["4"].remarks[0].title == "exit code 1"
    assert found["4"].log is not None
    assert found["4"].log.open
    assert {found[line].status for line in "567"} == {"skipped"}
    assert picture.counts == "0 ran, 3 cached, 1 failed, 3 skipped"
    assert picture.error == ""


def test_an_error_that_no_step_tells_stands_above() -> None:
    build = x.fold(
        x.hello_start(), [ev.BuildStarted(x.START, "e", "classic"), ev.BuildFinished(x.START, "failed", "no such image")]
    )
    assert scene(build, 0).error == "no such image"


def test_a_cancelled_build() -> None:
    build = x.at(x.hello_start(), x.hello_events(), 1.0)
    picture = scene(x.fold(build, [ev.BuildFinished(x.START + 1.1, "cancelled")]), 0)
    assert (picture.word, by_line(picture)["4"].status, by_line(picture)["6"].status) == ("cancelled", "cancelled", "skipped")


def test_a_warning_stands_on_the_row_that_it_belongs_to() -> None:
    (remark,) = by_line(scene(x.hello(), 0))["6"].remarks
    assert (remark.role, remark.title) == ("warning", "JSONArgsRecommended")
    assert remark.url.startswith("https://docs.docker.com/")
    loose = x.fold(x.hello(), [ev.LintWarned(0, None, "Rule", "text")])
    assert scene(loose, 0).remarks[0].title == "Rule"


def test_a_stage_that_is_not_needed() -> None:
    build = x.fold(x.multi_start(), [ev.BuildStarted(x.START, "e", "buildkit"), ev.BuildFinished(x.START, "succeeded")])
    note = by_line(scene(build, 0))["7"].note
    assert note is not None
    assert note.text == "its stage is not needed"


def test_long_logs_are_capped_and_say_how_much_is_left_out() -> None:
    said = [ev.StepLogged(x.START + 1, 3, 1, f"line {number}\n") for number in range(5000)]
    running = x.fold(x.at(x.hello_start(), x.hello_events(), 1.0), said)
    live = by_line(scene(running, x.START + 1))["4"].log
    assert live is not None
    assert (len(live.lines), live.total, live.first) == (400, 5001, 4601)
    assert live.lines[-1][0][0] == "line 4999"
    assert live.source == "build.steps[3].log"
    saved = by_line(scene(x.fold(running, [ev.BuildFinished(x.START + 2, "succeeded")]), 0))["4"].log
    assert saved is not None
    assert (len(saved.lines), saved.first) == (1000, 4001)


def test_a_megabyte_in_one_line_is_clipped_with_a_note() -> None:
    for chunks in (["z" * 1_000_000 + "\n"], ["z" * 1000] * 1000):
        build = x.fold(x.hello(), [ev.StepLogged(x.START, 3, 1, text) for text in chunks])
        log = by_line(scene(build, 0))["4"].log
        assert log is not None
        assert sum(len(text) for line in log.lines for text, _ in line) < 2_200
        assert "more characters" in log.lines[-1][-1][0]


def test_logs_altogether_stay_within_what_a_notebook_bears() -> None:
    lines = "\n".join(["FROM busybox", *(f"RUN step {number}" for number in range(60))])
    text = "".join(f"line {number} of a log that is long\n" for number in range(1000))
    build = x.fold(x.empty(lines), [ev.BuildStarted(x.START, "e", "buildkit")])
    build = x.fold(build, [ev.StepLogged(x.START, step, 1, text) for step in range(1, 61)])
    for picture in (scene(build, x.START), scene(x.fold(build, [ev.BuildFinished(x.START + 1, "succeeded")]), 0)):
        drawn = sum(len(run) for row in rows(picture) if row.log for line in row.log.lines for run, _ in line)
        assert drawn < (90_000 if picture.live else 500_000)


def test_rows_that_did_not_change_are_the_same_objects() -> None:
    memo = Memo()
    build = x.at(x.multi_start(), x.multi_events(), 7.0)
    before = {row.key: row for row in rows(scene(build, x.START + 7.0, memo))}
    after = {row.key: row for row in rows(scene(build, x.START + 7.1, memo))}
    changed = {key for key in before if before[key] is not after[key] and key.startswith("s")}
    assert changed == {f"s{index}" for index, step in enumerate(build.steps) if step.status == "running"}


def test_with_and_without_memory_the_picture_is_the_same() -> None:
    memo = Memo()
    build = x.multi_start()
    for event in x.multi_events():
        build = x.fold(build, [event])
        assert scene(build, event.time, memo) == scene(build, event.time)


def test_recorded_is_said() -> None:
    assert scene(replace(x.hello(), recorded=True), 0).recorded


def test_an_unfinished_recording_does_not_run_on() -> None:
    build = replace(x.at(x.hello_start(), x.hello_events(), 1.0), recorded=True)
    assert scene(build, x.START + 1000) == scene(build, x.START + 5)


TIMES = st.floats(x.START - 10, x.START + 100)
STEPS = st.integers(0, 5)
TEXTS = st.text(alphabet=st.characters(), max_size=40)
EVENTS = st.one_of(
    st.builds(ev.BuildStarted, TIMES, TEXTS, st.sampled_from(["buildkit", "classic"])),
    st.builds(ev.PhaseStarted, TIMES, st.sampled_from(["definition", "metadata", "context", "export"])),
    st.builds(ev.PhaseFinished, TIMES, st.sampled_from(["definition", "metadata", "context", "export"]), TEXTS),
    st.builds(ev.StepStarted, TIMES, STEPS),
    st.builds(ev.StepFinished, TIMES, STEPS, st.sampled_from(["cached", "ran", "failed", "cancelled"]), TEXTS, TEXTS),
    st.builds(ev.StepLogged, TIMES, STEPS, st.integers(1, 2), TEXTS),
    st.builds(
        ev.BytesMoved, TIMES, st.none() | STEPS, TEXTS, st.integers(0, 10**12), st.none() | st.integers(0, 10**12), st.booleans()
    ),
    st.builds(ev.LintWarned, TIMES, st.none() | STEPS, TEXTS, TEXTS, TEXTS),
    st.builds(ev.Noted, TIMES, TEXTS),
    st.builds(ev.LayerMeasured, TIMES, STEPS, st.integers(0, 10**13)),
    st.builds(ev.ImageBuilt, TIMES, TEXTS, st.none() | st.integers(0, 10**13)),
    st.builds(ev.BuildFinished, TIMES, st.sampled_from(["succeeded", "failed", "cancelled"]), TEXTS),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(EVENTS, max_size=30), TIMES)
def test_any_events_in_any_order_make_a_picture(told: list[ev.Event], now: float) -> None:
    from dockermagic.builds.picture import BuildDrawer
    from tests.unit.page import read

    build: Build = x.fold(x.hello_start(), told)
    drawer = BuildDrawer()
    for bar in (row.bar for row in rows(scene(build, now)) if row.bar):
        assert 0 <= bar.left <= 100
        assert 0 <= bar.width <= 100
    read(drawer.html(build, now))
    read(drawer.bundle(build)["text/html"])
    assert all(len(line) <= 60 * 2 for line in drawer.text(build, now, 60).splitlines())
    drawer.lines(None, build)


def test_an_error_is_told_once() -> None:
    absent = "registry.example/absent:1: not found"
    told = [
        ev.BuildStarted(x.START, "e", "buildkit"),
        ev.PhaseStarted(x.START, "metadata"),
        ev.PhaseFinished(x.START, "metadata", absent),
    ]
    ended = [ev.StepFinished(x.START, 0, "failed", error=absent), ev.BuildFinished(x.START, "failed", absent)]
    picture = scene(x.fold(x.hello_start(), [*told, *ended]), 0)
    assert [remark.text for row in rows(picture) for remark in row.remarks] == [absent]
    picture = scene(x.fold(x.hello_start(), [*told, ev.BuildFinished(x.START, "failed", "")]), 0)
    assert [remark.text for row in rows(picture) for remark in row.remarks] == [absent]


def test_a_warning_names_its_line_only_where_it_does_not_stand() -> None:
    build = x.fold(x.hello_start(), [ev.LintWarned(0, 3, "Here", "", "", 4), ev.LintWarned(0, 3, "Below", "", "", 5)])
    assert [remark.line for remark in by_line(scene(build, 0))["4"].remarks] == [0, 5]
