"""Causes, forecasts, the memory that they rest on, and the advice that follows from them; no engine."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from dockermagic.builds import record
from dockermagic.builds.cause import Cause, FileChange, Prediction
from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.model import Build
from dockermagic.builds.plan import plan_steps
from dockermagic.builds.why import quiz
from dockermagic.builds.why.advice import advise
from dockermagic.builds.why.causes import Causes
from dockermagic.builds.why.chain import Chain
from dockermagic.builds.why.facts import Base, Facts
from dockermagic.builds.why.forecast import foretell, surprises
from dockermagic.builds.why.matching import take
from dockermagic.builds.why.memory import Memory
from dockermagic.builds.why.past import Past, PastStep, Seen
from dockermagic.builds.why.prints import Print, Tree
from dockermagic.builds.why.xray import looks_secret, xray

TEXT = "FROM busybox\nARG V=1\nWORKDIR /app\nCOPY package*.json ./\nRUN npm install\nCOPY . .\nENV X=1\nRUN make\n"
FILES = {"package.json": "1", "src": "", "src/a.js": "2"}


def tree(**changes: str) -> Tree:
    files = {**FILES, **{name.replace("__", "/").replace("_", "."): text for name, text in changes.items()}}
    return Tree.of({path: Print("f" if text else "d", 0o644, text, 1, 1) for path, text in files.items()})


def facts_of(text: str, at: Tree, args: dict[str, str] | None = None, base: str = "layers") -> dict[int, Facts]:
    bases = {"busybox": Base(base), "other": Base("other")}
    return Chain(read_dockerfile(text), args or {}, "", bases, lambda selection: take(selection, at)).facts


def past_of(text: str, at: Tree, facts: dict[int, Facts]) -> Past:
    steps = tuple(PastStep(replace(each, taken=None), "ran") for each in facts.values())
    return Past(tuple(each.name for each in read_dockerfile(text).instructions), steps, at)


def first_cause(
    old: str, new: str, *, before: Tree | None = None, after: Tree | None = None, base: str = "layers", **args: str
) -> tuple[str, Cause]:
    """Give what a change makes of a build: the first step that would run again, and why."""
    before, after = before or tree(), after or tree()
    was, now = facts_of(old, before), facts_of(new, after, args, base)
    seen = Seen({each.key: f"record {index}" for index, each in was.items()}, frozenset(f"record {index}" for index in was))
    texts = tuple(each.name for each in read_dockerfile(new).instructions)
    causes = Causes(texts, tuple(range(1, len(texts) + 1)), now, past_of(old, before, was), seen)
    steps = [each for each in foretell(now, causes, seen, len(texts)).steps if each.cause is not None]
    assert all(each.cause and each.cause.kind == "above" for each in steps[1:])
    return (texts[steps[0].step], steps[0].cause) if steps and steps[0].cause else ("", Cause("unknown", ""))


@pytest.mark.parametrize(
    ("change", "step", "kind", "files"),
    [
        ({"package_json": "9"}, "COPY package*.json ./", "files-changed", [("package.json", "content")]),
        ({"src__a_js": "9"}, "COPY . .", "files-changed", [("src/a.js", "content")]),
        ({"package-lock_json": "9"}, "COPY package*.json ./", "files-changed", [("package-lock.json", "added")]),
    ],
)
def test_a_file_is_named(change: dict[str, str], step: str, kind: str, files: object) -> None:
    named, cause = first_cause(TEXT, TEXT, after=tree(**change))
    assert (named, cause.kind, cause.files, cause.certain) == (step, kind, files, True)


def test_an_argument_and_a_variable_are_named() -> None:
    assert first_cause(TEXT, TEXT, V="2")[1].name == "V"
    named, cause = first_cause(TEXT, TEXT.replace("X=1", "X=2"))
    assert (named, cause.kind, cause.old, cause.new) == ("RUN make", "instruction-changed", "ENV X=1", "ENV X=2")
    assert first_cause(TEXT, TEXT.replace("ARG V=1", "ARG V=2"))[1].kind == "arg-changed"


def test_an_instruction_and_a_base_are_named() -> None:
    assert first_cause(TEXT, TEXT.replace("npm install", "npm ci"))[1].new == "RUN npm ci"
    assert first_cause(TEXT, TEXT, base="newer")[1].kind == "base-changed"
    assert first_cause(TEXT, TEXT.replace("FROM busybox", "FROM other"))[1].old == "FROM busybox"
    assert first_cause(TEXT, TEXT.replace("RUN npm", "RUN new\nRUN npm"))[1].new == "RUN new"


def test_nothing_matters_below_that_makes_no_layer() -> None:
    for line in ("CMD true", "EXPOSE 1", "LABEL a=b", "# remark"):
        assert first_cause(TEXT, TEXT + line + "\n")[0] == ""


def test_a_doubt_takes_the_certainty() -> None:
    doubtful = replace(tree(src__a_js="9"), doubts=frozenset({"src/b.js"}))
    assert not first_cause(TEXT, TEXT, after=doubtful)[1].certain


def test_a_record_that_went_is_told() -> None:
    facts = facts_of(TEXT, tree())
    texts = tuple(each.name for each in read_dockerfile(TEXT).instructions)
    seen = Seen({each.key: str(index) for index, each in facts.items()}, frozenset({"2"}))
    causes = Causes(texts, tuple(range(len(texts))), facts, past_of(TEXT, tree(), facts), seen)
    kinds = [
        each.cause.kind if each.cause else each.status for each in foretell(facts, causes, seen, len(texts)).steps if each.status
    ]
    assert kinds == ["cached", "cache-gone", "above", "above", "above"]


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "deep" / "builds.sqlite")


def keep(memory: Memory, text: str = TEXT) -> Past:
    facts = facts_of(text, tree())
    past = past_of(text, tree(), facts)
    memory.keep("engine", "project", ("app:1",), past, {each.key: "" for each in facts.values()})
    return past


def test_a_build_is_remembered(memory: Memory) -> None:
    past = keep(memory)
    found = memory.latest("engine", "project", past.texts, ())
    assert found == past
    assert memory.known("engine", [past.steps[0].facts.key, "other"]) == {past.steps[0].facts.key: ""}
    assert memory.latest("engine", "elsewhere", past.texts, ()) is None
    assert memory.known("another", [past.steps[0].facts.key]) == {}
    assert memory.path.stat().st_mode & 0o777 == 0o600


def test_the_most_like_one_is_found(memory: Memory) -> None:
    past = keep(memory)
    keep(memory, "FROM other\nRUN something\nRUN else\n")
    assert memory.latest("engine", "project", (*past.texts[:-1], "RUN make all"), ()) == past
    assert memory.latest("engine", "project", ("FROM scratch", "ADD a b"), ()) is None


def test_no_value_of_an_argument_is_written_down(memory: Memory) -> None:
    facts = facts_of(TEXT, tree(), {"V": "hunter2-secret"})
    memory.keep("engine", "project", (), past_of(TEXT, tree(), facts), {})
    assert b"hunter2" not in memory.path.read_bytes()
    found = memory.latest("engine", "project", past_of(TEXT, tree(), facts).texts, ())
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_memory_costs_nothing_but_the_answer(memory: Memory, damage: bytes) -> None:
    past = keep(memory)
    memory.path.write_bytes(damage)
    assert memory.latest("engine", "project", past.texts, ()) is None
    assert memory.warm("/root") == {}
    keep(memory)
    assert memory.latest("engine", "project", past.texts, ()) == past


def test_damaged_contents_cost_nothing_but_the_answer(memory: Memory) -> None:
    past = keep(memory)
    with sqlite3.connect(memory.path) as base:
        base.execute("UPDATE trees SET files = 'x'")
    base.close()
    assert memory.latest("engine", "project", past.texts, ()) is None


def test_a_locked_memory_costs_nothing_but_the_answer(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    past = keep(memory)
    monkeypatch.setattr("dockermagic.builds.why.memory.PATIENCE", 0.01)
    base = sqlite3.connect(memory.path, isolation_level=None)
    base.execute("BEGIN EXCLUSIVE")
    assert memory.latest("engine", "project", past.texts, ()) is None
    assert "locked" in memory.trouble
    base.close()
    assert memory.latest("engine", "project", past.texts, ()) == past


def test_a_memory_that_cannot_be_written_costs_nothing_but_the_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "builds.sqlite")
    keep(memory)
    assert memory.trouble


def test_a_cause_survives_being_saved(tmp_path: Path) -> None:
    step = replace(plan_steps(read_dockerfile(TEXT))[3], cause=Cause("files-changed", "So.", True, (FileChange("a", "mode"),), 1))
    build = Build(TEXT, (step,))
    assert record.load(record.save(build, tmp_path / "b.json")).steps[0].cause == step.cause
    assert surprises(build) == []


def advised(text: str, run: str = "npm install", package: str | None = "{}", changed: str = "src/a.js") -> str | None:
    dockerfile = read_dockerfile(text)
    index = next(n for n, each in enumerate(dockerfile.instructions) if each.arguments == run)
    causes = {2: Cause("files-changed", "", True, (FileChange(changed, "content"),)), index: Cause("above", "", True, step=2)}
    found = advise(dockerfile, causes, {index: 9.0}, lambda path: package if path == "package.json" else None)
    return found.dockerfile if found is not None else None


CARELESS = "FROM node\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD true\n"


def test_a_better_order_is_advised() -> None:
    assert advised(CARELESS) == "FROM node\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD true\n"
    apk = CARELESS.replace("npm install", "apk add --no-cache curl")
    assert advised(apk, "apk add --no-cache curl") == "FROM node\nWORKDIR /app\nRUN apk add --no-cache curl\nCOPY . .\nCMD true\n"


@pytest.mark.parametrize(
    ("text", "run", "package", "changed"),
    [
        (CARELESS, "npm install", '{"scripts": {"postinstall": "node build.js"}}', "src/a.js"),
        (CARELESS, "npm install", '{"dependencies": {"x": "file:./x"}}', "src/a.js"),
        (CARELESS, "npm install", None, "src/a.js"),
        (CARELESS, "npm install", "not json", "src/a.js"),
        (CARELESS, "npm install", "{}", "package.json"),
        (CARELESS.replace("npm install", "npm install && npm run build"), "npm install && npm run build", "{}", "src/a.js"),
        (CARELESS.replace("RUN", "RUN touch a\nRUN"), "npm install", "{}", "src/a.js"),
        (CARELESS.replace("npm install", "apk add ./own.apk"), "apk add ./own.apk", "{}", "src/a.js"),
    ],
)
def test_no_order_is_advised_that_is_not_safe(text: str, run: str, package: str | None, changed: str) -> None:
    assert advised(text, run, package, changed) is None


def test_a_context_is_looked_through(tmp_path: Path) -> None:
    for path in ("node_modules/m/i.js", "src/a.js", "keep.log", "b.log", ".env", "key.pem", "key.pub"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("12345")
    (tmp_path / ".dockerignore").write_text("# remark\nnode_modules\n*.log\n!keep.log\n")
    found = xray(str(tmp_path))
    assert sorted(found.included) == [".dockerignore", ".env", "keep.log", "key.pem", "key.pub", "src/a.js"]
    assert {path: str(rule) for path, rule in found.excluded.items()} == {
        "node_modules/m/i.js": ".dockerignore, line 2: node_modules",
        "b.log": ".dockerignore, line 3: *.log",
    }
    assert found.kept["keep.log"].line == 4
    assert found.secrets == [".env", "key.pem"]
    assert found.bytes == 25 + (tmp_path / ".dockerignore").stat().st_size
    assert "key.pem looks as if it held secrets" in found._repr_mimebundle_()["text/html"]
    assert "line 3" in repr(found)


def test_names_of_secrets() -> None:
    assert [
        name for name in (".env.production", "a/id_rsa", "credentials.json", ".aws/config", "x.tfvars") if not looks_secret(name)
    ] == []
    assert [
        name
        for name in (".env.example", "id_rsa.pub", "monkey.txt", "environment.yml", "keys.js", "secretary.md")
        if looks_secret(name)
    ] == []


def test_answers_are_read_and_scored() -> None:
    assert [quiz.read_answer(text, {3, 4, 5}) for text in ("3, 4", "4-5", "0", "", "x", "9")] == [
        {3, 4},
        {4, 5},
        set(),
        set(),
        None,
        None,
    ]
    build = Build(TEXT, plan_steps(read_dockerfile(TEXT)))
    assert quiz.ask(build, None) == ()  # nobody sits there
    done = replace(
        build, steps=tuple(replace(s, status="cached") if s.status == "waiting" else s for s in build.steps), outcome="succeeded"
    )
    told = tuple(
        "ran" if step.keyword == "RUN" else "cached" if step.keyword in ("COPY", "WORKDIR") else "" for step in build.steps
    )
    assert quiz.score(replace(done, prediction=Prediction((), told))).startswith(
        "You were right about 3 of 5 steps. Line 5 came from"
    )
