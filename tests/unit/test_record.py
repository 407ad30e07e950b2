from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic import records
from dockermagic.builds.model import Build, LintWarning, PhaseSpan, Stage, Step, Transfer
from dockermagic.errors import RecordError
from dockermagic.log import Log


def example() -> Build:
    step = Step(
        "RUN echo é",
        2,
        3,
        "RUN",
        "stage-0",
        "ran",
        1.5,
        2.25,
        10,
        "sha256:d",
        output=Log().append(1, "a\n").append(1, "b\n").append(2, "c\ud800"),
        transfers=(Transfer("sha256:x", 1, None, 1.0),),
        warnings=(LintWarning("Rule", "text", "https://docs", 2),),
    )
    return Build(
        "FROM busybox\nRUN echo é",
        (Step("FROM busybox", 1, 1, "FROM", "stage-0", "cached"), step),
        (Stage("stage-0", "busybox", 1),),
        ("hello:1",),
        engine="Docker Engine 28",
        path="buildkit",
        started=1.0,
        finished=3.0,
        outcome="succeeded",
        image_id="sha256:i",
        size=5,
        phases=(PhaseSpan("export", 2.5, 2.75),),
    )


def test_a_saved_build_reads_back_as_recorded(tmp_path: Path) -> None:
    build = example()
    path = build.save(tmp_path / "build.json")
    loaded = Build.load(path)
    assert loaded.recorded
    assert replace(loaded, recorded=False, steps=()) == replace(build, steps=())
    for was, now in zip(build.steps, loaded.steps, strict=True):
        assert now.log == was.log
        assert replace(now, output=Log()) == replace(was, output=Log())


def test_streams_keep_their_order(tmp_path: Path) -> None:
    log = Build.load(example().save(tmp_path / "b.json")).steps[1].output
    assert list(log.chunks()) == [(1, "a\nb\n"), (2, "c\ud800")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[1]", "is not a saved build"),
        ('{"format": "other"}', "is not a saved build"),
        ('{"format": "dockermagic build", "version": 99}', "format 99"),
        ('{"format": "dockermagic build", "version": 1, "build": 3}', "damaged"),
        ('{"format": "dockermagic build", "version": 1, "build": {"dockerfile": "x", "steps": [{"name": 1}]}}', "damaged"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(RecordError, match=said):
        Build.load(path)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        Build.load(tmp_path / "nowhere.json")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_damaged_record_is_refused_or_a_build(data: st.DataObject) -> None:
    document = records.plain(example())
    at: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        at[key] = data.draw(JSON)
        break
    try:
        build = records.revive(Build, json.loads(json.dumps(document)))
    except (TypeError, ValueError):
        return
    assert isinstance(build, Build)


def test_revive_refuses_a_bool_where_a_number_is_due() -> None:
    with pytest.raises(TypeError):
        records.revive(float, True)
