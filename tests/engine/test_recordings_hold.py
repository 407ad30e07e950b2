"""The recordings still say what the engines say: every case is built again, and told the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rig import engines, images, record, registry
from tests.rig.cases import CASES
from tests.rig.engines import Engine
from tests.rig.fixtures import had
from tests.rig.registry import Registry
from tests.unit.replay import load, replay

pytestmark = [pytest.mark.engine, pytest.mark.slow]

Fresh = tuple[str, Engine, Registry]


AGAIN = [pytest.param(each, marks=pytest.mark.long, id="-".join(each)) for each in (("buildkit", "20.10"), ("buildx", "28"))]


@pytest.fixture(scope="module", params=[pytest.param(("buildkit", "28"), id="buildkit-28"), *AGAIN])
def fresh(request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """Give a private engine with nothing in its cache, and a registry beside it."""
    kind, version = request.param
    engine = had(lambda: engines.private(version))
    try:
        had(lambda: images.provide(engine))
        depot = had(lambda: registry.beside(engine))
        depot.offer("public/base:1")
        yield kind, engine, depot
        depot.end()
    finally:
        engine.end()


def told(path: Path) -> list[object]:
    """Give what a recording says of each step, without times and digests.

    A step that ran beside one that failed may have been done or cancelled when that happened, and in the cache or not when the
    next build came: both are the truth.
    """
    build = replay(load(path))
    if build.outcome != "succeeded":
        open_ended = {"failed": ("cancelled", "cached"), "cancelled": ("cached",)}[build.outcome or "failed"]
        steps = (replace(step, status="ran", exit_code=None) if step.status in open_ended else step for step in build.steps)
        build = replace(build, steps=tuple(steps))
    rules = [sorted(warning.rule for warning in step.warnings) for step in build.steps]
    return [build.outcome, *((s.line, s.status, s.exit_code, r) for s, r in zip(build.steps, rules, strict=True))]


def test_every_case_is_told_as_it_was_recorded(fresh: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, engine, depot = fresh
    kept = record.RECORDINGS
    monkeypatch.setattr(record, "RECORDINGS", tmp_path)
    version = "20.10" if engine.version.startswith("20.10") else "28"
    different = []
    for case in CASES:
        if version not in case.engines:
            continue
        path = record.record(case, kind, engine, depot)
        if path.stem in ("syntax-error",):
            continue  # we refuse it before any engine is asked; that the engine does too was checked while recording
        if told(path) != told(kept / path.relative_to(tmp_path)):
            different.append(f"{case.name}: {told(path)}, recorded: {told(kept / path.relative_to(tmp_path))}")
    assert not different, "\n".join(different)
