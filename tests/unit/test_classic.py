"""The classic builder's stream, as Engine 20.10.24 wrote it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.builds import events as ev
from tests.unit.stepwise_replay import fed, named, names, statuses

NAMES = names("classic")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "mcmmrrrmm"),
        ("cached", "mcmmcccmm"),
        ("failing-run", "cmfss"),
        ("multi-stage", "crmrcrrrm"),
        ("target", "crmrss"),
        ("onbuild-base", "cmmmr"),
        ("onbuild", "crm"),
        ("onbuild-stage", "cmmr"),
        ("labels", "crm"),
        ("stderr", "crrr"),
        ("unicode", "crm"),
        ("copy-failure", "crfs"),
        ("build-args", "mcmr"),
        ("no-base", "fs"),
        ("scratch", "mcm"),
        ("syntax", "sf"),
        ("heredoc", "sf"),
        ("continued", "crrmmmmmmm"),
        ("fail-not-found", "cf"),
        ("fail-json", "cf"),
        ("pull", "rrr"),
    ],
)
def test_what_became_of_each_instruction(name: str, expected: str) -> None:
    assert statuses(named("classic", name).build()) == expected


def test_every_recording_is_looked_at() -> None:
    assert len(NAMES) == 21


def test_the_output_belongs_to_its_step() -> None:
    build = named("classic", "plain").build()
    assert [step.log for step in build.steps] == ["", "", "", "", "", "", "one\ntwo\n6 hello.txt\n", "", ""]
    assert build.image_id == "sha256:5f2d165ce5a5434b8dec834512069063b59b32664d21babaf1b9d9ab12499950"
    assert build.steps[6].digest == "a35e94d4f0a7"
    assert build.steps[6].seconds is not None
    assert build.steps[6].seconds > 0


def test_stderr_is_told_apart_and_its_colour_removed() -> None:
    build = named("classic", "stderr").build()
    assert list(build.steps[1].output.chunks()) == [(2, "err\nno newline"), (1, "out\nout again\na\rb\n")]
    assert build.steps[2].log == "tail without newline"


def test_colours_of_the_command_stay() -> None:
    log = named("classic", "unicode").build().steps[1].log
    assert log == "h\u00e9llo \u4e16\u754c \U0001f600\n\ufffd\ufffd bad bytes\n\x1b[31mred\x1b[0m <script>&\n"


def test_a_failing_run_has_its_exit_code_and_the_builders_words() -> None:
    recording = named("classic", "failing-run")
    _, error, image = recording.events()
    step = recording.build().steps[2]
    assert step.exit_code == 7
    assert error == step.error == "The command '/bin/sh -c echo before; echo problem >&2; exit 7' returned a non-zero code: 7"
    assert image == ""
    assert step.log == "problem\nbefore\n"


def test_what_fails_without_an_exit_code() -> None:
    step = named("classic", "copy-failure").build().steps[2]
    assert step.exit_code is None
    assert step.error.startswith("COPY failed: file not found in build context")


def test_an_image_of_an_earlier_stage_is_not_the_result_of_a_build_that_fails() -> None:
    _, error, image = fed("classic", "FROM a\nRUN b\nFROM c\n", {"aux": {"ID": "sha256:1"}}, {"error": "no"})
    assert (error, image) == ("no", "")


def test_triggers_of_the_base_image_are_its_froms() -> None:
    build = named("classic", "onbuild").build()
    assert build.steps[0].log == "trigger one\n"
    assert build.steps[1].log == "own\n"


def test_a_pull_shows_its_bytes() -> None:
    recording = named("classic", "pull")
    build = recording.build()
    assert [(each.name, each.current, each.total, each.finished is not None) for each in build.steps[0].transfers] == [
        ("78276f52f1ef", 1069067, 1069067, True),
        ("e7d4df1dd0c1", 9002936, 9002936, True),
        ("44d3dfd2db74", 3001111, 3001111, True),
        ("5ee99f966bb0", 106, 106, True),
    ]
    assert build.steps[0].log.splitlines()[-1] == "Status: Downloaded newer image for 127.0.0.1:5999/big:1"
    moved = [event.current for event in recording.events()[0] if isinstance(event, ev.BytesMoved) and event.name == "e7d4df1dd0c1"]
    assert moved[0] < 9002936


def test_an_image_that_is_up_to_date_was_not_pulled() -> None:
    said = {"status": "Status: Image is up to date for busybox:latest"}
    found, _, _ = fed("classic", "FROM busybox\n", {"stream": "Step 1/1 : FROM busybox"}, said, {"stream": " ---> 107b51ea3cb3\n"})
    assert [event.status for event in found if isinstance(event, ev.StepFinished)] == ["cached"]


def test_labels_from_the_command_line_are_no_steps() -> None:
    found, _, _ = named("classic", "labels").events()
    assert max(event.step for event in found if isinstance(event, ev.StepStarted)) == 2


def test_labels_after_a_target_are_not_the_next_stage() -> None:
    messages = [{"stream": "Step 1/2 : FROM a AS x"}, {"stream": " ---> 0123456789ab\n"}, {"stream": "Step 2/2 : LABEL a=b"}]
    found, _, _ = fed("classic", "FROM a AS x\nFROM b\nLABEL c=d\n", *messages, {"stream": " ---> 0123456789ab\n"})
    assert [event.step for event in found if isinstance(event, ev.StepStarted)] == [0]


def test_output_that_looks_like_the_builders_own_misleads_nobody() -> None:
    said = ["Step 3/3 : RUN evil", " ---> Using cache\n", " ---> 0123456789ab\n", "Removing intermediate container 222222222222\n"]
    found, _, _ = fed(
        "classic",
        "FROM a\nRUN b\nRUN c\n",
        {"stream": "Step 1/3 : FROM a"},
        {"stream": " ---> aaaaaaaaaaaa\n"},
        {"stream": "Step 2/3 : RUN b"},
        {"stream": " ---> Running in 111111111111\n"},
        *({"stream": text} for text in said),
        {"stream": "Removing intermediate container 111111111111\n"},
        {"stream": " ---> bbbbbbbbbbbb\n"},
        {"aux": {"ID": "sha256:b"}},
    )
    assert [event.text for event in found if isinstance(event, ev.StepLogged)] == said
    ended = [(event.step, event.status, event.digest) for event in found if isinstance(event, ev.StepFinished)]
    assert ended == [(0, "cached", "aaaaaaaaaaaa"), (1, "ran", "bbbbbbbbbbbb")]


def test_newer_engines_say_removed() -> None:
    messages = [
        {"stream": "Step 1/1 : RUN x"},
        {"stream": " ---> Running in 111111111111\n"},
        {"stream": " ---> Removed intermediate container 111111111111\n"},
        {"stream": " ---> bbbbbbbbbbbb\n"},
    ]
    found, _, _ = fed("classic", "FROM a\nRUN x\n", {"stream": "Step 1/2 : FROM a"}, {"stream": "Step 2/2 : RUN x"}, *messages[1:])
    assert [event.status for event in found if isinstance(event, ev.StepFinished)] == ["cached", "ran"]
    assert not [event for event in found if isinstance(event, ev.StepLogged)]


def test_a_warning_before_the_first_step() -> None:
    found, _, _ = fed("classic", "FROM a\n", {"stream": "\x1b[91m[WARNING]: Empty continuation line found in: RUN a\n\x1b[0m"})
    assert found == [ev.LintWarned(0.0, None, "", "[WARNING]: Empty continuation line found in: RUN a")]


def test_a_stream_that_ends_without_a_word_is_a_failure() -> None:
    assert fed("classic", "FROM a\n")[1] == "The engine ended the build without a word."


def test_a_quiet_build_says_only_the_image() -> None:
    image = "sha256:" + "a" * 64
    found, error, built = fed("classic", "FROM a\n", {"stream": image + "\n"})
    assert (found, error, built) == ([ev.ImageBuilt(1.0, image)], "", image)


@pytest.mark.parametrize("name", NAMES)
def test_byte_by_byte_it_is_the_same(name: str) -> None:
    recording = named("classic", name)
    whole = recording.events([(1.0, recording.stream)])
    assert recording.events([(1.0, bytes([byte])) for byte in recording.stream]) == whole


def test_objects_without_line_ends_or_over_several_lines() -> None:
    recording = named("classic", "plain")
    objects = [json.loads(line) for line in recording.stream.splitlines()]
    whole = recording.events([(1.0, recording.stream)])
    assert recording.events([(1.0, b"".join(json.dumps(each).encode() for each in objects))]) == whole
    assert recording.events([(1.0, "\n".join(json.dumps(each, indent=1) for each in objects).encode())]) == whole
    assert recording.events([(1.0, b"\n<html>\n{oops\n".join(recording.stream.splitlines(keepends=True)))]) == whole


@given(st.data())
@settings(max_examples=60)
def test_cutting_the_stream_anywhere_changes_nothing(data: st.DataObject) -> None:
    recording = named("classic", data.draw(st.sampled_from(["failing-run", "pull", "unicode", "onbuild"])))
    stream = recording.stream
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    slices = [(1.0, stream[edges[at] : edges[at + 1]]) for at in range(len(edges) - 1)]
    assert recording.events(slices) == recording.events([(1.0, stream)])


texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["Step 1/2 : FROM a", "Step 2/2 : RUN b", "Step 999999/1 : RUN", "\n", " ---> Using cache\n", " ---> 0123456789ab\n"]
    ),
    st.sampled_from(
        [" ---> Running in ab\n", "Removing intermediate container ab\n", "# Executing 2 build trigger", "s", "\x1b[91m\x1b[0m"]
    ),
)
anything = st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
messages = st.one_of(
    st.fixed_dictionaries({"stream": texts}),
    st.fixed_dictionaries(
        {"error": anything}, optional={"errorDetail": st.fixed_dictionaries({"code": anything, "message": anything})}
    ),
    st.fixed_dictionaries(
        {"status": st.sampled_from(["Downloading", "Download complete", "Digest: x"]) | texts},
        optional={"id": anything, "progressDetail": st.fixed_dictionaries({"current": anything, "total": anything})},
    ),
    st.dictionaries(st.sampled_from(["stream", "aux", "status", "message", "id", "errorDetail"]), anything, max_size=3),
    st.binary(max_size=12),
)


@pytest.mark.parametrize("path", ["classic", "podman"])
@given(st.lists(messages, max_size=12))
def test_whatever_it_says_nothing_breaks(path: str, said: list[dict[str, object] | bytes]) -> None:
    found, _, _ = fed(path, "FROM a\nRUN b\n", *said)
    for event in found:
        step = getattr(event, "step", None)
        assert step is None or 0 <= step < 2
