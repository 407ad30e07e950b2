"""Checks against a real engine: right states, typical wrong ones, and the hint that fits."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockermagic import CheckFailed
from dockermagic.course.check import Check
from dockermagic.course.progress import Progress
from dockermagic.engine import Engine
from tests.engine.living import SLEEPS, Makes, making
from tests.engine.making import make
from tests.rig.leftovers import TAG
from tests.rig.processes import await_fact

pytestmark = pytest.mark.again


@pytest.fixture
def check(here: Engine, tmp_path: Path) -> Check:
    return Check(progress=Progress("test", tmp_path), engine=here)


@pytest.fixture
def makes(here: Engine) -> Iterator[Makes]:
    with making(here) as maker:
        yield maker


def refused(claims: Any) -> CheckFailed:
    with pytest.raises(AssertionError) as caught:
        claims()
    assert isinstance(caught.value, CheckFailed)
    return caught.value


def tiers(claims: Any) -> list[str]:
    return [refused(claims).hint for _ in range(3)]


def ended(makes: Makes, id: str) -> None:
    assert await_fact(lambda: makes.engine.api.inspect_container(id)["State"]["Status"] == "exited", 20)


def test_a_container_that_is_not_there(check: Check, makes: Makes) -> None:
    other = makes.name("other")
    makes.create(SLEEPS, "other")
    hints = tiers(lambda: check.container(makes.name("app")).is_running())
    assert "Did the cell that starts it run" in hints[0]
    assert "--name" in hints[1]
    assert hints[2] == f"%docker_run -d --name {makes.name('app')} IMAGE"
    assert other in refused(lambda: check.container(makes.name("app")).exists()).message
    check.container(makes.name("app")).is_removed()
    error = refused(lambda: check.container(other).is_removed())
    assert "it is created" in error.message


def test_a_container_that_should_run_and_does_not(check: Check, makes: Makes) -> None:
    name = makes.name("app")
    makes.create(SLEEPS, "app")
    assert tiers(lambda: check.container(name).is_running())[2] == f"%docker start {name}"
    makes.engine.api.start(name)
    check.container(name).exists().is_running()
    assert "%docker stop" in tiers(lambda: check.container(name).is_stopped())[1]
    makes.engine.api.pause(name)
    assert "unpause" in tiers(lambda: check.container(name).is_running())[2]
    makes.engine.api.unpause(name)

    short = makes.run(["sh", "-c", "no-such-program"], "short")
    ended(makes, short)
    error = refused(lambda: check.container(makes.name("short")).is_running())
    assert "it exited with 127: the command was not found" in error.message
    assert "docker logs" in error.hint
    check.container(makes.name("short")).is_stopped().exited(127).logs_contain("not found")
    assert "exit code wanted is 0" in tiers(lambda: check.container(makes.name("short")).exited(0))[1]
    assert "not found" in refused(lambda: check.container(makes.name("short")).logs_contain("hello")).message


def test_ports_networks_and_mounts(check: Check, makes: Makes) -> None:
    network, volume = makes.network("net"), makes.volume("data")
    makes.run(
        SLEEPS,
        "turned",
        ports=[8080],
        host={"port_bindings": {8080: ("127.0.0.1", 18081)}, "binds": [f"{volume}:/data"], "network_mode": network},
    )
    app = check.container(makes.name("turned"))
    app.publishes("18081->8080").publishes("8080").is_on(network).mounts(volume, "/data")
    hints = tiers(lambda: check.container(makes.name("turned")).publishes("8080->18081"))
    assert "HOST:CONTAINER" in hints[1]
    assert "-p 8080:18081" in hints[2]
    error = refused(lambda: check.container(makes.name("turned")).mounts("other", "/data"))
    assert f"{volume} at /data" in error.message
    error = refused(lambda: check.container(makes.name("turned")).is_on("bridge"))
    assert f"It is on {network}" in error.message

    makes.run(SLEEPS, "quiet", ports=[3000])
    hints = tiers(lambda: check.container(makes.name("quiet")).publishes("3000->3000"))
    assert "EXPOSE only says" in hints[1]
    with pytest.raises(ValueError, match="no published port"):
        app.publishes("web")

    check.network(network).connects(makes.name("turned"))
    error = refused(lambda: check.network(network).connects(makes.name("turned"), makes.name("quiet")))
    assert "On it:" in error.message
    assert (
        f"docker network connect {network} {makes.name('quiet')}"
        in tiers(lambda: check.network(network).connects(makes.name("turned"), makes.name("quiet")))[1]
    )
    assert "no network of this name" in refused(lambda: check.network("no-such").connects("x")).message


@contextlib.contextmanager
def answering(text: bytes) -> Iterator[str]:
    """Answer at an address of this machine, as a published port does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_whether_it_answers(check: Check, makes: Makes) -> None:
    makes.run(SLEEPS, "app")
    app = check.container(makes.name("app"))
    with answering(b"hello, world") as url:
        app.answers(url, contains="hello").answers(f"{url}/nothing", status=404)
        error = refused(lambda: app.answers(url, contains="goodbye", within=0))
        assert "its text begins: 'hello, world'" in error.message
        assert "not what is wanted" in error.hint
    hints = tiers(lambda: app.answers(url, within=0))
    assert "docker_ports" in hints[0]
    assert "0.0.0.0" in hints[1]
    makes.engine.api.kill(makes.name("app"))
    ended(makes, makes.name("app"))
    assert "it exited with 137" in refused(lambda: app.answers(url)).message
    with pytest.raises(ValueError, match="no web address"):
        app.answers("localhost:3000")


