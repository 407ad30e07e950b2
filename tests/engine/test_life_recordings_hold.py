"""The recorded lives still are what engines tell: every case is lived again, and told the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import engines, record_containers
from tests.rig.life_cases import CASES, Case
from tests.unit.life_replay import load, replay, told

pytestmark = [pytest.mark.engine, pytest.mark.slow]


ENGINES = ["engine28", *(pytest.param(name, marks=pytest.mark.long) for name in ("engine20", "podman"))]


@pytest.fixture(scope="module", params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """Give the address of each kind of engine in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_life_is_told_as_it_was_recorded(url: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines.at(url)
    label = "podman" if engine.name == "podman" else "20.10" if engine.version.startswith("20.10") else "28"
    monkeypatch.setattr(record_containers, "RECORDINGS", tmp_path)
    path = record_containers.record(case, engine, label)
    assert told(replay(load(path))) == case.differs.get(label, case.told)
