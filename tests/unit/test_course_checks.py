"""Checks without an engine: claims about Dockerfiles and builds, what is said when they do not hold, and hints that go further."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from dockermagic import CheckFailed, UsageError
from dockermagic.course.check import Check
from dockermagic.course.fates import fate, hints_to_run
from dockermagic.course.ports import Published, read_published
from dockermagic.course.progress import Progress
from dockermagic.course.sizes import read_size
from dockermagic.course.verdicts import Claim, failed, hint_for
from tests.unit.replay import EVERY, Recording, load, replay

GOOD = (
    "FROM node:20-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm install\nCOPY . .\nCMD node src/index.js\n"
)
SLOW = "FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD node src/index.js\n"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    return Check(progress=Progress("test", tmp_path))


def refused(claims: Any) -> CheckFailed:
    with pytest.raises(AssertionError) as caught:
        claims()
    assert isinstance(caught.value, CheckFailed)
    return caught.value


def test_hints_go_further_each_time_and_the_last_one_stays() -> None:
    hints = ("nudge", "pointer", "answer")
    told = [hint_for(hints, attempt) for attempt in (1, 2, 3, 4)]
    assert told == ["nudge (Run it again for more.)", "pointer (Run it again for more.)", "answer", "answer"]
    assert hint_for((), 1) == ""
    assert hint_for(("only",), 1) == "only"


def test_a_failure_says_what_was_claimed_what_was_seen_and_a_hint() -> None:
    error = failed(Claim("container web", "is running", False, "It is paused.", ("It sleeps.",)), 1)
    assert error.message == "Not yet: container web is running.\nIt is paused."
    assert error.hint == "It sleeps."
    assert error.claim is not None
    assert error.claim.sentence == "container web is running"


@pytest.mark.parametrize(
    ("written", "host", "inside"),
    [
        ("3000->3000", 3000, "3000/tcp"),
        ("8080:80/udp", 8080, "80/udp"),
        ("8080→80", 8080, "80/tcp"),
        (" 8080 -> 80 ", 8080, "80/tcp"),
        ("80", None, "80/tcp"),
    ],
)
def test_ports_are_read(written: str, host: int | None, inside: str) -> None:
    found = Published.read(written)
    assert (found.host, found.inside) == (host, inside)
    assert Published.read(str(found)) == found


@given(text=st.text() | st.from_regex(r"[0-9:>/ a-z-]{1,12}", fullmatch=True))
def test_what_is_no_port_or_size_is_refused_in_words(text: str) -> None:
    for reader in (Published.read, read_size):
        said = repr(text)
        with contextlib.suppress(ValueError):
            reader(text)  # type: ignore[operator]  # both take text
            said = ""
        if said:
            with pytest.raises(ValueError, match=re.escape(said)):
                reader(text)  # type: ignore[operator]


@given(host=st.integers(1, 65535), container=st.integers(1, 65535), kind=st.sampled_from(["tcp", "udp", "sctp"]))
def test_what_the_engine_tells_is_what_a_check_reads(host: int, container: int, kind: str) -> None:
    about = {"NetworkSettings": {"Ports": {f"{container}/{kind}": [{"HostIp": "0.0.0.0", "HostPort": str(host)}] * 2}}}
    (found,) = read_published(about)
    assert Published.read(f"{host}->{container}/{kind}").fits(found)
    assert Published.read(f"{container}/{kind}").fits(found)
    assert not Published.read(f"{host % 65535 + 1}->{container}/{kind}").fits(found)


@pytest.mark.parametrize(
    ("text", "size"), [("200 MB", 200_000_000), ("1.5GiB", 1_610_612_736), ("10", 10), ("3k", 3000), (7, 7), ("0.5 kb", 500)]
)
def test_sizes_are_read_as_docker_writes_them(text: str | int, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    ("state", "said", "hinted"),
    [
        ({"Status": "exited", "ExitCode": 127}, "exited with 127: the command was not found", "docker logs web"),
        ({"Status": "exited", "ExitCode": 137, "OOMKilled": True}, "out of memory", "docker logs web"),
        ({"Status": "exited", "ExitCode": 0}, "nothing more to do", "as long as its program does"),
        ({"Status": "exited", "ExitCode": 9}, "something went wrong", "docker logs web"),
        ({"Status": "created", "ExitCode": 0}, "is created", "never started"),
        ({"Status": "paused", "ExitCode": 0}, "is paused", "sleeps"),
    ],
)
def test_what_became_of_a_container_is_told(state: dict[str, Any], said: str, hinted: str) -> None:
    assert said in fate("web", state)
    hints = hints_to_run("web", state)
    assert hinted in hints[0]
    assert len(hints) == 3


def test_a_dockerfile_that_is_right(check: Check) -> None:
    found = check.dockerfile(GOOD).starts_from("node").copies("package.json").before("npm install").copies(".").after("npm install")
    assert len(found.claims) == 5
    found = check.dockerfile('FROM a AS b\nRUN x\nFROM c\nCOPY ["one file", "./two", "/to/"]\nUSER app\n')
    found.has_stages(2).uses("user").after("COPY").copies("one file").copies("two").runs("x")


@pytest.mark.parametrize(
    ("claim", "saw", "hint"),
    [
        (lambda d: d.copies("package.json"), "no COPY names it", "everything does not count"),
        (lambda d: d.copies(".").before("npm install").after("npm install"), "Lines 3 and 4", "What changes more often?"),
        (lambda d: d.copies(".").after("npm install"), "Lines 3 and 4", "What changes more often?"),
        (lambda d: d.copies(".").before("pip install"), "No other line", "is missing"),
        (lambda d: d.uses("HEALTHCHECK"), "no line begins", "HEALTHCHECK is missing"),
        (lambda d: d.has_stages(2), "It has 1", "Each FROM"),
        (lambda d: d.starts_from("python"), "FROM node:20-alpine", "first line"),
        (lambda d: d.runs("yarn"), "no RUN holds it", "RUN yarn"),
    ],
)
def test_a_dockerfile_that_is_wrong(check: Check, claim: Any, saw: str, hint: str) -> None:
    error = refused(lambda: claim(check.dockerfile(SLOW)))
    assert saw in error.message
    assert hint in error.hint


def test_the_hint_for_the_order_names_the_line_to_move_the_second_time(check: Check) -> None:
    def wrong() -> CheckFailed:
        return refused(lambda: check.dockerfile(SLOW).copies(".").after("npm install"))

    assert "more often" in wrong().hint
    assert "Move line 3 down: it belongs below line 4" in wrong().hint


def recorded(name: str) -> Recording:
    return load(next(path for path in EVERY if path.parent.name == "buildkit-28" and path.stem == name))


def test_a_build(check: Check) -> None:
    cached = replay(recorded("cached"))
    step = next(step for step in cached.steps if step.status == "cached" and step.keyword == "RUN")
    assert "came from the cache" in repr(check.build(cached).succeeded().step(step.name).is_cached())
    error = refused(lambda: check.build(cached).step(step.name).ran())
    assert "cached" in error.message
    error = refused(lambda: check.build(cached).step("npm install"))
    assert "Steps with it: none" in error.message
    assert "More of the instruction" in refused(lambda: check.build(cached).step("")).hint

    broken = replay(recorded("failing-run"))
    error = refused(lambda: check.build(broken).succeeded())
    assert "failed" in error.message
    ran = next(step for step in replay(recorded("plain")).steps if step.status == "ran" and step.keyword == "RUN")

    def not_cached() -> CheckFailed:
        return refused(lambda: check.build(replay(recorded("plain"))).step(ran.name).is_cached())

    hints = [not_cached().hint for _ in range(3)]
    assert "Which step above it" in hints[0]
    assert "COPY above this step" in hints[1]
    assert "COPY package.json first" in hints[2]


def test_what_is_no_build_is_a_slip_that_is_told(check: Check) -> None:
    with pytest.raises(UsageError, match="wants a build"):
        check.build(None)  # type: ignore[arg-type]  # what a learner may give


def test_a_check_that_fails_is_shown_without_a_traceback_and_one_that_holds_as_a_card(check: Check, capsys: Any) -> None:
    shell = InteractiveShell()
    shell.user_ns.update(check=check, text=SLOW)
    assert isinstance(shell.run_cell("check.dockerfile(text).copies('package.json')").error_in_exec, CheckFailed)
    told = "".join(capsys.readouterr())
    assert "Not yet: the Dockerfile copies package.json." in told
    assert "Traceback" not in told
    bundle = check("Order").dockerfile(GOOD).copies("package.json")._repr_mimebundle_()
    assert "✓ the Dockerfile copies package.json" in bundle["text/plain"]
    assert "✓" in bundle["text/html"]
    assert "Order" in check.progress.exercises
