"""Builds on real engines, through every path, from request to result."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.errors import NotFound

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from tests.rig import leftovers
from tests.rig.engines import Engine as Handle

pytestmark = pytest.mark.engine

Tag = Callable[[str], str]


MADE: list[tuple[Engine, str]] = []


def make(text: str, *, engine: Engine, **options: object) -> Build:
    """Build, and remember the image so that it is removed when the test ends, its name taken by a newer one or not."""
    build = dockermagic.build(text, engine=engine, **options)  # type: ignore[arg-type]  # whatever the case gives
    MADE.append((engine, build.image_id))
    return build


@pytest.fixture(autouse=True)
def _removed() -> Iterator[None]:
    yield
    for engine, image in reversed(MADE):
        with contextlib.suppress(NotFound):
            engine.api.remove_image(image, force=True)
        engine.close()
    MADE.clear()


@pytest.fixture
def here(docker_engine: str) -> Iterator[Engine]:
    engine = Engine(Address(docker_engine))
    yield engine
    engine.close()


@pytest.fixture
def everywhere(any_engine: str) -> Iterator[Engine]:
    engine = Engine(Address(any_engine))
    yield engine
    engine.close()


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text(f"{secrets.token_hex(8)}\n")
    (tmp_path / "two.txt").write_text("two\n2\n")
    return tmp_path


def salted() -> str:
    """Give an instruction that no cache holds."""
    return f"RUN echo {secrets.token_hex(8)}"


def statuses(build: Build) -> list[str]:
    return [step.status for step in build.steps]


def failing(text: str, engine: Engine, **options: object) -> dockermagic.BuildFailed:
    with pytest.raises(dockermagic.BuildFailed) as caught:
        make(text, engine=engine, **options)
    return caught.value


def test_the_first_build_of_the_readme(everywhere: Engine, context: Path, tag: Tag) -> None:
    name = tag("hello")
    text = f'FROM busybox\nWORKDIR /app\nENV A={secrets.token_hex(4)}\nCOPY . .\nRUN echo compiling; wc -l *.txt > report\nCMD ["cat", "report"]\n'
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
    assert again.image_id == build.image_id


def test_the_context_arrives_whole(everywhere: Engine, tmp_path: Path, tag: Tag) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep" / "er" / "ü ñ.txt").write_text("x")
    (tmp_path / "big").write_bytes(os.urandom(3_000_000))
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o750)
    (tmp_path / "link").symlink_to("deep/er")
    os.link(tmp_path / "tool", tmp_path / "twin")
    (tmp_path / "left.out").write_text("x")
    (tmp_path / ".dockerignore").write_text("*.out\n.dockerignore\n")
    text = "FROM busybox\nCOPY . /c\nRUN cd /c; find . | sort; stat -c '%a %u:%g %h %n' tool; sha256sum big; readlink link\n"
    build = make(text, tag=tag("whole"), context=tmp_path, no_cache=True, engine=everywhere)
    log = build.steps[2].log.splitlines()
    assert log[:10] == [
        ".",
        "./big",
        "./deep",
        "./deep/er",
        "./deep/er/ü ñ.txt",
        "./empty",
        "./link",
        "./tool",
        "./twin",
        "750 0:0 2 tool",
    ]
    import hashlib

    assert log[10].split()[0] == hashlib.sha256((tmp_path / "big").read_bytes()).hexdigest()
    assert log[11] == "deep/er"
    assert build.transfer is not None
    assert build.transfer.finished
    assert build.transfer.current >= 3_000_000


def test_the_dockerfile_is_no_part_of_the_context(everywhere: Engine, context: Path, tag: Tag) -> None:
    text = f"FROM busybox\nCOPY . /c\n{salted()}\nRUN ls -A /c\n"
    build = make(text, tag=tag("alone"), context=context, no_cache=True, engine=everywhere)
    assert [name for name in build.steps[3].log.split() if name != ".dockerignore"] == ["one.txt", "two.txt"]


def test_an_empty_context(everywhere: Engine, tag: Tag) -> None:
    build = make(f"FROM busybox\n{salted()}\n", tag=tag("empty"), context=None, engine=everywhere)
    assert statuses(build) == ["cached", "ran"]


def test_a_failing_command(everywhere: Engine) -> None:
    marker = secrets.token_hex(6)
    error = failing(f"FROM busybox\nRUN echo {marker}; echo wrong >&2; exit 7\nENV A=1\nRUN echo never\n", everywhere, context=None)
    assert statuses(error.build) == ["cached", "failed", "skipped", "skipped"]
    assert error.build.steps[1].exit_code == 7
    assert "line 2: RUN echo" in error.message
    assert "exit code 7" in error.message
    assert "wrong" in error.message
    assert marker in error.build.steps[1].log
    assert error.hint


def test_a_missing_file(everywhere: Engine, context: Path) -> None:
    error = failing("FROM busybox\nCOPY nowhere.txt /\nRUN echo never\n", everywhere, context=context)
    assert statuses(error.build) == ["cached", "failed", "skipped"]
    assert "line 2: COPY nowhere.txt /" in error.message
    assert "“nowhere.txt” is not in the build context" in error.hint


def test_a_missing_base_image(everywhere: Engine) -> None:
    error = failing("FROM localhost:9/no/such:image\nRUN echo never\n", everywhere, context=None)
    assert statuses(error.build) == ["failed", "skipped"]
    assert "line 1: FROM localhost:9/no/such:image" in error.message


def test_a_missing_command_is_hinted_at(everywhere: Engine) -> None:
    error = failing(f"FROM busybox\nRUN nosuch{secrets.token_hex(3)}\n", everywhere, context=None)
    assert error.build.steps[1].exit_code == 127
    assert "not found" in error.hint


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
    assert one.started is not None and two.started is not None and one.finished is not None and two.finished is not None
    assert max(one.started, two.started) < min(one.finished, two.finished)
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
    text = "FROM busybox\nRUN --mount=type=secret,id=a --mount=type=secret,id=b cmp /run/secrets/a /run/secrets/b && wc -c < /run/secrets/a\n"
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


def test_a_required_secret_that_was_not_given(here: Engine) -> None:
    error = failing("FROM busybox\nRUN --mount=type=secret,id=key,required=true cat /run/secrets/key\n", here, context=None)
    assert statuses(error.build) == ["cached", "failed"]
    assert "--secret" in error.hint


def test_an_interrupt_stops_the_engine_within_a_second(everywhere: Engine, handle: Callable[[str], Handle]) -> None:
    mark = f"{secrets.randbelow(10**6) + 10**6}"
    text = f"FROM busybox\nRUN echo begun; sleep {mark}\nRUN echo never\n"
    before = leftovers.take_stock(handle(everywhere.address.url))
    pressed = threading.Event()

    def press() -> None:
        while not running(mark):
            time.sleep(0.02)
        pressed.set()
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=press, daemon=True)
    watcher.start()
    with pytest.raises(dockermagic.BuildCancelled) as caught:
        make(text, context=None, engine=everywhere)
    began = time.monotonic()
    assert pressed.is_set()
    assert statuses(caught.value.build) == ["cached", "cancelled", "skipped"]
    assert caught.value.build.outcome == "cancelled"
    while running(mark) and time.monotonic() < began + 30:
        time.sleep(0.02)
    assert time.monotonic() - began < 1.0
    assert make(f"FROM busybox\n{salted()}\n", context=None, engine=everywhere).succeeded
    after = leftovers.take_stock(handle(everywhere.address.url))
    assert not [thing for thing in after.missing_from(before) if thing[0] == "container"]


def running(mark: str) -> bool:
    """Whether a process on this machine sleeps for this many seconds."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words and any(word.endswith(b"sleep") for word in words):
            return True
    return False


