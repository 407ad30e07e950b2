"""The lenses on real engines: ports, files, networks, names."""

from __future__ import annotations

import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import APIError

from dockermagic.containers.lenses import looking
from dockermagic.containers.lenses.host import holder, probe
from dockermagic.containers.lenses.ports import Found
from dockermagic.containers.lenses.read_mounts import read_mounts
from dockermagic.containers.lenses.read_networks import read_networks, resolve
from dockermagic.containers.lenses.read_ports import read_ports
from dockermagic.engine import Engine
from dockermagic.errors import EngineError
from tests.engine.living import SLEEPS, Makes, making
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.again("engine20", "podman")]


@pytest.fixture
def makes(everywhere: Engine) -> Iterator[Makes]:
    with making(everywhere) as makes:
        yield makes


def serves(makes: Makes, name: str, where: str, host: int = 0, *, exposed: bool = True) -> str:
    """Run a web server that listens somewhere."""
    more = {"ports": [80]} if exposed else {}
    return makes.run(["httpd", "-f", "-p", where], name, host={"port_bindings": {80: host} if host else {}}, **more)


def port_80(makes: Makes, id: str) -> Found:
    return next(each for each in read_ports(makes.engine, [id]).found if each.port.port == 80)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("where", "publish", "kind"),
    [("80", True, "open"), ("127.0.0.1:80", True, "loopback only"), ("81", True, "nobody listens"), ("80", False, "only exposed")],
)
def test_where_a_port_leads(makes: Makes, where: str, publish: bool, kind: str) -> None:
    id = serves(makes, "web", where, free_port() if publish else 0)
    assert await_fact(lambda: port_80(makes, id).kind == kind, 10), port_80(makes, id)
    found = port_80(makes, id)
    if kind != "nobody listens":
        assert found.listener is not None
        assert found.listener.process == "httpd"


def test_a_port_that_is_taken_and_by_whom(makes: Makes) -> None:
    port = free_port()
    serves(makes, "first", "80", port)
    second = makes.create(SLEEPS, "second", ports=[80], host={"port_bindings": {80: port}})
    with pytest.raises(APIError):
        makes.engine.api.start(second)
    found = port_80(makes, second)
    assert (found.kind, found.taken_by) == ("taken", f"the container {makes.name('first')}")


def test_an_image_without_a_shell_is_looked_at_from_beside(makes: Makes) -> None:
    """The container's own /bin/sh is gone, as in an image that has none."""
    id = makes.run(["sh", "-c", "rm /bin/sh; exec httpd -f -p 80"], ports=[80])
    code, _ = looking.run_inside(makes.engine, id, ["sh", "-c", "true"])
    assert code in (126, 127)
    assert await_fact(lambda: port_80(makes, id).listener is not None, 10)
    assert port_80(makes, id).listener.process == "httpd"  # type: ignore[union-attr]
    helpers = makes.engine.api.containers(all=True, filters={"label": looking.HELPER})
    assert helpers == []


def test_what_nobody_can_look_at_is_said(makes: Makes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_SHELLED", ("none-of-them",))
    id = makes.run(["sh", "-c", "rm /bin/sh; exec httpd -f -p 80"], ports=[80], host={"port_bindings": {80: free_port()}})
    assert await_fact(lambda: looking.run_inside(makes.engine, id, ["sh", "-c", "true"])[0] in (126, 127), 10)
    assert port_80(makes, id).kind == "not known"


def test_probes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        assert probe("127.0.0.1", port) == "answers"
        assert holder(port).startswith("pytest") or "python" in holder(port)
    assert probe("127.0.0.1", free_port()) == "refused"


def test_files(makes: Makes, tmp_path: Path) -> None:
    folder = Path("/var/tmp") / f"dm-lens-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        host = {"binds": [f"{makes.volume('data')}:/data", f"{folder}:/app"], "tmpfs": {"/run/x": ""}}
        script = "echo x > /etc/new; rm /bin/ls; echo z > /data/kept; echo done; exec sleep 1000"
        id = makes.run(["sh", "-c", script], host=host, volumes=["/app/node_modules"])
        assert await_fact(lambda: b"done" in makes.engine.api.logs(id), 10)
        (found,) = read_mounts(makes.engine, [id]).found
        assert {(change.kind, change.path) for change in found.written} == {("A", "/etc/new"), ("D", "/bin/ls")}
        assert [(mount.type, mount.destination, mount.anonymous) for mount in found.mounts] == [
            ("bind", "/app", False),
            ("volume", "/app/node_modules", True),
            ("volume", "/data", False),
            ("tmpfs", "/run/x", False),
        ]
        assert found.size is not None
        assert "one trick" in repr(read_mounts(makes.engine, [id]))
    finally:
        for each in makes.made:
            makes.engine.api.remove_container(each, force=True, v=True)
        shutil.rmtree(folder)


def on(makes: Makes, network: str, name: str, *aliases: str) -> str:
    """Run a container on a network."""
    api = makes.engine.api
    place = api.create_networking_config({network: api.create_endpoint_config(aliases=list(aliases))})
    return makes.run(SLEEPS, name, networking_config=place, host={"network_mode": network})


def test_networks(makes: Makes) -> None:
    network = makes.network("back")
    on(makes, network, "db", "postgres")
    alone = makes.run(SLEEPS, "alone", host={"network_mode": "none"})
    (found,) = read_networks(makes.engine, [network]).found
    (member,) = found.members
    assert member.container == makes.name("db")
    assert {makes.name("db"), "postgres"} <= set(member.names)
    assert member.address
    assert "no network" in read_networks(makes.engine, [alone]).apart[0]
    everything = {each.name for each in read_networks(makes.engine).found}
    assert {network, "bridge"} <= everything


def test_names_inside_a_container(makes: Makes) -> None:
    network = makes.network("back")
    on(makes, network, "db", "postgres")
    api = on(makes, network, "api")
    apart = makes.run(SLEEPS, "apart")
    if makes.engine.about.product != "Podman":  # this one has no DNS installed
        for name in (makes.name("db"), "postgres"):
            found = resolve(makes.engine, api, name)
            assert (found.kind, found.asked, len(found.addresses)) == ("found", True, 1)
    assert resolve(makes.engine, apart, makes.name("db")).kind == "other network"
    assert resolve(makes.engine, api, "localhost").kind == "itself"
    assert resolve(makes.engine, api, "nonesuch").kind == "unknown"
    assert resolve(makes.engine, api, "$(reboot); -x").addresses == ()
    makes.engine.api.stop(makes.made[0], timeout=0)
    assert resolve(makes.engine, api, makes.name("db")).kind == "stopped"


def test_an_unknown_container(everywhere: Engine) -> None:
    for read in (read_ports, read_mounts, read_networks):
        with pytest.raises(EngineError, match="no container “nonesuch”"):
            read(everywhere, ["nonesuch"])
