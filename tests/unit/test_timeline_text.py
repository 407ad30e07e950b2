"""The picture of a build as text, for terminals and pipes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.builds.lines import told
from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer, bundle
from dockermagic.views.cells import width_of
from tests.unit import examples as x
from tests.unit.hostile_corpus import hostile_build

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

FAILED = """\
✗ failed  api:dev  1.7 s  Docker Engine 20.10.24
     instruction                          status      0      0.5 s  1 s              time     size
     Send the build context               ✓ done       ▒ 48.2 kB sent               0.0 s
  1  FROM python:3.12-slim                ◇ cached     ░ image already here         0.0 s
  2  WORKDIR /app                         ◇ cached     ░                            0.0 s
  3  COPY requirements.txt .              ◇ cached     ░                            0.0 s
  4  RUN pip install -r requirements.txt  ✗ failed      █████████████████████       1.5 s
     exit code 1: the command failed; 0 would be success
     │ Collecting flask==3.0.3
     │   Downloading flask-3.0.3-py3-none-any.whl (101 kB)
     │ ERROR: Could not find a version that satisfies the requirement reqests
     │ ERROR: No matching distribution found for reqests
  5  COPY . .                             – skipped   not reached
  6  EXPOSE 8000                          – skipped   not reached
  7  CMD ["python", "app.py"]             – skipped   not reached

0 ran, 3 cached, 1 failed, 3 skipped · 1.5 s of work in 1.7 s by the clock
The same with the docker command:
  docker build -t api:dev ."""


def test_a_failed_build_as_text() -> None:
    assert bundle(x.failing())["text/plain"] == FAILED


@pytest.mark.parametrize("width", [24, 40, 63, 64, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for build in (x.multi(), x.failing(), x.at(x.multi_start(), x.multi_events(), 1.6)):
        for line in BuildDrawer().rows(build, x.START + 1.6, width, 0):
            assert width_of("".join(piece for piece, _ in line)) <= width


@pytest.mark.parametrize("height", [8, 14, 24])
def test_what_runs_is_in_sight_however_low_the_terminal(height: int) -> None:
    build = x.at(x.multi_start(), x.multi_events(), 7.5)
    lines = ["".join(piece for piece, _ in line) for line in BuildDrawer().rows(build, x.START + 7.5, 100, height)]
    assert len(lines) <= height
    assert any("► running" in line or "218 modules" in line for line in lines)
    assert any("above" in line for line in lines)


def test_everything_is_there_without_a_limit() -> None:
    text = bundle(x.multi())["text/plain"]
    for step in x.multi().steps:
        assert re.search(rf"^ *{step.line}  {step.keyword}", text, re.M)
    assert "∥ ran in parallel with assets" in text


@pytest.mark.parametrize("outcome", ["failed", "running"])
def test_hostile_text_moves_no_cursor(outcome: str) -> None:
    build = hostile_build(outcome)
    text = BuildDrawer().text(build, x.START + 1, 80)
    assert not CONTROL.search(text)
    for line in told(None, build):
        assert not CONTROL.search(line)
        assert "\n" not in line


def plain(builds: list[Build | None]) -> list[str]:
    return [line for old, new in pairwise(builds) if new is not None for line in told(old, new)]


def test_plain_lines_of_the_first_lesson() -> None:
    start = x.hello_start()
    builds: list[Build | None] = [None, start]
    for event in x.hello_events():
        builds.append(x.fold(builds[-1] or start, [event]))
    lines = plain(builds)
    assert lines[0] == "line 5: ENV MODE=demo: metadata only, no layer"
    assert lines[2:] == [
        "building hello:1 with Docker Engine 20.10.24",
        "context: 3.21 kB sent",
        "line 1: FROM busybox",
        "line 1: FROM busybox: cached",
        "line 2: WORKDIR /app",
        "line 2: ran in 0.1 s",
        "line 3: COPY . .",
        "line 3: ran in 0.1 s",
        "line 4: RUN echo compiling; sleep 1; wc -l *.txt > /app/report",
        "line 4 | compiling",
        "line 4: ran in 1.2 s",
        (
            "line 6: warning JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to"
            " OS signals (https://docs.docker.com/go/dockerfile/rule/json-args-recommended/)"
        ),
        (
            "succeeded in 1.8 s: 3 ran, 1 cached, 2 metadata only, 1.5 s of work in 1.8 s by the clock,"
            " image sha256:1a2e4884c8f98e0bc98b1492a6efaed7f3a02def92690b8d8a0d5eefee69f549, 4.26 MB in total"
        ),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab\n\r", max_size=12), max_size=600), st.data())
def test_each_log_line_is_told_once_however_updates_fall(chunks: list[str], data: st.DataObject) -> None:
    events = [x.ev.StepStarted(x.START, 3), *(x.ev.StepLogged(x.START, 3, 1, text) for text in chunks)]
    events = [*events, x.ev.StepFinished(x.START + 1, 3, "ran")]
    once = [line for line in told(x.hello_start(), x.fold(x.hello_start(), events)) if line.startswith("line 4 |")]
    builds: list[Build | None] = [x.hello_start()]
    places = sorted(data.draw(st.sets(st.integers(0, len(events)), max_size=20)) | {len(events)})
    last = 0
    for place in places:
        builds.append(x.fold(builds[-1] or x.hello_start(), events[last:place]))
        last = place
    assert [line for line in plain(builds) if line.startswith("line 4 |")] == once
