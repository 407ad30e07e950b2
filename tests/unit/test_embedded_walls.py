"""What an engine in a guest is not asked for, since it could not do it: folders that are not shared, ports that are taken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dockermagic.engine.embedded.state import Conflict, State
from dockermagic.engine.embedded.walls import Walls
from dockermagic.errors import EngineError


def test_walls_know_what_is_shared(tmp_path: Path) -> None:
    work, other = tmp_path / "work", tmp_path / "other"
    work.mkdir()
    other.mkdir()
    (work / "out").symlink_to(other)
    (tmp_path / "link").symlink_to(work)
    walls = Walls(lambda: State(folders=(str(work),), url="unix:///run/mine/docker.sock"))
    body = {"HostConfig": {"Binds": [f"{tmp_path}/link/new:/d:ro", "named:/v", "/var/run/docker.sock:/s"], "Mounts": None}}
    assert walls.checked(body)["HostConfig"]["Binds"] == [f"{work}/new:/d:ro", "named:/v", "/run/docker.sock:/s"]
    assert (work / "new").is_dir()
    assert walls.inside("/run/mine/docker.sock") == "/run/docker.sock"
    for source in (other, tmp_path, work / "out", "/etc", f"{work}/.."):
        with pytest.raises(EngineError, match="does not reach"):
            walls.checked({"HostConfig": {"Mounts": [{"Type": "bind", "Source": str(source), "Target": "/d"}]}})
    assert walls.checked({"HostConfig": {"Mounts": [{"Type": "volume", "Source": "v"}]}})["HostConfig"]["Mounts"]


def test_a_taken_port_is_told_and_the_engines_own_is_not() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        bindings = {"80/tcp": [{"HostIp": "", "HostPort": str(port)}], "81/tcp": [{"HostPort": ""}], "82/tcp": None}
        with pytest.raises(EngineError, match=f"Port {port} of this machine is taken"):
            Walls(State).check_ports(bindings)
        Walls(lambda: State(ports=(f"127.0.0.1:{port}/tcp",))).check_ports(bindings)
    Walls(State).check_ports(bindings)
    known = Walls(lambda: State(conflicts=(Conflict("127.0.0.1", 80, "tcp", "taken"),)))
    assert known.conflicts([80, 81]) == ["Port 80 is not open on this machine: taken."]