def test_an_edit_that_keeps_size_and_time_is_seen(here: Engine, context: Path, tag: Tag) -> None:
    path = context / "one.txt"
    text = "FROM busybox\nCOPY one.txt /\nRUN cat /one.txt\n"
    name = tag("edit")
    one, two = secrets.token_hex(8), secrets.token_hex(8)
    path.write_text(one)
    make(text, tag=name, context=context, engine=here)
    info = path.stat()
    path.write_text(two)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    build = make(text, tag=name, context=context, engine=here, no_cache=False)
    assert build.steps[1].status == "ran"
    assert build.steps[2].log == two


def test_touching_a_file_does_not_break_the_cache(everywhere: Engine, context: Path, tag: Tag) -> None:
    text = f"FROM busybox\n{salted()}\nCOPY one.txt /\nRUN cat /one.txt\n"
    name = tag("touch")
    make(text, tag=name, context=context, engine=everywhere)
    os.utime(context / "one.txt", (1, 1))
    assert statuses(make(text, tag=name, context=context, engine=everywhere)) == ["cached"] * 4


def test_only_what_changed_is_sent_again(here: Engine, context: Path, tag: Tag) -> None:
    (context / "large").write_bytes(os.urandom(2_000_000))
    text = "FROM busybox\nCOPY . /c\n"
    name = tag("again")
    first = make(text, tag=name, context=context, engine=here)
    (context / "one.txt").write_text("changed")
    second = make(text, tag=name, context=context, engine=here)
    assert first.transfer is not None and second.transfer is not None
    assert first.transfer.current == 2_000_000 + 17 + 6
    assert second.transfer.current == len("changed")


def test_a_large_context_says_so_while_it_goes_on(everywhere: Engine, tmp_path: Path, tag: Tag) -> None:
    for folder, size in (("data", 60), ("models", 45), ("src", 1), ("tiny", 0)):
        (tmp_path / folder).mkdir()
        with (tmp_path / folder / "file").open("wb") as file:
            file.truncate(size * 1_000_000)
    build = make("FROM busybox\nCOPY src /src\nCOPY . /all\n", tag=tag("large"), context=tmp_path, engine=everywhere)
    (note,) = build.notes
    assert "106 MB in 4 files" in note
    assert note.index("data/ 60 MB") < note.index("models/ 45 MB") < note.index("src/ 1 MB")
    assert "tiny" not in note


def test_a_huge_log_is_kept_and_does_not_stall(everywhere: Engine) -> None:
    text = f"FROM busybox\nRUN echo {secrets.token_hex(4)}; seq 1 20000; echo the end; exit 3\n"
    error = failing(text, everywhere, context=None)
    lines = error.build.steps[1].log.splitlines()
    assert "the end" in lines[-1] or any("clipped" in line for line in lines)
    assert len(lines) > 5_000


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


def test_here_documents_on_an_old_engine_are_explained(engine20: str) -> None:
    error = failing("FROM busybox\nRUN <<EOF\ncat /greeting\nEOF\n", Engine(Address(engine20)), context=None)
    assert error.build.steps[1].status == "failed"
    assert "here-document" in error.hint


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
