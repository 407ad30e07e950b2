"""Saving containers and reading them back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic import records
from dockermagic.containers import record
from dockermagic.containers.lifecycle.picture import bundle
from dockermagic.containers.model import Containers
from dockermagic.errors import RecordError
from tests.unit.life_replay import EVERY, load, replay


@pytest.mark.parametrize("path", EVERY, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_saved_reads_back(path: Path, tmp_path: Path) -> None:
    containers = Containers((replay(load(path)),), engine="Docker Engine 28.5.2")
    again = record.load(record.save(containers, tmp_path / "life.json"))
    assert again.recorded
    assert replace(again, recorded=False) == containers
    assert "recorded" in bundle(again)["text/html"]


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        json.dumps({"format": "dockermagic build", "version": 1}),
        json.dumps({"format": record.KIND.format, "version": 99}),
        json.dumps({"format": record.KIND.format, "version": 1, "containers": {"items": [{"id": 3}]}}),
        json.dumps({"format": record.KIND.format, "version": 1, "containers": {"items": [{"id": "x", "state": "flying"}]}}),
    ],
)
def test_what_is_not_ours_is_refused(document: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(document)
    with pytest.raises(RecordError):
        record.load(tmp_path / "x.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        record.load(tmp_path / "none.json")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_told_or_harmless(data: st.DataObject) -> None:
    document: Any = json.loads(json.dumps(records.plain(Containers((replay(load(data.draw(st.sampled_from(EVERY)))),)))))
    place: Any = document
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else list(range(len(place)))))
        if data.draw(st.booleans()) or not isinstance(place[key], dict | list):
            place[key] = data.draw(st.none() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({}))
            break
        place = place[key]
    try:
        containers = records.revive(Containers, document)
    except (TypeError, ValueError, KeyError):
        return
    assert bundle(containers)["text/plain"]
