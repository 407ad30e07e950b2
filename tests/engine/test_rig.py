"""The rig itself: that its parts are real, and that its guard can see."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from docker.errors import APIError, NotFound

from tests.rig import clients, engines, images, leftovers, processes
from tests.rig.clients import Cli
from tests.rig.places import RigError
from tests.rig.registry import Registry


def test_every_engine_runs_a_container(any_engine: str) -> None:
    client = engines.at(any_engine).client()
    assert client.containers.run(images.BUSYBOX, ["echo", "hello"], remove=True) == b"hello\n"
    assert client.containers.run(images.DEBIAN, ["cat", "/etc/debian_version"], remove=True).startswith(b"12")


def test_the_engines_are_what_they_are_called(engine20: str, engine28: str, podman: str) -> None:
    assert engines.at(engine20).version.startswith("20.10")
    new = engines.at(engine28)
    assert new.version.startswith("28")
    assert new.client().info()["DriverStatus"] == [["driver-type", "io.containerd.snapshotter.v1"]]
    assert engines.at(podman).name == "podman"


def test_a_stand_in_says_so(engine28: str) -> None:
    image = engines.at(engine28).client().images.get(images.BUSYBOX)
    assert image.labels[images.LABEL].startswith("busybox-static")
    assert image.attrs["Config"]["Cmd"] == ["sh"]


def test_an_image_that_is_there_is_not_replaced(engine28: str) -> None:
    engine = engines.at(engine28)
    before = engine.client().images.get(images.BUSYBOX).id
    assert images.provide(engine) == []
    assert engine.client().images.get(images.BUSYBOX).id == before


def test_an_open_registry_gives_what_it_took(any_engine: str, registry_beside: Callable[..., Registry]) -> None:
    depot = registry_beside(any_engine)
    reference = depot.push(images.BUSYBOX, "public/base:1")
    client = engines.at(any_engine).client()
    with pytest.raises((NotFound, APIError)):
        client.images.get(reference)
    client.images.pull(reference)
    depot.forget(reference)


def test_what_a_registry_offers_is_new_to_the_engine(any_engine: str, registry_beside: Callable[..., Registry]) -> None:
    depot, client = registry_beside(any_engine), engines.at(any_engine).client()
    before = leftovers.take_stock(engines.at(any_engine))
    reference = depot.offer("public/new:1", megabytes=3)
    assert leftovers.compare(before, leftovers.take_stock(engines.at(any_engine)), strict=True).ours == []
    client.images.pull(reference)
    assert client.images.get(reference).attrs["Size"] > 3_000_000
    depot.forget(reference)


def test_a_token_registry_asks_who_is_there(docker_engine: str, registry_beside: Callable[..., Registry]) -> None:
    depot = registry_beside(docker_engine, tokens=True)
    client = engines.at(docker_engine).client()
    public, private = depot.push(images.BUSYBOX, "public/base:1"), depot.push(images.BUSYBOX, "private/base:1")
    client.images.pull(public)
    depot.forget(public)
    with pytest.raises(APIError, match=r"denied|(?i:unauthorized)"):
        client.images.pull(private)
    with pytest.raises(APIError, match=r"denied|(?i:unauthorized)"):
        client.images.pull(private, auth_config={"username": depot.user, "password": "wrong"})
    client.images.pull(private, auth_config=depot.auth_config)
    depot.forget(private)


def test_the_command_line_is_of_the_engines_time(docker_engine: str, docker_cli: Callable[[str], Cli]) -> None:
    cli = docker_cli(docker_engine)
    release = cli.run("version", "--format", "{{.Client.Version}} {{.Server.Version}}").stdout.split()
    assert [each[:5] for each in release] == [engines.at(docker_engine).version[:5]] * 2


def test_buildx_is_there(buildx: Cli) -> None:
    assert "github.com/docker/buildx" in buildx.run("buildx", "version").stdout


def test_a_failing_command_is_an_error(engine28: str) -> None:
    with pytest.raises(RigError, match="no-such-image"):
        clients.new(engine28).run("image", "inspect", "no-such-image")


def test_the_guard_sees_what_is_left_and_what_is_gone(engine28: str, tag: Callable[[str], str]) -> None:
    engine = engines.at(engine28)
    client = engine.client()
    volume = client.volumes.create(f"{leftovers.TAG}-kept")
    before = leftovers.take_stock(engine)
    network = client.networks.create(f"{leftovers.TAG}-left")
    container = client.containers.create(images.BUSYBOX)
    name = tag("left")
    client.images.get(images.BUSYBOX).tag(name)
    volume.remove()
    after = leftovers.take_stock(engine)
    container.remove()
    network.remove()

    strict = leftovers.compare(before, after, strict=True)
    assert [line.split()[:2] for line in strict.ours] == [
        ["left:", "container"],
        ["left:", "network"],
        ["left:", "tag"],
        ["gone:", "volume"],
    ]
    shared = leftovers.compare(before, after, strict=False)
    assert [line.split()[:2] for line in shared.ours] == [["left:", "network"], ["left:", "tag"]]
    assert [line.split()[:2] for line in shared.others] == [["left:", "container"], ["gone:", "volume"]]


def test_a_program_ends_with_its_owner() -> None:
    owner = (
        "from tests.rig import processes\n"
        "program = processes.start('short-lived', ['sleep', '600'])\n"
        "print(program.pid, program.started, flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", owner], capture_output=True, text=True, check=True)
    pid, started = done.stdout.split()
    assert started
    assert processes.await_fact(lambda: processes.started_at(int(pid)) != started, 10)


def test_waiting_for_a_program_that_dies_is_an_error_with_its_last_words() -> None:
    program = processes.start("dies", ["sh", "-c", "echo out of luck; exit 3"])
    with pytest.raises(RigError, match="out of luck"):
        processes.await_fact(lambda: False, 30, program)
    program.end()
