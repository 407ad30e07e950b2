"""Builds on real engines, through every path, from request to result."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

import dockermagic
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.engine.making import MADE, failing, make, salted, statuses

pytestmark = pytest.mark.engine

Tag = Callable[[str], str]


def test_the_first_build_of_the_readme(everywhere: Engine, context: Path, tag: Tag) -> None:
    name = tag("hello")
    text = f"""FROM busybox
WORKDIR /app
ENV A={secrets.token_hex(4)}
COPY . .
RUN echo compiling; wc -l *.txt > report
CMD ["cat", "report"]
"""
    build = make(text, tag=name, context=context, engine=everywhere)
    assert build.succeeded
    assert statuses(build)[0] == "cached"
    assert statuses(build)[2:] == ["metadata", "ran", "ran", "metadata"]
    assert "compiling\n" in build.steps[4].log
    assert [step.line for step in build.steps] == [1, 2, 3, 4, 5, 6]
    assert {step.stage for step in build.steps} == {"stage-0"}
    found = everywhere.api.inspect_image(name)
    assert found["Id"].removeprefix("sha256:") == build.image_id.removeprefix("sha256:")
    assert build.size == found["Size"]
    assert build.seconds is not None
    assert (build.steps[4].bytes or 0) > 0
    again = make(text, tag=name, context=context, engine=everywhere)
    assert statuses(again) == ["cached", "cached", "metadata", "cached", "cached", "metadata"]
    after = everywhere.api.inspect_image(name)
    assert (after["RootFS"], after["Config"]["Cmd"]) == (found["RootFS"], found["Config"]["Cmd"])
    if everywhere.about.product != "Podman":  # on a busy machine it may commit the last step, which is metadata, once more
        assert again.image_id == build.image_id


def test_stages_in_parallel_and_one_that_is_not_needed(here: Engine, tag: Tag) -> None:
    salt = secrets.token_hex(6)
    text = f"""FROM busybox AS one