def test_health(check: Check, makes: Makes) -> None:
    test = {"test": ["CMD-SHELL", "test -e /ready"], "interval": 10**9, "retries": 1}
    makes.run(["sh", "-c", "sleep 1000"], "app", healthcheck=test)
    name = makes.name("app")
    assert await_fact(lambda: makes.engine.api.inspect_container(name)["State"]["Health"]["Status"] == "unhealthy", 20)
    assert "unhealthy: what did the check print" in tiers(lambda: check.container(name).is_healthy())[1]
    run = makes.engine.api.exec_create(name, ["touch", "/ready"])
    makes.engine.api.exec_start(run["Id"])
    assert await_fact(lambda: makes.engine.api.inspect_container(name)["State"]["Health"]["Status"] == "healthy", 20)
    check.container(name).is_healthy()
    makes.run(SLEEPS, "none")
    error = refused(lambda: check.container(makes.name("none")).is_healthy())
    assert "no health check" in error.message


def test_images(check: Check, here: Engine) -> None:
    name = f"{TAG}-checked:1"
    make(
        "FROM busybox\nENV API_PASSWORD=hunter2hunter2\nRUN dd if=/dev/zero of=/big bs=1M count=3\nRUN rm /big\nEXPOSE 3000\n",
        engine=here,
        tag=name,
        context=None,
    )
    image = check.image(name)
    image.exists().is_smaller_than("200 MB").exposes(3000)
    assert "smaller base" in tiers(lambda: image.is_smaller_than("10 kB"))[1]
    error = refused(image.has_no_secret)
    assert "API_PASSWORD" in error.message
    assert "hunter2" not in str(error)
    assert tiers(image.runs_as_non_root)[2] == "RUN adduser -D app, and below it: USER app"
    assert "make and remove it in one" in tiers(lambda: image.hides_at_most("1 MB"))[1]
    assert "EXPOSE 80" in tiers(lambda: image.exposes(80))[1]
    error = refused(lambda: check.image(f"{TAG}-no-such:1").is_smaller_than("1 GB"))
    assert name in error.message or "I looked at all images" in error.message

    clean = f"{TAG}-clean:1"
    make("FROM busybox\nUSER 1000\n", engine=here, tag=clean, context=None)
    check.image(clean).is_smaller_than("200 MB").has_no_secret().runs_as_non_root().hides_at_most(0)


def test_a_cached_step_of_a_real_build(check: Check, here: Engine, context: Path) -> None:
    text = "FROM busybox\nCOPY one.txt /\nRUN echo npm install\nCOPY . /all\n"
    make(text, engine=here, context=context)
    (context / "two.txt").write_text("changed\n")
    build = make(text, engine=here, context=context)
    check.build(build).succeeded().step("npm install").is_cached()
    check.build(build).step("COPY .").ran()
    (context / "one.txt").write_text("changed\n")
    build = make(text, engine=here, context=context)
    assert "Which step above it" in refused(lambda: check.build(build).step("npm install").is_cached()).hint
    assert "it took" in refused(lambda: check.build(build).is_faster_than(0)).message


def test_a_stack_and_a_volume_that_survives(check: Check, makes: Makes) -> None:
    project = f"{TAG}-stack"
    volume = makes.volume("kept")

    def labels(service: str) -> dict[str, str]:
        return {"com.docker.compose.project": project, "com.docker.compose.service": service}

    def up() -> str:
        return makes.run(SLEEPS, "pg", labels=labels("postgres"), host={"binds": [f"{volume}:/data"]})

    stack = check.stack(project)
    assert "No container belongs" in refused(stack.is_up).message
    first = up()
    stack.is_up().service("postgres").is_running().has_replicas(1)
    error = refused(lambda: stack.service("api"))
    assert "Services with a container: postgres" in error.message
    error = refused(stack.service("postgres").is_healthy)
    assert "no health check" in error.message
    assert "Still there: postgres" in refused(stack.is_down).message

    error = refused(lambda: check.volume(volume).survived("down"))
    assert "no container that used it was removed" in error.message
    makes.engine.api.remove_container(first, force=True)
    stack.is_down()
    check.volume(volume).exists().survived("down")
    up()
    check.volume(volume).survived("down").survived("rm")
    error = refused(lambda: check.volume(volume).is_removed())
    assert "down keeps volumes" in error.hint
    error = refused(lambda: check.volume("no-such-volume").survived("down"))
    assert "no volume of this name" in error.message
    check.volume("no-such-volume").is_removed()
