"""Who is on which network, and what a name means inside a container."""

from __future__ import annotations

import pytest

from dockermagic.containers.lenses.names import explain
from dockermagic.containers.lenses.networks import Network, arrange
from dockermagic.containers.lenses.read_networks import _servers
from dockermagic.containers.parts import Attachment, Seen
from tests.unit.hostile_corpus import PAYLOADS
from tests.unit.test_life_picture import only_what_is_kept

BACK = Attachment("back", address="172.20.0.2", aliases=("postgres", "98569e887eca"))


def seen(name: str, *networks: Attachment, state: str = "running", mode: str = "back") -> Seen:
    return Seen(name=name, state=state, networks=networks, network_mode=mode)  # type: ignore[arg-type]


API = seen("api", Attachment("back", address="172.20.0.3"))
DB = seen("db", BACK)
OLD = seen("old", Attachment("bridge", address="172.17.0.2"), mode="default")
OLD2 = seen("old2", Attachment("bridge", address="172.17.0.3"), mode="default")
OFF = seen("off", Attachment("back"), state="exited")
ALL = (API, DB, OLD, OLD2, OFF)


@pytest.mark.parametrize(
    ("asker", "name", "kind", "addresses", "hint"),
    [
        (API, "db", "found", ("172.20.0.2",), ""),
        (API, "POSTGRES.", "found", ("172.20.0.2",), ""),
        (API, "api", "found", ("172.20.0.3",), ""),
        (API, "localhost", "itself", ("127.0.0.1",), "its name"),
        (API, "127.0.0.1", "itself", ("127.0.0.1",), "its name"),
        (API, "off", "stopped", (), "docker start off"),
        (API, "old", "other network", (), "docker network connect back old"),
        (OLD, "db", "other network", (), "docker network connect back old"),
        (OLD, "old2", "default bridge", (), "docker network create"),
        (API, "dbb", "unknown", (), "Did you mean db?"),
        (API, "example.com", "outside", (), ""),
        (OFF, "db", "not running", (), "docker start off"),
        (seen("alone", mode="none"), "db", "no network", (), "docker network connect"),
        (seen("host", mode="host"), "db", "outside", (), ""),
    ],
)
def test_a_name(asker: Seen, name: str, kind: str, addresses: tuple[str, ...], hint: str) -> None:
    found = explain(name, asker, ALL)
    assert (found.kind, found.addresses) == (kind, addresses)
    assert hint in found.hint
    assert found.told


def test_networks_and_their_members() -> None:
    networks = (Network("back", "bridge", "172.20.0.0/16"), Network("bridge", "bridge"), Network("none", "null"))
    found = arrange(networks, ALL, only_used=False)
    members = {network.name: [(m.container, m.address, m.names) for m in network.members] for network in found.found}
    assert members["back"] == [("api", "172.20.0.3", ("api",)), ("db", "172.20.0.2", ("db", "postgres")), ("off", "", ("off",))]
    assert members["bridge"] == [("old", "172.17.0.2", ()), ("old2", "172.17.0.3", ())]
    assert [network.name for network in arrange(networks, [API], only_used=True).found] == ["back"]
    picture = found._repr_mimebundle_()
    only_what_is_kept(picture["text/html"])
    assert "no DNS" in picture["text/plain"]


def test_podman_s_default_network_has_two_names() -> None:
    found = arrange((Network("bridge"),), [seen("x", Attachment("podman", address="10.88.0.2"))], only_used=True)
    assert [member.names for member in found.found[0].members] == [()]


@pytest.mark.parametrize(
    ("mode", "words"),
    [("host", "host's own network"), ("none", "no network"), ("container:" + "a" * 64, "localhost to each other")],
)
def test_containers_on_no_network(mode: str, words: str) -> None:
    assert words in arrange((), [seen("x", mode=mode)], only_used=False).apart[0]


def test_the_server_s_own_address_is_no_answer() -> None:
    busybox = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\nNon-authoritative answer:\nName:\tdb\nAddress: 172.20.0.2\n"
    assert _servers(busybox) == {"127.0.0.11"}
    assert _servers("Server:    10.0.0.1\nAddress 1: 10.0.0.1 dns\n\nName: db\nAddress 1: 10.0.0.9 db") == {
        "127.0.0.11",
        "10.0.0.1",
    }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(payload: str) -> None:
    text = payload[:3000]
    for picture in (
        explain(text, API, [seen(text, BACK)]),
        arrange((Network("back", text, text),), [seen(text, BACK)], only_used=False),
    ):
        bundle = picture._repr_mimebundle_()
        only_what_is_kept(bundle["text/html"])
        assert "\x1b" not in bundle["text/plain"]
