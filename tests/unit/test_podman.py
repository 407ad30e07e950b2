"""Podman's stream, as Podman 4.3.1 wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.builds import events as ev
from tests.unit.stepwise_replay import fed, named, names, statuses

NAMES = names("podman")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "mcmmrrrmm"),
        ("cached", "mcmmcccmm"),
        ("cached-stages", "ccccccc" + "m"),
        ("failing-run", "cmfss"),
        ("multi-stage", "crsscrrrm"),
        ("parallel", "crcrcrr"),
        ("target", "crmrss"),
        ("stage-from-stage", "crmmrmm"),
        ("onbuild-base", "cmmmr"),
        ("onbuild", "crm"),
        ("onbuild-stage", "cmmr"),
        ("labels", "crm"),
        ("stderr", "crrr"),
        ("unicode", "crm"),
        ("copy-failure", "crfs"),
        ("build-args", "mcmr"),
        ("no-base", "fs"),
        ("scratch", "mrm"),
        ("syntax", "cf"),
        ("heredoc", "cf"),
        ("continued", "crrmmmmmmm"),
        ("fail-not-found", "cf"),
        ("pull", "rrr"),
        ("spoof", "crr"),
    ],
)
def test_what_became_of_each_instruction(name: str, expected: str) -> None:
    assert statuses(named("podman", name).build()) == expected


def test_every_recording_is_looked_at() -> None:
    assert len(NAMES) == 24


def test_the_output_belongs_to_its_step() -> None:
    build = named("podman", "plain").build()
    assert [step.log for step in build.steps] == ["", "", "", "", "", "", "one\ntwo\n6 hello.txt\n", "", ""]
    assert build.image_id == "sha256:a6c9570254e52aa741505de879fd8ebef66e3d102e835d2549c98250dff9cb93"
    assert build.steps[6].digest == "23b274ba475"


def test_writing_the_image_is_a_phase() -> None:
    phases = named("podman", "plain").build().phases
    assert [(each.phase, each.error) for each in phases] == [("export", "")]


def test_a_failing_run_has_its_exit_code() -> None:
    recording = named("podman", "failing-run")
    _, error, image = recording.events()
    assert recording.build().steps[2].exit_code == 7
    assert error == 'building at STEP "RUN echo before; echo problem >&2; exit 7": while running runtime: exit status 7'
    assert image == ""


def test_stages_are_told_apart() -> None:
    build = named("podman", "parallel").build()
    assert [step.log for step in build.steps] == ["", "a1\na2\n", "", "b1\nb2\n", "", "", ""]


def test_triggers_of_the_base_image_are_its_froms() -> None:
    build = named("podman", "onbuild").build()
    assert build.steps[0].log == "trigger one\n"
    assert build.steps[1].log == "own\n"


def test_a_pull_is_told_in_the_log_of_from() -> None:
    step = named("podman", "pull").build().steps[0]
    assert step.log.startswith("Trying to pull 127.0.0.1:5999/big:1...\n")
    assert step.log.endswith("Storing signatures\n")


def test_a_heredoc_that_podman_does_not_know_fails_at_its_instruction() -> None:
    build = named("podman", "heredoc").build()
    assert build.steps[1].status == "failed"
    assert 'Unknown instruction: "ECHO"' in build.steps[1].error


def test_output_that_looks_like_the_next_step_is_output_where_steps_are_committed() -> None:
    lines = ["STEP 1/4: FROM a", "STEP 2/4: ENV A=1", "--> 0123456789a", "STEP 3/4: RUN x", "STEP 4/4: RUN y", "--> 1123456789a"]
    found, _, _ = fed(
        "podman", "FROM a\nENV A=1\nRUN x\nRUN y\n", *({"stream": f"{line}\n"} for line in [*lines, "STEP 4/4: RUN y"])
    )
    assert [(event.step, event.text) for event in found if isinstance(event, ev.StepLogged)] == [(2, "STEP 4/4: RUN y\n")]
    assert [event.step for event in found if isinstance(event, ev.StepStarted)] == [0, 1, 2, 3]


def test_a_step_that_is_not_the_next_one_is_output() -> None:
    lines = ["STEP 1/2: FROM a", "STEP 2/2: RUN x", "STEP 7/9: RUN y", "[3/1] STEP 1/1: RUN", "STEP 2/2: RUN x"]
    found, _, _ = fed("podman", "FROM a\nRUN x\n", *({"stream": f"{line}\n"} for line in lines))
    assert [event.text for event in found if isinstance(event, ev.StepLogged)] == [f"{line}\n" for line in lines[2:]]


@pytest.mark.parametrize("name", NAMES)
def test_byte_by_byte_it_is_the_same(name: str) -> None:
    recording = named("podman", name)
    whole = recording.events([(1.0, recording.stream)])
    assert recording.events([(1.0, bytes([byte])) for byte in recording.stream]) == whole


@given(st.data())
@settings(max_examples=40)
def test_cutting_the_stream_anywhere_changes_nothing(data: st.DataObject) -> None:
    recording = named("podman", data.draw(st.sampled_from(["failing-run", "multi-stage", "unicode", "onbuild"])))
    stream = recording.stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    slices = [(1.0, stream[edges[at] : edges[at + 1]]) for at in range(len(edges) - 1)]
    assert recording.events(slices) == recording.events([(1.0, stream)])
