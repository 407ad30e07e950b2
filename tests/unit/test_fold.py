from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.plan import plan_steps

TEXT = "FROM busybox\nENV A=1\nRUN one\nRUN two\nCMD x\n"


def start() -> Build:
    return Build(TEXT, plan_steps(read_dockerfile(TEXT)))


def folded(*events: ev.Event) -> Build:
    build = start()
    for event in events:
        build = apply(build, event)
    return build


def statuses(build: Build) -> list[str]:
    return [step.status for step in build.steps]


def test_before_anything_happened() -> None:
    assert statuses(start()) == ["waiting", "metadata", "waiting", "waiting", "metadata"]


def test_a_step_runs_and_ends() -> None:
    build = folded(ev.StepStarted(1, 2), ev.StepLogged(1.5, 2, 1, "hi\n"), ev.StepFinished(3, 2, "ran", "sha256:x"))
    step = build.steps[2]
    assert (step.status, step.seconds, step.log, step.digest) == ("ran", 2, "hi\n", "sha256:x")


def test_what_was_not_reached_is_skipped_after_a_failure() -> None:
    build = folded(
        ev.StepFinished(1, 0, "cached"),
        ev.StepStarted(1, 2),
        ev.StepFinished(2, 2, "failed", exit_code=7),
        ev.BuildFinished(2, "failed", "x"),
    )
    assert statuses(build) == ["cached", "metadata", "failed", "skipped", "skipped"]
    assert build.steps[2].exit_code == 7
    assert not build.succeeded


def test_an_interrupt_cancels_what_runs() -> None:
    build = folded(
        ev.BuildStarted(0, "e", "buildkit"), ev.StepFinished(1, 0, "cached"), ev.StepStarted(1, 2), ev.BuildFinished(2, "cancelled")
    )
    assert statuses(build) == ["cached", "metadata", "cancelled", "skipped", "skipped"]
    assert build.seconds == 2


def test_the_last_word_on_a_step_counts() -> None:
    build = folded(ev.StepFinished(1, 2, "cached"), ev.StepStarted(0.5, 2), ev.StepFinished(2, 2, "ran"))
    assert build.steps[2].status == "ran"
    assert build.steps[2].finished == 2


def test_metadata_stays_metadata_when_a_builder_makes_a_step_of_it() -> None:
    assert folded(ev.StepStarted(1, 1), ev.StepFinished(2, 1, "ran")).steps[1].status == "metadata"
    assert folded(ev.StepFinished(2, 1, "failed")).steps[1].status == "failed"


def test_bytes_only_grow() -> None:
    build = folded(
        ev.BytesMoved(1, None, "context", 10, 100), ev.BytesMoved(2, None, "context", 5, None), ev.BytesMoved(3, 0, "l", 1, 2, True)
    )
    assert build.transfer is not None
    assert (build.transfer.current, build.transfer.total, build.transfer.finished) == (10, 100, None)
    assert build.steps[0].transfers[0].finished == 3


def test_warnings_and_notes_are_told_once() -> None:
    warning = ev.LintWarned(1, 2, "Rule", "text", "https://docs", 3)
    free = ev.LintWarned(1, None, "Rule", "text")
    build = folded(warning, warning, free, free, ev.Noted(1, "n"), ev.Noted(2, "n"))
    assert len(build.steps[2].warnings) == len(build.warnings) == len(build.notes) == 1


def test_phases_may_come_twice_and_end_once() -> None:
    build = folded(
        ev.PhaseStarted(1, "metadata"),
        ev.PhaseStarted(1, "metadata"),
        ev.PhaseFinished(2, "metadata"),
        ev.PhaseStarted(3, "metadata"),
    )
    assert [(span.started, span.finished) for span in build.phases] == [(1, 2), (3, None)]


TIMES = st.floats(0, 100)
STEPS = st.integers(0, 4)
EVENTS = st.one_of(
    st.builds(ev.StepStarted, TIMES, STEPS),
    st.builds(ev.StepFinished, TIMES, STEPS, st.sampled_from(["cached", "ran", "failed", "cancelled"])),
    st.builds(ev.StepLogged, TIMES, STEPS, st.sampled_from([1, 2]), st.text(max_size=5)),
    st.builds(
        ev.BytesMoved, TIMES, st.none() | STEPS, st.just("x"), st.integers(0, 9), st.none() | st.integers(0, 9), st.booleans()
    ),
    st.builds(ev.PhaseStarted, TIMES, st.sampled_from(["context", "export"])),
    st.builds(ev.PhaseFinished, TIMES, st.sampled_from(["context", "export"])),
    st.builds(ev.LintWarned, TIMES, st.none() | STEPS, st.just("r"), st.just("m")),
)


@given(st.lists(EVENTS, max_size=30), st.sampled_from(["succeeded", "failed", "cancelled"]))
def test_any_order_of_events_ends_in_final_states(events: Sequence[ev.Event], outcome: ev.Outcome) -> None:
    build = folded(ev.BuildStarted(0, "e", "buildkit"), *events, ev.BuildFinished(200, outcome))
    assert not {"waiting", "running"} & set(statuses(build))
    assert all(step.seconds is None or step.seconds >= 0 for step in build.steps)
    assert all(span.finished is not None for span in build.phases)
