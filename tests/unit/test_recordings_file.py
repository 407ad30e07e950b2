"""What a recording is made of: differences, masks, outputs that go on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.builds.model import Build
from dockermagic.log import Log
from dockermagic.recordings.delta import delta, patched
from dockermagic.recordings.grown import grown
from dockermagic.recordings.kinds import KINDS
from dockermagic.recordings.secrets import LONGEST, safe, safe_text
from dockermagic.records import revive
from tests.unit import life_examples
from tests.unit.test_record import example

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab", max_size=4),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.sampled_from("xyz"), each, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_a_difference_makes_the_one_value_of_the_other(old: Any, new: Any) -> None:
    before = json.dumps(old)
    change = json.loads(json.dumps(delta(old, new)))
    assert patched(old, change) == new
    assert json.dumps(old) == before
    assert delta(new, new) is None


@given(JSON, JSON)
def test_what_is_no_difference_is_refused(value: Any, change: Any) -> None:
    try:
        patched(value, change)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return
    assert change is None


def test_a_growing_log_is_written_once() -> None:
    log = Log().append(1, "a" * 1000)
    change = delta(safe(Build("", (), notes=("x",))), safe(Build("", (), notes=("x", "y"))))
    assert len(json.dumps(change)) < 60
    assert delta(safe(log), safe(log.append(1, "bc"))) == ["[", 1, {"0": ["[", 2, {"1": ["+", "bc"]}, []]}, []]


@pytest.mark.parametrize(
    "text",
    [
        "docker run -e POSTGRES_PASSWORD=hunter2 postgres",
        "docker login --password hunter2 registry",
        "ENV API_KEY='hunter2'",
        'psql --password "hunter2"',
        "DB_PASSWORD: hunter2",
    ],
)
def test_no_secret_reaches_the_file(text: str) -> None:
    assert "hunter2" not in safe_text(text)
    assert "••••••" in safe_text(text)


def test_secrets_in_a_models_parts() -> None:
    web = life_examples.containers(
        argv=("app", "--token", "hunter2", "--name", "web"), labels=(("secret", "hunter2"), ("role", "web"))
    )
    text = json.dumps(safe(web))
    assert "hunter2" not in text
    assert '"--name", "web"' in text
    assert '"role", "web"' in text
    build = replace(example(), command="docker build --build-arg TOKEN=hunter2 .", dockerfile="FROM x\nENV PASSWORD hunter2x=1")
    assert "TOKEN=hunter2" not in json.dumps(safe(build))
    assert "--secret id=npm" in safe_text("docker build --secret id=npm,src=x .")


def test_of_a_long_output_the_end_is_kept() -> None:
    log = Log()
    for number in range(20_000):
        log = log.append(1 + number % 2, f"line {number}\n")
    kept = "".join(text for _, text in safe(log))
    assert len(kept) < LONGEST + 100
    assert kept.startswith("… what was printed before is not in the recording\nline ")
    assert kept.endswith("line 19999\n")


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.text("ab\n", min_size=1, max_size=4)), max_size=12), st.integers(0, 12))
def test_an_output_goes_on_where_it_ended(chunks: list[tuple[int, str]], cut: int) -> None:
    def build(some: list[tuple[int, str]]) -> Build:
        log = Log()
        for stream, text in some:
            log = log.append(stream, text)
        return replace(started(), steps=(replace(started().steps[0], status="running", output=log), started().steps[1]))

    def read_back(build: Build) -> Build:
        found: Build = KINDS["build"].again(revive(Build, json.loads(json.dumps(safe(build)))))
        return found

    old, new = build(chunks[:cut]), build(chunks)
    was = read_back(old)
    now = grown(was, read_back(new))
    assert now.steps[0].output.text() == new.steps[0].output.text()
    assert now.steps[1] is was.steps[1]
    assert grown(was, read_back(old)) is was
    kept = list(was.steps[0].output.chunks())
    assert list(now.steps[0].output.chunks())[: len(kept)] == kept


def started() -> Build:
    steps = tuple(replace(step, status="waiting", output=Log()) for step in example().steps)
    return replace(example(), steps=steps, finished=None, outcome=None, image_id="")
