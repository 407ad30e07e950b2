"""What is said of the cache against what the engine does: projects are changed at random, one thing at a time, and built.

Predicted hits and misses have to be the engine's, the cause of each miss has to name what was changed, and what is called certain
has to be true.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dockermagic.builds.model import Build, Step
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.run import planned
from dockermagic.builds.why import look as looking
from dockermagic.builds.why.asking import cache_records
from dockermagic.builds.why.forecast import mismatches
from dockermagic.builds.why.writing import settle
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine import mutations
from tests.engine.making import make
from tests.engine.mutated import ONLY_NEWER, PROJECTS
from tests.engine.mutations import Bases, Mutation, Project
from tests.rig import leftovers
from tests.rig.processes import await_fact

CONSEQUENCES = frozenset({"above", "stage-changed"})


@dataclass
class Tally:
    """What was counted."""

    builds: int = 0
    steps: int = 0
    causes: int = 0
    unknown: int = 0
    unsure: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Driver:
    """Builds one project again and again on one engine, and checks what is said."""

    def __init__(self, engine: Engine, project: Project, tally: Tally, newer: bool) -> None:
        self.engine, self.project, self.tally, self.newer = engine, project, tally, newer

    def build(self) -> Build:
        """Build it as it is now."""
        project = self.project
        build = make(project.text, engine=self.engine, context=project.folder, build_args=dict(project.args))
        settle()
        return build

    def check(self, mutation: Mutation) -> None:
        """Predict, build, compare."""
        project, tally = self.project, self.tally
        request = BuildRequest(project.text, str(project.folder), build_args=tuple(project.args.items()))
        dockerfile, plan = planned(request)
        expected = looking.look(request, self.engine, dockerfile, plan.steps).prediction
        build = self.build()
        tally.builds += 1
        place = f"{project.name}: {mutation.what}"
        for note in build.notes:
            tally.wrong.append(f"{place}: {note}")
        assert build.prediction is not None, build.notes
        if [each.status for each in expected.steps] != [each.status for each in build.prediction.steps]:
            tally.wrong.append(f"{place}: one prediction beforehand, another one beside the build")
        for index, said, happened in mismatches(build):
            sure = build.prediction.steps[index].certain
            told = f"{place}: {build.steps[index].name!r} was to be {said}, was {happened}"
            (tally.wrong if sure else tally.unsure).append(told)
        for step in build.steps:
            tally.steps += step.status in ("ran", "cached")
            if step.status == "ran" and step.keyword != "FROM":
                tally.causes += 1
                problem = self.problem(step, build, mutation)
                if problem:
                    tally.wrong.append(f"{place}: {step.name!r}: {problem}")

    def problem(self, step: Step, build: Build, mutation: Mutation) -> str:
        """Say what is wrong with a cause; nothing when it names what was changed."""
        cause = step.cause
        if cause is None:
            return "no cause"
        if cause.kind == "unknown":
            self.tally.unknown += 1
            return "certain of the unknown" if cause.certain else f"unknown: {cause.sentence}"
        if cause.kind in CONSEQUENCES:
            root = cause
            while root is not None and root.kind in CONSEQUENCES and root.step is not None:
                root = build.steps[root.step].cause
            return "" if root is not None and root.kind not in CONSEQUENCES else f"{cause} blames what has no cause of its own"
        named: object = {
            "files-changed": cause.files,
            "arg-changed": cause.name,
            "instruction-changed": build.steps[cause.step].name if cause.step is not None else cause.new,
        }.get(cause.kind)
        wanted = mutation.subject
        if mutation.kind == "env":
            right = cause.kind == "instruction-changed" and named == wanted
        elif mutation.kind == "link":
            right = cause.kind == "files-changed" and named == [(wanted, "link")]
        elif mutation.kind == "files-changed":
            right = cause.kind == mutation.kind and named == [wanted]
        else:
            right = cause.kind == mutation.kind and (wanted is None or named == wanted)
        return (
            ""
            if right and cause.certain
            else f"{cause.kind} {named} (certain: {cause.certain}) for {mutation.kind} {wanted}: {cause.sentence}"
        )

    def mutate(self, chance: random.Random, bases: Bases) -> None:
        """Change one thing, and check."""
        draw = chance.random()
        if draw < 0.05:
            emptied(self.engine)
            self.check(Mutation("prune", "cache-gone"))
        elif draw < 0.1 and bases.name in self.project.text:
            bases.change()
            self.check(Mutation("base", "base-changed"))
        else:
            mutation = chance.choice(mutations.fitting(self.project))(self.project, chance)
            if mutation.kind == "rename" and isinstance(mutation.subject, Path):
                self.build()
                path = mutation.subject
                new = path.with_name(f"renamed-{chance.randrange(10**6)}{path.suffix}")
                path.rename(new)
                name = str(new.relative_to(self.project.folder))
                mutation = Mutation(f"rename {path.name} to {name}", "files-changed", (name, "renamed"))
            self.check(mutation)


def emptied(engine: Engine) -> None:
    """Prune the cache until nothing is in it: what an earlier build still lets go of is not removed at once."""

    def nothing_is_left() -> bool:
        engine.api.prune_builds(all=True)
        return cache_records(engine) == []

    assert await_fact(nothing_is_left, 20), cache_records(engine)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the test a memory of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def on() -> Iterator[object]:
    """Give a function from an engine's address to a handle."""
    opened: list[Engine] = []

    def at(url: str) -> Engine:
        opened.append(Engine(Address(url)))
        return opened[-1]

    yield at
    for each in opened:
        each.close()


