"""`%%compose` on real engines: what runs, what is drawn, what is said when it goes wrong."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from dockermagic.compose import record
from dockermagic.compose.errors import ComposeCancelled, ComposeFailed, ComposeFileError
from dockermagic.compose.picture import StackDrawer
from tests.engine.composing import Desk, desk
from tests.rig.processes import await_fact

__all__ = ["desk"]
pytestmark = [pytest.mark.engine, pytest.mark.again]

RACE = """\
services:
  db:
    image: busybox
    command: sh -c "sleep 1.5; touch /ready; echo accepting; exec nc -ll -p 5432 -e cat"
    expose: ["5432"]
    environment: {POSTGRES_PASSWORD: hunter22}
    volumes: ["data:/data"]
HEALTHCHECK
  api:
    image: busybox
    command: >-
      sh -c 'echo starting; until nc -w 1 db 5432 -e true; do echo connect to db failed, ECONNREFUSED hunter22; sleep 0.2; done;
      echo connected; exec sleep 600'
    depends_on:
      db: {condition: CONDITION}
volumes: {data: {}}
"""
WITHOUT = RACE.replace("HEALTHCHECK\n", "").replace("CONDITION", "service_started")
WITH = RACE.replace(
    "HEALTHCHECK", '    healthcheck: {test: ["CMD", "test", "-f", "/ready"], interval: 300ms, retries: 30}'
).replace("CONDITION", "service_healthy")


def test_without_a_health_check_the_race_is_seen(desk: Desk) -> None:
    stack = desk.type("-d", WITHOUT)
    assert await_fact(lambda: all(any(m.kind == k for m in stack.model.marks) for k in ("failed", "accepts")), 15), (
        stack.model.marks
    )
    marks = stack.model.marks
    failed = next(mark for mark in marks if mark.kind == "failed")
    accepts = next(mark for mark in marks if mark.kind == "accepts")
    assert failed.time < accepts.time
    assert (failed.service, accepts.port) == ("db", 5432)
    assert 1.2 < stack.ready_after["db"] < 4
    assert "before it was ready" in StackDrawer().text(stack.model, time.time(), 200)
    assert stack.services["api"].state == "running"
    assert "connected" in stack.services["api"].logs() or await_fact(lambda: "connected" in stack.services["api"].logs(), 10)


def test_a_service_that_is_started_anew_is_asked_anew(desk: Desk) -> None:
    stack = desk.type("-d", WITHOUT)

    def accepted() -> list[float]:
        return [mark.time for mark in stack.model.marks if mark.kind == "accepts"]

    assert await_fact(lambda: bool(accepted()), 15), stack.model.marks
    (first,) = accepted()
    assert desk.type("restart -t 0 db") is None
    restarted = time.time()
    assert await_fact(lambda: accepted() and accepted() != [first], 20), stack.model.marks
    (second,) = accepted()
    assert second > restarted - 1
    assert 1.2 < stack.ready_after["db"] < 6, "from the new start to the new connection"


def test_with_one_there_is_none(desk: Desk) -> None:
    stack = desk.type("-d", WITH)
    assert await_fact(lambda: any(m.kind == "line" and m.text == "starting" for m in stack.model.marks), 15)
    assert not [mark for mark in stack.model.marks if mark.kind == "failed"]
    assert stack.services["db"].health == "healthy"
    assert stack.ready_after["db"] > 1.2


def test_nothing_secret_is_drawn_or_saved(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = desk.type("-d", WITHOUT)
    assert await_fact(lambda: any(mark.kind == "failed" for mark in stack.model.marks), 15)
    desk.type("logs")
    desk.type("config")
    saved = stack.save(tmp_path / "stack.json")
    drawn = StackDrawer().bundle(stack.model)
    printed = capsys.readouterr()
    for text in (saved.read_text(), drawn["text/html"], drawn["text/plain"], printed.out, printed.err):
        assert "hunter22" not in text
    assert record.load(saved).project == stack.model.project


def test_what_happens_later_is_seen(desk: Desk) -> None:
    stack = desk.type("-d", "services:\n  a: {image: busybox, command: sleep 600}\n")
    desk.type("up -d --scale a=3")
    again = desk.type("up -d --scale a=3 --as again") or desk.ns["again"]
    assert await_fact(lambda: len(again.model.replicas("a")) == 3, 10)
    desk.type("stop -t 0 a")
    assert await_fact(lambda: again.services["a"].state == "exited", 10)
    desk.type("start a")
    assert await_fact(lambda: again.services["a"].state == "running", 10)
    again.act(f"kill {again.model.replicas('a')[0].id}")
    assert await_fact(lambda: again.services["a"].exit_code == 137, 10)
    assert await_fact(lambda: stack.services["a"].exit_code == 137, 10)  # the picture of the first cell goes on as well


def test_volumes_survive_down_and_not_down_v(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    cell = "services:\n  a:\n    image: busybox\n    command: sleep 600\n    volumes: ['data:/data']\nvolumes: {data: {}}\n"
    desk.type("-d", cell)
    desk.type("exec a sh -c 'echo kept > /data/x'")
    desk.type("down -t 0")
    assert desk.left() == [f"{desk.name}_data"]
    desk.type("-d", cell)
    capsys.readouterr()
    desk.type("exec a cat /data/x")
    assert capsys.readouterr().out == "kept\n"
    desk.type("down -v -t 0")
    told = capsys.readouterr().out
    assert f"{desk.name}_data" in told
    assert "for good" in told
    assert " B" in told
    assert desk.left() == []


FAILURES = [
    ("services:\n  a: {image: busybox, command: 'false'}\n", "--wait", "a ended at once, with exit code 1"),
    (
        "services:\n  a: {image: busybox, command: sleep 60, healthcheck: {test: 'echo ill; false', interval: 99ms, retries: 2}}\n",
        "--wait", "health check of a never passed",
    ),
    ("services:\n  a: {image: busybox, command: no-such-program}\n", "-d", "no program no-such-program"),
    ("services:\n  a: {image: localhost:1/not/here:1}\n", "-d", "localhost:1/not/here:1"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "flags", "told"), FAILURES)
def test_one_clear_message(desk: Desk, cell: str, flags: str, told: str) -> None:
    with pytest.raises(ComposeFailed) as caught:
        desk.type(flags, cell)
    assert told in str(caught.value), str(caught.value)
    assert caught.value.stack.model.exit_code
    assert "✗" in StackDrawer().text(caught.value.stack.model, time.time(), 120)
    assert desk.type(f"{flags} --no-raise", cell) is not None


def test_a_port_that_is_taken(desk: Desk) -> None:
    one = "{image: busybox, command: sleep 60, ports: ['18099:80']}"
    cell = f"services:\n  a: {one}\n  b: {one}\n"
    with pytest.raises(ComposeFailed, match=r"cannot have port 18099|Port 18099 cannot be had") as caught:
        desk.type("-d", cell)
    assert "%docker ps" in caught.value.hint


def test_slips_that_compose_finds(desk: Desk) -> None:
    with pytest.raises(ComposeFileError) as caught:
        desk.type("-d", "services:\n  a:\n    image: busybox\n    depends_on: [b]\n  b:\n    image: busybox\n    depends_on: [a]\n")
    assert caught.value.line in (4, 7)
    assert "circle" in caught.value.message
    with pytest.raises(ComposeFileError) as caught:
        desk.type("-d", "services:\n  a:\n    image: busybox\n    prots: ['80']\n")
    assert (caught.value.line, "ports" in caught.value.hint) == (4, True)
    assert desk.left() == []


def test_paths_and_env_files_count_from_the_notebook(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "x").write_text("from the notebook\n")
    (tmp_path / ".env").write_text("WHAT=busybox\n")
    cell = "services:\n  a:\n    image: ${WHAT}\n    command: sleep 600\n    volumes: ['./site:/site:ro']\n"
    desk.type("-d", cell)
    desk.type("exec a cat /site/x")
    assert capsys.readouterr().out.endswith("from the notebook\n")


def test_services_are_built_here_and_tagged_as_compose_does(desk: Desk, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(f"FROM busybox\nRUN echo {desk.name} {name} > /built\nCMD sleep 600\n")
    cell = "services:\n  one: {build: ./one}\n  two: {build: {context: ./two}}\n"
    stack = desk.type("-d", cell)
    assert {name: build.outcome for name, build in stack.model.builds} == {"one": "succeeded", "two": "succeeded"}
    image = desk.engine.api.inspect_image(f"{desk.name}-one")
    assert image["Config"]["Labels"]["com.docker.compose.service"] == "one"
    assert stack.services["two"].state == "running"
    assert not desk.type("-d", cell).model.builds  # both images are there
    (tmp_path / "two" / "Dockerfile").write_text("FROM busybox\nRUN echo it fails; false\n")
    with pytest.raises(ComposeFailed, match="build of two failed") as caught:
        desk.type("-d --build", cell)
    assert dict(caught.value.stack.model.builds)["two"].outcome == "failed"


def test_an_attached_up_stops_its_services_when_interrupted(desk: Desk) -> None:
    def interrupt() -> None:
        watch = desk.session.watch
        await_fact(
            lambda: any(
                "running" in str(each)
                for each in desk.engine.api.containers(filters={"label": f"com.docker.compose.project={desk.name}"})
            ),
            20,
        )
        assert watch
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        stack = desk.type(
            "", "services:\n  a: {image: busybox, command: sh -c 'echo hello; exec sleep 600', stop_grace_period: 0s}\n"
        )
    finally:
        thread.join()
    assert stack.model.interrupted
    assert "hello" in stack.model.output.text() or stack.model.containers.items[0].output
    assert await_fact(lambda: stack.services["a"].state == "exited", 10)


def test_an_interrupted_command_is_an_interrupt(desk: Desk) -> None:
    desk.type("-d", "services:\n  a: {image: busybox, command: sleep 600}\n")
    (container,) = desk.engine.api.containers(filters={"label": f"com.docker.compose.project={desk.name}"})

    def interrupt() -> None:
        # Seen inside, it has been asked for by a program that hears interrupts.
        if await_fact(lambda: "sleep 61" in str(desk.engine.api.top(container["Id"])["Processes"]), 20):
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(ComposeCancelled):
        desk.type("exec a sleep 61")
    thread.join()


def test_down_cleans_up_after_a_broken_cell(desk: Desk) -> None:
    desk.type("-d", "services:\n  a: {image: busybox, command: sleep 600}\n")
    with pytest.raises(ComposeFileError):
        desk.type("-d", "services:\n  a: {image: busybox, depends_on: [b]}\n")
    desk.type("down -t 0")
    assert desk.left() == []
