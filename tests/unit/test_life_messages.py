"""Reading events and inspects: what is told is understood, and nothing that is told can break the reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockermagic.containers import events as ev
from dockermagic.containers import inspected, messages
from dockermagic.containers.fold import apply
from dockermagic.containers.model import Containers
from dockermagic.containers.parts import Port
from tests.unit.life_replay import EVERY, load

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["Type", "Action", "Actor", "status", "id", "time", "timeNano", "scope"]), JSON))
def test_no_message_breaks_the_reading(message: dict[str, Any]) -> None:
    event = messages.read(message)
    assert event is None or isinstance(event.time, float)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_inspect_breaks_the_reading(data: st.DataObject) -> None:
    answers = [line["inspect"] for path in EVERY for line in load(path).lines if "inspect" in line]
    answer = json.loads(json.dumps(data.draw(st.sampled_from(answers))))
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = answer
        while isinstance(place, dict) and place:
            name = data.draw(st.sampled_from(sorted(place)))
            if data.draw(st.booleans()) or not isinstance(place[name], dict):
                place[name] = data.draw(JSON)
                break
            place = place[name]
    seen = inspected.read(answer)
    (container,) = apply(Containers(), ev.Inspected(4e9, "id", seen))
    assert container.state == seen.state


def test_times() -> None:
    assert inspected.time_of("2026-11-23T09:05:53.792161918Z") == pytest.approx(1795424753.792162, abs=1e-5)
    assert inspected.time_of("2026-11-23T10:05:53.5+01:00") == 1795424753.5
    assert inspected.time_of("0001-01-01T00:00:00Z") is None
    assert inspected.time_of("yesterday") is None
    assert inspected.time_of("2026-99-23T09:05:53Z") is None


def test_ports_published_exposed_and_to_be_chosen() -> None:
    answer = {
        "Config": {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "90/tcp": [{"HostPort": ""}]}},
        "NetworkSettings": {"Ports": {}},
    }
    assert inspected.read(answer).ports == (
        Port(80, "tcp", "0.0.0.0", 8080, True, True),
        Port(53, "udp", exposed=True),
        Port(90, "tcp", "0.0.0.0", 0, False, True),
    )


def test_mounts() -> None:
    answer = {
        "Mounts": [
            {"Type": "bind", "Source": "/src", "Destination": "/app", "RW": False},
            {"Type": "volume", "Name": "a" * 64, "Source": "/var/lib/x", "Destination": "/app/node_modules", "RW": True},
            {"Type": "volume", "Name": "data", "Destination": "/data", "RW": True},
        ],
        "HostConfig": {"Tmpfs": {"/run": ""}},
    }
    told = [(m.type, m.destination, m.name[:4], m.read_only, m.anonymous) for m in inspected.read(answer).mounts]
    assert told == [
        ("bind", "/app", "", True, False),
        ("volume", "/app/node_modules", "aaaa", False, True),
        ("volume", "/data", "data", False, False),
        ("tmpfs", "/run", "", False, False),
    ]


def test_a_network_s_event_is_about_the_container() -> None:
    message = {"Type": "network", "Action": "connect", "Actor": {"ID": "net", "Attributes": {"container": "c", "name": "backend"}}}
    assert messages.read({**message, "timeNano": 2_000_000_000}) == ev.NetworkJoined(2.0, "c", "backend")


def test_health_in_docker_s_and_podman_s_words() -> None:
    actor = {"ID": "c", "Attributes": {"health_status": "healthy"}}
    for action in ("health_status: healthy", "health_status"):
        assert messages.read({"Type": "container", "Action": action, "Actor": actor, "time": 3}) == ev.HealthChanged(
            3.0, "c", "healthy"
        )


def test_process_one() -> None:
    docker = {"Titles": ["UID", "PID", "PPID", "CMD"], "Processes": [["root", "77", "1", "x"], ["root", "4711", "1", "sh -c x"]]}
    assert inspected.process_one(docker, 4711) == "sh -c x"
    podman = {"Titles": ["USER", "PID", "COMMAND"], "Processes": [["root", "1", "sleep 9"]]}
    assert inspected.process_one(podman, 4711) == "sleep 9"
    for odd in ({}, {"Titles": ["PID"], "Processes": None}, {"Titles": ["PID", "CMD"], "Processes": [["1"], 3]}):
        assert inspected.process_one(odd, 1) == ""