def run(engine: Engine, folder: Path, seed: int, each: int, names: list[str]) -> Tally:
    """Take every project through a number of mutations."""
    chance = random.Random(seed)
    tally = Tally()
    newer = not engine.about.version.startswith("20.")
    bases = Bases(engine.api, f"{leftovers.TAG}/base:{seed}")
    bases.change()
    try:
        for name in names:
            if name in ONLY_NEWER and not newer:
                continue
            (folder / name).mkdir()
            driver = Driver(engine, Project.new(name, folder / name, bases.name), tally, newer)
            driver.build()
            for _ in range(each):
                driver.mutate(chance, bases)
    finally:
        settle()
        for image in bases.remove():
            engine.api.remove_image(image, force=True)
    return tally


@pytest.mark.usefixtures("memory")
@pytest.mark.timeout(120)
def test_a_sample_of_changes(engine28: str, on, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tally = run(on(engine28), tmp_path, seed=28, each=2, names=[*PROJECTS][:10])
    print(tally)
    assert not tally.wrong
    assert not tally.unsure
    assert tally.builds >= 20


@pytest.mark.usefixtures("memory")
@pytest.mark.timeout(120)
def test_what_is_linked_does_not_depend_on_what_is_above(engine28: str, on, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tally = run(on(engine28), tmp_path, seed=3, each=8, names=["newer"])
    assert not tally.wrong
    assert not tally.unsure


@pytest.mark.usefixtures("memory")
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1])
def test_all_changes(docker_engine: str, on, tmp_path: Path, seed: int) -> None:  # type: ignore[no-untyped-def]
    tally = run(on(docker_engine), tmp_path, seed=seed, each=30, names=[*PROJECTS])
    print(tally)
    assert not tally.wrong
    assert not tally.unsure
    assert tally.builds >= 300


@pytest.mark.usefixtures("memory")
def test_what_others_have_built_meanwhile(engine28: str, on, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """The cache is emptied and filled again by somebody else: what is remembered of its records is not true any more."""
    engine = on(engine28)
    text = f"FROM busybox\nWORKDIR /{secrets.token_hex(4)}\nCOPY . .\nRUN wc -c *\n"
    (tmp_path / "file").write_text("one")
    make(text, engine=engine, context=tmp_path)
    settle()
    engine.api.prune_builds(all=True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_CACHE_HOME", str(tmp_path.with_name("elsewhere")))
        make(text, engine=engine, context=tmp_path)
        settle()
    assert [step.status for step in make(text, engine=engine, context=tmp_path).steps] == ["cached"] * 4
    settle()
    (tmp_path / "file").write_text("two")
    build = make(text, engine=engine, context=tmp_path)
    assert [step.status for step in build.steps] == ["cached", "cached", "ran", "ran"]
    cause = build.steps[2].cause
    assert cause is not None
    assert (cause.kind, list(cause.files)) == ("files-changed", [("file", "content")])
    assert not mismatches(build)


@pytest.mark.usefixtures("memory")
def test_what_no_cache_does_not_run_is_foreseen(docker_engine: str, on, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    engine = on(docker_engine)
    (tmp_path / "a").write_text("1")
    text = "FROM busybox\nWORKDIR /app\nCOPY . .\nWORKDIR /below\nRUN true\n"
    make(text, engine=engine, context=tmp_path)
    settle()
    build = make(text, engine=engine, context=tmp_path, no_cache=True)
    assert [(step.keyword, step.status) for step in build.steps] == [
        ("FROM", "cached"),
        ("WORKDIR", "cached"),
        ("COPY", "ran"),
        ("WORKDIR", "ran"),
        ("RUN", "ran"),
    ]
    assert mismatches(build) == []
    assert [step.cause.kind for step in build.steps if step.cause is not None] == ["no-cache"] * 3
    assert build.notes == ()
