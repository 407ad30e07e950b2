"""`docker create` and `%docker create` make the same container of the same line; what one refuses, the other refuses as well.

What is sent is compared for every line; what an engine makes of it for three lines of five, on each engine.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockermagic.containers.options.older import adapted, read_version
from dockermagic.containers.request import read_create
from dockermagic.errors import DockerMagicError, UsageError
from tests.engine.create_bench import Bench, Recorder, by_command_line, comparable, differences
from tests.rig import clients
from tests.rig.clients import Cli
from tests.rig.fixtures import had
from tests.unit.create_lines import ENVIRONMENT, LINES, REFUSED, plant

pytestmark = pytest.mark.again

Pair = tuple[Recorder, Cli, Path]
CREATED = [line for number, line in enumerate(LINES) if number % 5 in (0, 2, 4)]


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = plant(tmp_path_factory.mktemp("lines"))
    path = tmp_path_factory.mktemp("engine") / "docker.sock"
    cli = had(lambda: clients.new(f"unix://{path}"))
    for each in Recorder(path, "1.50").serve():
        yield each, cli, folder


@pytest.fixture(scope="module")
def bench(docker_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = plant(tmp_path_factory.mktemp("lines"))
    yield from Bench(docker_engine, had(lambda: clients.new(docker_engine)), folder).furnish()


def test_there_are_enough_lines() -> None:
    assert len(LINES) >= 220
    assert len(CREATED) >= 140
    assert len(REFUSED) >= 130
    assert len({*LINES, *REFUSED}) == len(LINES) + len(REFUSED)


def by_us(line: str, folder: Path, api: str) -> tuple[str, dict[str, Any]]:
    request = read_create(line, folder, {**os.environ, **ENVIRONMENT})
    assert request is not None
    query = {"name": request.name, "platform": request.platform.replace("/", "%2F")}
    body = json.loads(json.dumps(adapted(request.body, request.given, read_version(api))))
    return "&".join(f"{key}={value}" for key, value in query.items() if value), unordered(body)


def unordered(body: dict[str, Any]) -> dict[str, Any]:
    """Sort what the command line sends in an order of chance."""
    body["Env"] = body["Env"] and sorted(body["Env"])
    body["HostConfig"]["Binds"] = body["HostConfig"]["Binds"] and sorted(body["HostConfig"]["Binds"])
    return body


@pytest.mark.parametrize("line", LINES)
def test_the_engine_is_asked_the_same(line: str, recorder: Pair) -> None:
    engine, cli, folder = recorder
    engine.asked.clear()
    done = by_command_line(cli, line, folder)
    (folder / "made.cid").unlink(missing_ok=True)
    if done.returncode:
        with pytest.raises(DockerMagicError):
            by_us(line, folder, engine.api)
        return
    ((query, body),) = engine.asked
    ours = by_us(line, folder, engine.api)
    assert ours[0] == query
    assert differences(unordered(body), ours[1]) == []


@pytest.mark.parametrize("line", REFUSED)
def test_what_docker_refuses_is_refused(line: str, recorder: Pair) -> None:
    engine, cli, folder = recorder
    engine.asked.clear()
    assert by_command_line(cli, line, folder).returncode
    assert engine.asked == []
    with pytest.raises(UsageError) as refused:
        by_us(line, folder, engine.api)
    assert refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("line", CREATED)
def test_equal_containers(line: str, bench: Bench) -> None:
    """What an engine does not carry out, both must refuse."""
    truth, said = bench.truth(line)
    ours, refusal = bench.ours(line)
    assert (truth is None) == (ours is None), (said, refusal)
    assert differences(truth, ours) == []


def test_most_lines_make_containers(bench: Bench) -> None:
    """Two refusals are equal, too; that must not be the rule."""
    sample = LINES[::10]
    made = [line for line in sample if bench.ours(line)[0] is not None]
    assert len(made) >= 0.75 * len(sample), made


PAIRS = [
    ("-p 8080:80 busybox", "-p 8081:80 busybox", ".HostConfig.PortBindings"),
    ("-e A=1 busybox", "-e A=2 busybox", ".Config.Env"),
    ("-v /one busybox", "-v /two busybox", ".Mounts"),
    ("-v dm-volume:/d busybox", "-v dm-volume:/d:ro busybox", ".Mounts"),
    ("-l a=b busybox", "busybox", ".Config.Labels"),
    ("--network none busybox", "busybox", ".HostConfig.NetworkMode"),
    ("--network dm-net --network-alias x busybox", "--network dm-net busybox", ".NetworkSettings.Networks.dm-net"),
    ("busybox sh a", "busybox sh b", ".Args"),
    ("--entrypoint cat busybox", "busybox", ".Path"),
    ("--stop-timeout 3 busybox", "busybox", ".Config.StopTimeout"),
    ("--name dm-one busybox", "--name dm-two busybox", ".Name"),
]


@pytest.mark.parametrize(("one", "other", "sign"), PAIRS)
def test_the_comparer_finds_a_change(one: str, other: str, sign: str, bench: Bench) -> None:
    found = differences(bench.truth(one)[0], bench.truth(other)[0])
    assert any(line.startswith(sign) for line in found), found


@pytest.mark.parametrize("line", ["busybox", "-v /data --name dm-same -p 80 busybox"])
def test_the_comparer_finds_nothing_in_equal_containers(line: str, bench: Bench) -> None:
    assert differences(bench.truth(line)[0], bench.truth(line)[0]) == []


def test_labels_of_the_session_are_there_and_give_way_to_ones_own(bench: Bench) -> None:
    from dockermagic.containers.create import create

    request = read_create("-l dev.dockermagic.version=mine busybox", bench.folder, {})
    assert request is not None
    made = create(bench.engine, request, (("dev.dockermagic.notebook", "n"), ("dev.dockermagic.version", "1")))
    try:
        inspect = bench.api.inspect_container(made.id)
    finally:
        bench.api.remove_container(made.id)
    ours = {"dev.dockermagic.notebook": "n", "dev.dockermagic.version": "mine"}
    assert ours.items() <= inspect["Config"]["Labels"].items()
    assert not ours.keys() & comparable(inspect)["Config"]["Labels"].keys()


def test_the_command_line_is_28(bench: Bench) -> None:
    assert bench.cli.run("version", "--format", "{{.Client.Version}}").stdout.startswith("28.")
