"""Every decoder, fold and view over every recorded stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic import records
from dockermagic.builds import picture
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.story import explain
from dockermagic.errors import DockerfileError
from dockermagic.log import Log
from tests.unit.replay import BEGAN, EVERY, Recording, events, load, plan, replay


def readable() -> list[Path]:
    """Give the recordings whose Dockerfile we would have sent at all."""
    found = []
    for path in EVERY:
        try:
            plan(load(path))
        except DockerfileError:
            continue
        found.append(path)
    return found


READABLE = readable()
BY_NAME = {load(path).name: load(path) for path in READABLE}
CASES = pytest.mark.parametrize("path", READABLE, ids=lambda path: f"{path.parent.name}/{path.stem}")


def test_the_corpus_covers_every_builder() -> None:
    assert {load(path).path for path in READABLE} == {"buildkit", "buildx", "classic", "podman"}
    assert len({path.parent.name for path in READABLE}) >= 5
    assert len(READABLE) >= 100
    # What we refuse before any engine is asked are the syntax errors, and nothing else.
    assert {path.stem for path in EVERY} - {path.stem for path in READABLE} <= {"syntax", "syntax-error"}


@CASES
def test_a_recording_ends_in_final_states(path: Path) -> None:
    recording = load(path)
    build = replay(recording)
    statuses = [step.status for step in build.steps]
    assert not {"waiting", "running"} & set(statuses)
    assert build.outcome == ("cancelled" if path.stem == "cancelled" else "failed" if build.error else "succeeded")
    assert ("failed" in statuses) <= (build.outcome == "failed")
    if build.outcome == "succeeded":
        assert build.image_id or recording.path == "buildx"  # buildx writes it to a file
        # Nothing that was needed is missing: a skipped step belongs to a stage that the target does not need.
        needed = {step.stage for step in build.steps if step.status not in ("skipped",)}
        assert not [step for step in build.steps if step.status == "skipped" and step.stage in needed]


@CASES
def test_times_lie_within_the_build(path: Path) -> None:
    build = replay(load(path))
    for step in build.steps:
        if step.started is not None and step.finished is not None:
            assert BEGAN - 2.5 <= step.started <= step.finished <= (build.finished or 0) + 2.5


@CASES
def test_a_failure_is_explained(path: Path) -> None:
    build = replay(load(path))
    if build.outcome == "failed":
        message, _ = explain(build)
        assert message
        assert "\x1b" not in message
        failed = [step for step in build.steps if step.status == "failed"]
        assert not failed or f"line {failed[0].line}: {failed[0].name.splitlines()[0]}" in message


@CASES
def test_every_moment_of_a_recording_draws(path: Path) -> None:
    recording = load(path)
    _, build = plan(recording)
    drawer = picture.BuildDrawer()
    for number, event in enumerate(events(recording)):
        build = apply(build, event)
        if number % 7 == 0:
            assert "<table" in drawer.html(build, event.time)
            assert drawer.text(build, event.time, 80)
    bundle = drawer.bundle(build)
    assert build.steps[-1].name.split()[0] in bundle["text/plain"]
    assert "<script" not in bundle["text/html"]


@CASES
def test_a_replay_gives_the_same_picture(path: Path) -> None:
    one, two = replay(load(path)), replay(load(path))
    assert one == two
    assert picture.bundle(one) == picture.bundle(two)


@CASES
def test_a_saved_one_reads_back(path: Path) -> None:
    build = replay(load(path))
    again = records.revive(Build, json.loads(json.dumps(records.plain(build))))
    assert [step.log for step in again.steps] == [step.log for step in build.steps]
    assert [replace(s, output=Log()) for s in again.steps] == [replace(s, output=Log()) for s in build.steps]


def told(recording: Recording, slices: Iterator[tuple[float, bytes]]) -> list[object]:
    """Give what happened, without the times and without how the log was cut."""
    _, build = plan(recording)
    for event in events(recording, slices):
        build = apply(build, event)
    return [(s.status, s.exit_code, s.digest, s.log, s.error, len(s.transfers), s.warnings) for s in build.steps] + [build.error]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_where_the_stream_is_cut_does_not_matter(data: st.DataObject) -> None:
    recording = load(data.draw(st.sampled_from(READABLE)))
    whole = b"".join(piece for _, piece in recording.slices)[:200_000]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    edges = [0, *cuts, len(whole)]
    pieces = [(0.0, whole[a:b]) for a, b in pairwise(edges)]
    assert told(recording, iter(pieces)) == told(recording, iter([(0.0, whole)]))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_stream_never_raises(data: st.DataObject) -> None:
    recording = load(data.draw(st.sampled_from(READABLE)))
    whole = bytearray(b"".join(piece for _, piece in recording.slices)[:50_000])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, max(len(whole) - 1, 0)))
        whole[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=10))
    _, build = plan(recording)
    for event in events(recording, iter([(0.0, bytes(whole))])):
        build = apply(build, event)
    assert build.outcome is not None


@pytest.mark.parametrize("engine", ["buildkit-20.10", "buildkit-28", "buildx-28"])
class TestBuildkit:
    """What is known of cases that were recorded on every BuildKit."""

    def test_all_cached(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/cached"])
        assert {step.status for step in build.steps} <= {"cached", "metadata"}

    def test_a_failing_step(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/failing-run"])
        (failed,) = [step for step in build.steps if step.status == "failed"]
        assert failed.exit_code == 7
        assert {step.status for step in build.steps[build.steps.index(failed) + 1 :]} <= {"skipped"}

    def test_a_pull(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/pull"])
        first = build.steps[0]
        assert first.status == "ran"
        assert first.transfers
        assert all(t.finished is not None and (t.total is None or t.current == t.total) for t in first.transfers)

    def test_an_unused_stage(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/unused-stage"])
        assert "skipped" in {step.status for step in build.steps}
        assert build.steps[-1].status != "skipped"

    def test_a_missing_base(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/missing-base"])
        assert build.steps[0].status == "failed"

    def test_a_cancelled_step(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/cancelled"])
        assert "cancelled" in {step.status for step in build.steps}
        assert "failed" not in {step.status for step in build.steps}

    def test_triggers_belong_to_from(self, engine: str) -> None:
        build = replay(BY_NAME[f"{engine}/onbuild"])
        assert build.outcome == "succeeded"
        assert not [step for step in build.steps if step.status == "skipped"]


@pytest.mark.parametrize("engine", ["buildkit-28", "buildx-28"])
def test_lint_warnings_lie_on_their_lines(engine: str) -> None:
    build = replay(BY_NAME[f"{engine}/lint"])
    found = [(step.line, warning) for step in build.steps for warning in step.warnings]
    assert found
    for line, warning in found:
        assert warning.line == line
        assert warning.url.startswith("https://")
        assert "(line" not in warning.message
