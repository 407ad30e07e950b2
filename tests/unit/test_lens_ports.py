"""Where ports lead: what /proc prints is read, and each kind of port is told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.lenses.ports import Ports, judge
from dockermagic.containers.lenses.sockets import Listener, read_listeners
from dockermagic.containers.parts import Port, Seen
from tests.unit.hostile_corpus import PAYLOADS
from tests.unit.page import read
from tests.unit.test_life_picture import only_what_is_kept

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
PRINTED = f"""== tcp
{HEAD}
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0000 100 0 0 10 0
   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4243 1 0000 100 0 0 10 0
   2: 0B00007F:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1 0000 100 0 0 10 0
   3: 020011AC:0050 010011AC:D431 01 00000000:00000000 00:00000000 00000000     0        0 4245 1 0000 100 0 0 10 0
== tcp6
{HEAD}
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4246 1 0000 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4247 1 0000 100 0 0 10 0
== udp
   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4248 2 0000 0
== udp6
== comm
1 sh
7 nginx: master
9 nginx: worker
== fd
/proc/7/fd/:
total 0
lrwx------    1 root     root            64 Nov 23 09:06 5 -> socket:[4242]
/proc/9/fd/:
lrwx------    1 root     root            64 Nov 23 09:06 5 -> socket:[4242]
== end
"""
WEB = Seen(name="web", state="running")


def seen(*ports: Port, **changes: object) -> Seen:
    return Seen(**{"name": "web", "state": "running", "ports": ports, **changes})  # type: ignore[arg-type]


def published(port: int = 80, host: int = 8080, address: str = "0.0.0.0") -> Port:
    return Port(port, "tcp", address, host, True, True)


def kind(port: Port, listeners: tuple[Listener, ...] | None, **changes: object) -> str:
    return judge(seen(port, **changes), listeners, {})[0].kind


def test_listeners_are_read() -> None:
    assert read_listeners(PRINTED) == (
        Listener(53, "udp", "0.0.0.0"),
        Listener(80, "tcp", "0.0.0.0", "nginx: master", 7),
        Listener(5432, "tcp", "127.0.0.1"),
        Listener(8080, "tcp", "::"),
        Listener(8081, "tcp", "127.0.0.1"),
    )


def test_what_was_cut_short_is_not_believed() -> None:
    assert read_listeners(PRINTED.replace("== end", "")) is None
    assert read_listeners("sh: not found") is None


@given(st.text(max_size=400), st.integers(0, 1000))
def test_nothing_that_is_printed_breaks_the_reading(text: str, place: int) -> None:
    read_listeners(PRINTED[:place] + text + PRINTED[place:])
    read_listeners(text)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("0.0.0.0", "open"), ("::", "open"), ("172.17.0.2", "open"), ("127.0.0.1", "loopback only"), ("::1", "loopback only")],
)
def test_published_and_somebody_listens(address: str, expected: str) -> None:
    assert kind(published(), (Listener(80, "tcp", address),)) == expected


def test_published_and_nobody_listens_says_who_listens_elsewhere() -> None:
    (found, beside) = judge(seen(published()), (Listener(3000, "tcp", "0.0.0.0", "node", 1),), {})
    assert found.kind == "nobody listens"
    assert "-p 8080:3000" in found.row().hint
    assert (beside.kind, beside.port.port) == ("not published", 3000)


def test_other_protocols_do_not_count() -> None:
    assert kind(published(53), (Listener(53, "udp", "0.0.0.0"),)) == "nobody listens"


def test_only_exposed() -> None:
    found = judge(seen(Port(80, exposed=True)), (Listener(80, "tcp", "0.0.0.0"),), {})[0]
    assert found.kind == "only exposed"
    assert "Other containers" in found.row().told


def test_nobody_could_look() -> None:
    assert kind(published(), None) == "not known"


def test_a_stopped_container() -> None:
    assert kind(published(), None, state="exited") == "stopped"


@pytest.mark.parametrize(
    "error",
    [
        "driver failed programming external connectivity on endpoint web: Bind for 0.0.0.0:8080 failed: port is already allocated",
        "Bind for :::8080 failed: port is already allocated",
        "driver failed programming: Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
        "cannot listen on the TCP port: listen tcp4 :8080: bind: address already in use",
        "driver failed: failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use",
    ],
)
def test_a_port_that_is_taken(error: str) -> None:
    found = judge(seen(published(), state="created", error=error), None, {8080: "the container other"})[0]
    assert found.kind == "taken"
    assert "by the container other" in found.row().told
    assert judge(seen(published(), state="created", error=error), None, {})[0].kind == "taken"


def test_a_port_that_another_container_has_now() -> None:
    assert judge(seen(published(), state="created"), None, {8080: "the container other"})[0].kind == "taken"
    assert judge(seen(published(), state="created"), None, {})[0].kind == "stopped"


def test_every_address_of_both_kinds_is_one_row() -> None:
    assert len(judge(seen(published(), published(address="::")), (Listener(80, "tcp", "::"),), {})) == 1
    assert len(judge(seen(published(), published(address="::1")), (Listener(80, "tcp", "::"),), {})) == 2


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(payload: str) -> None:
    text = payload[:3000]
    found = judge(seen(published(), name=text), (Listener(80, "tcp", "::", text, 1), Listener(81, "tcp", "::", text, 1)), {})
    bundle = Ports(found, (text,))._repr_mimebundle_()
    read(bundle["text/html"])
    only_what_is_kept(bundle["text/html"])
    assert "\x1b" not in bundle["text/plain"]