RUN echo {salt}; sleep 1; echo 1 > /1
FROM busybox AS two
RUN echo {salt}; sleep 1; echo 2 > /2
FROM busybox AS unused
RUN exit 1
FROM one
COPY --from=two /2 /
"""
    build = make(text, tag=tag("stages"), context=None, engine=here)
    assert (
        statuses(build) == ["cached", "ran", "cached", "ran", "skipped", "skipped", "metadata", "ran"]
        or statuses(build)[4] == "skipped"
    )
    one, two = build.steps[1], build.steps[3]
    assert max(one.started or 0, two.started or 0) < min(one.finished or 0, two.finished or 0)
    assert [step.stage for step in build.steps] == ["one", "one", "two", "two", "unused", "unused", "stage-3", "stage-3"]


def test_target_arguments_labels_and_hosts(everywhere: Engine, tag: Tag) -> None:
    name = tag("flags")
    text = 'FROM busybox AS first\nARG WHO=nobody\nRUN echo "hello $WHO"; grep -w db /etc/hosts\nFROM first AS second\nRUN exit 1\n'
    build = make(
        text,
        tag=[name],
        context=None,
        target="first",
        build_args={"WHO": secrets.token_hex(4)},
        labels={"lesson": "one two"},
        add_hosts=["db:10.0.0.5"],
        engine=everywhere,
    )
    assert statuses(build)[-2:] == ["skipped", "skipped"]
    assert re.search(r"hello [0-9a-f]{8}\n10\.0\.0\.5\s+db", build.steps[2].log)
    labels = everywhere.api.inspect_image(name)["Config"]["Labels"]
    assert labels["lesson"] == "one two"
    assert labels["dev.dockermagic.version"] == dockermagic.__version__
    assert "dev.dockermagic.notebook" in labels


def test_no_cache_runs_every_step(everywhere: Engine, tag: Tag) -> None:
    text = "FROM busybox\nRUN echo no cache\n"
    for _ in range(2):
        build = make(text, tag=tag("nocache"), context=None, no_cache=True, engine=everywhere)
        assert build.steps[1].status == "ran"


def test_secrets_reach_the_step_and_nothing_else(here: Engine, tmp_path: Path, tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    value = secrets.token_hex(16)
    monkeypatch.setenv("LESSON_TOKEN", value)
    (tmp_path / "file").write_text(value)
    mounts = "--mount=type=secret,id=a --mount=type=secret,id=b"
    text = f"FROM busybox\nRUN {mounts} cmp /run/secrets/a /run/secrets/b && wc -c < /run/secrets/a\n"
    build = make(
        text,
        tag=tag("secret"),
        context=None,
        no_cache=True,
        secrets=["id=a,env=LESSON_TOKEN", f"id=b,src={tmp_path}/file"],
        engine=here,
    )
    assert build.steps[1].log == "32\n"
    saved = build.save(tmp_path / "build.json").read_text()
    assert value not in saved
    assert value not in str(build._repr_mimebundle_())
    history = json.dumps(here.api.history(build.image_id)) + json.dumps(here.api.inspect_image(build.image_id))
    assert value not in history


def test_warnings_are_on_the_row_they_belong_to(engine28: str, tag: Tag) -> None:
    engine = Engine(Address(engine28))
    text = "FROM busybox\nENV SECRET_TOKEN=x\n\nCMD echo hi\n"
    build = make(text, tag=tag("lint"), context=None, engine=engine)
    rules = {warning.rule: (step.line, warning.url) for step in build.steps for warning in step.warnings}
    assert rules["SecretsUsedInArgOrEnv"][0] == 2
    assert rules["JSONArgsRecommended"][0] == 4
    assert all(url.startswith("https://docs.docker.com/") for _, url in rules.values())


def test_here_documents_on_a_new_engine(engine28: str, tag: Tag) -> None:
    text = "FROM busybox\nCOPY <<EOF /greeting\nhello\nEOF\nRUN <<EOF\ncat /greeting\necho two\nEOF\n"
    build = make(text, tag=tag("heredoc"), context=None, no_cache=True, engine=Engine(Address(engine28)))
    assert [(step.line, step.last_line) for step in build.steps] == [(1, 1), (2, 4), (5, 8)]
    assert build.steps[2].log == "hello\ntwo\n"


def test_onbuild_triggers_belong_to_the_from(here: Engine, tag: Tag) -> None:
    base = tag("onbuild")
    make("FROM busybox\nONBUILD RUN echo triggered\nONBUILD WORKDIR /t\n", tag=base, context=None, engine=here)
    build = make(f"FROM {base}\nRUN pwd\n", tag=tag("child"), context=None, no_cache=True, engine=here)
    assert "triggered" in build.steps[0].log
    assert build.steps[1].log == "/t\n"


def test_the_classic_builder(engine20: str, context: Path, tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    engine = Engine(Address(engine20))
    before = {image["Id"] for image in engine.api.images(all=True)}
    assert engine.build_path == "classic"
    text = f'FROM busybox\nENV A=1\nCOPY . /c\n{salted()}\nRUN wc -l /c/*.txt; ls -A /c\nCMD ["x"]\n'
    name = tag("classic")
    build = make(text, tag=name, context=context, engine=engine)
    assert build.path == "classic"
    assert statuses(build) == ["cached", "metadata", "ran", "ran", "ran", "metadata"]
    assert "3 total" in build.steps[4].log
    assert ".dockerfile" not in build.steps[4].log
    assert statuses(make(text, tag=name, context=context, engine=engine)) == [
        "cached",
        "metadata",
        "cached",
        "cached",
        "cached",
        "metadata",
    ]
    error = failing(f"FROM busybox\n{salted()}; exit 9\nRUN x\n", engine, context=None)
    assert statuses(error.build) == ["cached", "failed", "skipped"]
    assert error.build.steps[1].exit_code == 9
    # The classic builder's cache is images without a name; what the failed build left of it goes with the rest.
    MADE.extend((engine, image["Id"]) for image in engine.api.images(all=True) if image["Id"] not in before)


def test_a_recorded_build_draws_the_same_picture(here: Engine, context: Path, tmp_path: Path, tag: Tag) -> None:
    build = make(f"FROM busybox\nCOPY . /c\n{salted()}\n", tag=tag("record"), context=context, engine=here)
    loaded = dockermagic.Build.load(build.save(tmp_path / "build.json"))
    assert loaded.recorded
    assert loaded.steps[2].log == build.steps[2].log
    fresh, recorded = build._repr_mimebundle_()["text/plain"], loaded._repr_mimebundle_()["text/plain"]
    assert "recorded" in recorded
    assert "recorded" not in fresh
    assert set(fresh.splitlines()[1:]) <= set(recorded.splitlines())


def test_stages_that_begin_alike_share_their_first_steps(here: Engine, tag: Tag) -> None:
    salt = secrets.token_hex(6)
    text = f"""FROM busybox AS one
WORKDIR /{salt}
RUN echo one > /1
FROM busybox AS unused
WORKDIR /{salt}
FROM busybox
WORKDIR /{salt}
COPY --from=one /1 /
"""
    build = make(text, tag=tag("alike"), context=None, engine=here)
    assert statuses(build) == ["cached", "ran", "ran", "skipped", "skipped", "cached", "ran", "ran"]


def test_proxies_of_dockers_config_reach_the_steps(here: Engine, tag: Tag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"http://proxy-{secrets.token_hex(3)}:3128"
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": {"httpProxy": proxy}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    build = make("FROM busybox\nRUN echo $HTTP_PROXY $http_proxy\n", tag=tag("proxy"), context=None, no_cache=True, engine=here)
    assert build.steps[1].log == f"{proxy} {proxy}\n"
