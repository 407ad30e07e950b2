"""The embedded engine's decisions, command lines and records: no engine, no kernel."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.engine.embedded import client, disk, guest_command, need
from dockermagic.engine.embedded.client import Link
from dockermagic.engine.embedded.control import Door
from dockermagic.engine.embedded.guest_command import GuestSettings
from dockermagic.engine.embedded.ladder import PRIVATE_PARTS, ROOTLESS_PARTS, Facts, guest_memory, rungs
from dockermagic.engine.embedded.places import Places, Room, data_folders, roomiest, run_folders
from dockermagic.engine.embedded.ports import GUEST, GUESTS_LOOPBACK, Forward, difference, published
from dockermagic.engine.embedded.settings import Settings, read_settings
from dockermagic.engine.embedded.sizes import gigabytes, megabytes, size
from dockermagic.engine.embedded.state import Conflict, Refusal, State, read, said_of_start
from dockermagic.engine.embedded.words import private_rows

PLACES = Places(Path("/run/here"), Path("/data"))
DISK = disk.Disk(Path("/srv/share/engine.img"))
BINDER = Facts(wheel="/site/parts", refused_namespaces="not allowed", refused_mounts="not allowed")


def taken(facts: Facts) -> list[str]:
    return [rung.name for rung in rungs(facts) if not rung.refusal]


@pytest.mark.parametrize(
    ("facts", "ways"),
    [
        (BINDER, ["User-mode Linux", "User-mode Linux (ptrace)"]),
        (replace(BINDER, refused_ptrace="not allowed"), ["User-mode Linux"]),
        (replace(BINDER, wheel=""), []),
        (replace(BINDER, memory=512 << 20), []),
        (replace(BINDER, arch="aarch64"), []),
        (replace(BINDER, system="darwin"), []),
        (Facts(uid=0, programs=frozenset(PRIVATE_PARTS)), ["private dockerd"]),
        (Facts(uid=0, programs=frozenset(PRIVATE_PARTS), refused_mounts="no"), []),
        (Facts(uid=0, programs=frozenset(PRIVATE_PARTS), other_engine=True), ["private dockerd"]),
        (
            Facts(uid=0, programs=frozenset(PRIVATE_PARTS), other_engine=True, wheel="/w"),
            ["User-mode Linux", "User-mode Linux (ptrace)"],
        ),
        (Facts(programs=frozenset(ROOTLESS_PARTS)), ["rootless dockerd"]),
        (Facts(programs=frozenset(ROOTLESS_PARTS), refused_ids="no"), []),
        (Facts(programs=frozenset(ROOTLESS_PARTS), refused_tun="no"), []),
        (Facts(programs=frozenset({"dockerd", "rootlesskit"})), []),
    ],
)
def test_the_ladder(facts: Facts, ways: list[str]) -> None:
    assert taken(facts) == ways


def test_every_way_that_is_not_taken_says_why() -> None:
    why = {rung.name: rung.refusal for rung in rungs(Facts(programs=frozenset(PRIVATE_PARTS)))}
    assert why["private dockerd"] == "you are not root"
    assert "newuidmap" in why["rootless dockerd"]
    assert 'pip install "dockermagic[engine]"' in why["User-mode Linux"]


@pytest.mark.parametrize(("allowed", "memory"), [(600, 256), (1024, 256), (2048, 512), (3000, 704), (64_000, 1024)])
def test_the_guests_memory(allowed: int, memory: int) -> None:
    assert guest_memory(allowed << 20) == memory


def test_places() -> None:
    assert run_folders({}, 1000)[0] == Path("/tmp/dockermagic-engine-1000")
    assert run_folders({"DOCKERMAGIC_ENGINE_RUN": "/x"}, 1000) == (Path("/x"),)
    assert data_folders({}, Path("/home/jo"), 1000, "pod/1")[0] == Path("/home/jo/.local/share/dockermagic/engine-pod-1")
    assert data_folders({"XDG_DATA_HOME": "/d"}, Path("/home/jo"), 1000, "")[0] == Path("/d/dockermagic/engine-here")
    full, roomy, closed = Room(Path("/a"), True, 1 << 20), Room(Path("/b"), True, 5 << 30), Room(Path("/c"), False, 9 << 40)
    assert roomiest([full, closed, roomy]) == roomy
    assert roomiest([closed, full]) == full
    assert roomiest([closed]) is None


def test_the_kernels_command_line() -> None:
    settings = GuestSettings(512, folders=("/home/jo/my work",))
    line = guest_command.linux(Path("/site/parts"), PLACES, settings, DISK, 7)
    assert line[0] == "/site/parts/linux"
    assert {"mem=512M", "seccomp=on", "ro", "hostfs_only=/home/jo/my work", "hostfs_only=/run/here/guest"} <= set(line)
    assert "vec0:transport=fd,fd=7,depth=128" in line
    assert not any(":" in word.partition("=")[2] for word in line if word.startswith("ubd"))
    assert "seccomp=off" in guest_command.linux(Path("/p"), PLACES, replace(settings, ptrace=True), DISK, 7)
    order = json.loads(guest_command.confined(Path("/site/parts"), PLACES, settings, DISK, line, 1))
    assert order["run"] == line
    assert str(DISK.base) in order["read"]
    assert str(DISK.base) not in order["write"]
    assert "ubd1=/run/here/data/layer.cow,/run/here/base" in line
    assert "ubd1=/run/here/base" in guest_command.linux(Path("/p"), PLACES, settings, replace(DISK, layered=False), 7)
    assert "/home/jo/my work" in order["write"]
    assert not {"/", "/home", "/tmp", "/run/here"} & {*order["read"], *order["write"]}


def test_what_the_guest_is_told() -> None:
    proxies = {"https_proxy": "http://p:8080/?a=b c", "PATH": "/x"}
    resolver = "# search no\nnameserver 10.1.2.3\nsearch first\nsearch a.svc b.svc\noptions ndots:5\n"
    text = guest_command.guest_settings(proxies, "jo's pod", resolver, "--bip=10.0.0.1/24", grow=True)
    assert text.splitlines() == [
        "DM_NAME='jo'\"'\"'s pod'",
        "DM_SEARCH='a.svc b.svc'",
        "DM_GROW=1",
        "DM_DOCKERD=--bip=10.0.0.1/24",
        "export HTTPS_PROXY='http://p:8080/?a=b c'",
    ]
    assert guest_command.guest_settings({}, "", "", "", grow=False) == ""


@given(st.text())
def test_any_line_of_the_console_is_read(line: str) -> None:
    word, rest = guest_command.step_of(line)
    assert (word or rest) == "" or line.startswith("dm: ")


CONTAINER = {"Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}]}


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ([], set()),
        ([{"PrivatePort": 80, "Type": "tcp"}], set()),
        ([{"IP": "0.0.0.0", "PublicPort": 8080, "Type": "tcp"}, {"IP": "::", "PublicPort": 8080, "Type": "tcp"}], {Forward(8080)}),
        ([{"IP": "127.0.0.1", "PublicPort": 80, "Type": "udp"}], {Forward(80, "udp", guest=GUESTS_LOOPBACK)}),
        ([{"IP": "127.0.0.2", "PublicPort": 80, "Type": "tcp"}], {Forward(80, "tcp", "127.0.0.2", GUESTS_LOOPBACK)}),
        ([{"IP": "192.168.1.7", "PublicPort": 80, "Type": "tcp"}], {Forward(80)}),
        ([{"IP": "127.0.0.1", "PublicPort": 80, "Type": "tcp"}, {"IP": "", "PublicPort": 80, "Type": "tcp"}], {Forward(80)}),
        ([{"IP": "", "PublicPort": 80, "Type": "sctp"}], set()),
    ],
)
def test_published_ports(ports: list[dict[str, object]], found: set[Forward]) -> None:
    assert published([{"Ports": ports}, {"Ports": None}, {}]) == found


def test_ports_are_closed_before_others_are_opened() -> None:
    one, two = Forward(80), Forward(81, guest=GUEST)
    assert difference({one}, {two}) == ([one], [two])
    assert difference({one}, {one}) == ([], [])


STATES = st.builds(
    State,
    phase=st.sampled_from(["starting", "ready", "stopping", "stopped", "failed"]),
    rung=st.text(),
    memory=st.integers(0),
    keep=st.booleans(),
    ready=st.floats(0, 1e12),
    folders=st.lists(st.text()).map(tuple),
    refusals=st.lists(st.builds(Refusal, st.text(), st.text())).map(tuple),
    conflicts=st.lists(st.builds(Conflict, st.text(), st.integers(1, 65535), st.just("tcp"), st.text())).map(tuple),
)


@given(STATES)
def test_a_state_is_read_as_it_was_told(state: State) -> None:
    assert read(state.line()) == state
    assert all(isinstance(text, str) for row in private_rows(state) for text in row)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_no_state_is_refused_with_a_value_error(told: object) -> None:
    try:
        read(json.dumps(told))
        read(json.dumps({"refusals": told, "users": 1}))
    except ValueError:
        pass


def test_settings_are_read_as_they_were_told() -> None:
    settings = Settings("/run", "/data", 512, 8, True, ("/a", "/b"), 3.5, "User-mode Linux")
    assert read_settings(settings.text()) == settings


@pytest.mark.parametrize(("text", "bytes_"), [("512m", 512 << 20), ("1.5g", 3 << 29), ("10GiB", 10 << 30), ("77", 77)])
def test_sizes(text: str, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize("text", ["", "m", "-1g", "1 x", "1e3"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="768m"):
        size(text)


def test_the_bounds_of_memory_and_disk() -> None:
    assert (megabytes(""), megabytes("768m"), gigabytes(""), gigabytes("4.5g")) == (0, 768, 4, 5)
    for read_size, text in ((megabytes, "100m"), (gigabytes, "1g"), (gigabytes, "5t")):
        with pytest.raises(ValueError, match="at least"):
            read_size(text)


def test_a_start_is_told_in_one_line() -> None:
    said: list[str] = []
    line = need.Line(said.append)
    begun = State(rung="User-mode Linux", began=100.0)
    for step in ("kernel", "kernel", "network", "disk", "dockerd", "container"):
        line.told(replace(begun, step=step))
    ready = replace(begun, phase="ready", ready=104.2)
    line.told(ready)
    line.end(ready)
    assert "".join(said) == "starting a private Docker Engine: kernel, network, disk, dockerd, a first container (4.2 s)\n"
    line.end(replace(ready, said="The disk has been replaced."))
    assert said[-1] == " (4.2 s)\nThe disk has been replaced.\n", "what a learner has lost is told where the engine was waited for"
    assert said_of_start(State(rung="private dockerd", step="dockerd")) == "starting a private Docker Engine: dockerd"


def test_who_joins_is_counted_told_and_let_go(tmp_path: Path) -> None:
    import socket
    import time

    orders: list[str] = []
    door = Door(tmp_path / "control.sock", orders.append)
    links = []
    for _ in range(2):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(tmp_path / "control.sock"))
        links.append(Link(Places(tmp_path, tmp_path), connection))
    try:
        deadline = time.monotonic() + 5
        while door.users < 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        door.told(State(phase="ready", rung="here"))
        assert [link.wait(lambda _: None).rung for link in links] == ["here", "here"]
        links[0].close()
        while door.users > 1 and time.monotonic() < deadline:
            time.sleep(0.005)
        assert door.users == 1
        while "went" not in orders and time.monotonic() < deadline:
            time.sleep(0.005)
        assert orders == ["came", "came", "went"]
        assert (tmp_path / "control.sock").stat().st_mode & 0o777 == 0o600
    finally:
        for link in links:
            link.close()
        door.close()


@pytest.mark.timeout(20)
def test_who_joins_while_something_changes_is_told_the_latest_last(tmp_path: Path) -> None:
    door = Door(tmp_path / "control.sock", lambda _: None)
    try:
        for _ in range(100):
            door.told(State())
            link = client.join(Places(tmp_path, tmp_path), "")
            while not door.users:
                pass
            door.told(State(phase="ready"))
            assert link.wait(lambda _: None).phase == "ready"
            link.close()
            while door.users:
                pass
    finally:
        door.close()
