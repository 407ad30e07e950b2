"""The live view's script in an empty page: what it keeps while the markup changes, and how fast it is."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from tests.unit import examples as x

GAP = """() => {
  const log = document.querySelector("[data-key=s3l] pre");
  return log.scrollHeight - log.scrollTop - log.clientHeight;
}"""
Show = Callable[[str], None]


def running(lines: int, moment: float = 1.0) -> Build:
    """Give the first lesson's build while its RUN has written so many lines."""
    said = [x.ev.StepLogged(x.START + 1, 3, 1, f"line {number}\n") for number in range(lines)]
    return x.fold(x.at(x.hello_start(), x.hello_events(), moment), said)


def html(build: Build, moment: float = 1.0) -> str:
    return BuildDrawer().html(build, x.START + moment)


def test_seconds_go_on_and_rows_stay_the_same_elements(page: Any, show: Show) -> None:
    show(html(running(3), 1.0))
    page.evaluate(
        "() => { window.row = document.querySelector('[data-key=s3]'); window.first = document.querySelector('[data-key=s0]'); }"
    )
    assert "0.6 s" in page.locator("[data-key=s3]").inner_text()
    show(html(running(3), 1.5))
    assert "1.1 s" in page.locator("[data-key=s3]").inner_text()
    assert page.evaluate(
        "() => row === document.querySelector('[data-key=s3]') && first === document.querySelector('[data-key=s0]')"
    )


def test_focus_stays(page: Any, show: Show) -> None:
    show(html(running(3)))
    page.locator("[data-key=s3l] summary").focus()
    show(html(running(30), 1.4))
    assert page.evaluate("() => document.activeElement.closest('[data-key]').dataset.key") == "s3l"


def test_what_the_reader_closed_stays_closed_and_what_she_opened_stays_open(page: Any, show: Show) -> None:
    build = x.at(x.multi_start(), x.multi_events(), 7.5)
    show(html(build, 7.5))
    is_open = "(key) => document.querySelector(`[data-key=${key}]`).open"
    assert (page.evaluate(is_open, "s6l"), page.evaluate(is_open, "s4l")) == (True, False)
    page.locator("[data-key=s6l] > summary").click()
    page.locator("[data-key=s4l] > summary").click()
    later = x.at(x.multi_start(), x.multi_events(), 8.0)
    show(html(later, 8.0))
    assert (page.evaluate(is_open, "s6l"), page.evaluate(is_open, "s4l")) == (False, True)


def test_a_log_closes_by_itself_when_its_step_ends_unless_it_is_being_read(page: Any, show: Show) -> None:
    is_open = "() => document.querySelector('[data-key=s3l]').open"
    show(html(running(3)))
    assert page.evaluate(is_open)
    show(html(x.hello()))
    assert not page.evaluate(is_open)
    show("")
    show(html(running(300)))
    page.locator("[data-key=s3l] pre").hover()
    page.mouse.wheel(0, -200)
    page.wait_for_function(f"() => ({GAP})() > 50")
    show(html(x.hello()))
    assert page.evaluate(is_open)


def test_a_log_at_its_end_stays_at_its_end(page: Any, show: Show) -> None:
    show(html(running(100)))
    assert page.evaluate(GAP) < 2
    for lines in (130, 390, 450, 900):
        show(html(running(lines)))
        assert page.evaluate(GAP) < 2
        assert f"line {lines - 1}" in page.locator("[data-key=s3l] pre").inner_text()


def test_a_log_that_is_being_read_is_left_where_it_is(page: Any, show: Show) -> None:
    show(html(running(200)))
    page.evaluate("() => { document.querySelector('[data-key=s3l] pre').scrollTop = 300; }")
    show(html(running(260)))
    assert page.evaluate("() => document.querySelector('[data-key=s3l] pre').scrollTop") == 300


def test_a_selection_in_a_log_stays(page: Any, show: Show) -> None:
    show(html(running(200)))
    page.evaluate("() => { const span = document.querySelector('[data-key=s3b0]'); getSelection().selectAllChildren(span); }")
    show(html(running(260), 1.3))
    assert page.evaluate("() => getSelection().toString()").startswith("compiling\nline 0\n")


def test_the_running_bar_moves_unless_motion_is_unwelcome(page: Any, show: Show) -> None:
    moves = "() => getComputedStyle(document.querySelector('.dm-bar-running')).animationName"
    show(html(running(1)))
    assert page.evaluate(moves) == "dm-run"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == "none"


def test_bars_are_where_the_scene_says(page: Any, show: Show) -> None:
    show(html(x.hello()))
    place = page.evaluate(
        """() => { const bar = document.querySelector('[data-key=s3] .dm-bar-ran'), box = bar.getBoundingClientRect(),
                 track = bar.parentElement.getBoundingClientRect();
                 return [(box.left - track.left) / track.width, box.width / track.width]; }"""
    )
    seconds = x.hello().seconds or 0
    assert abs(place[0] - 0.36 / seconds) < 0.005
    assert abs(place[1] - 1.24 / seconds) < 0.005


def test_nothing_sticks_out_of_a_narrow_page(page: Any, show: Show) -> None:
    for width in (1280, 700, 480):
        page.set_viewport_size({"width": width, "height": 800})
        for build in (x.multi(), x.failing(), x.at(x.multi_start(), x.multi_events(), 1.6)):
            show(html(build, 1.6))
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


TIMED = """(html) => {
  const began = performance.now();
  live.patch(document.querySelector(".dm-live"), html, new WeakSet());
  return performance.now() - began;
}"""


def test_patching_sixty_rows_with_logs_is_quick(page: Any, show: Show) -> None:
    lines = "\n".join(["FROM busybox", *(f"RUN step {number}" for number in range(59))])
    build = x.fold(x.empty(lines), [x.ev.BuildStarted(x.START, "engine", "buildkit")])
    for step in range(1, 40):
        said = [x.ev.StepLogged(x.START + step / 10, step, 1, f"line {number} of a log\n") for number in range(40)]
        build = x.fold(
            build, [x.ev.StepStarted(x.START + step / 10, step), *said, x.ev.StepFinished(x.START + step / 10 + 0.1, step, "ran")]
        )
    build = x.fold(build, [x.ev.StepStarted(x.START + 4.1, 41)])
    drawer = BuildDrawer()
    took = []
    for frame in range(40):
        said = [x.ev.StepLogged(x.START + 5, 41, 1, f"\x1b[32mline {frame * 20 + n}\x1b[0m and so on\n") for n in range(20)]
        build = x.fold(build, said)
        markup = drawer.html(build, x.START + 4.2 + frame / 100)
        took.append(page.evaluate(TIMED, markup))
    assert statistics.median(took[2:]) < 50, took
