"""Where a name with a port leads, and what a volume below a bind brings back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockermagic.containers.lenses.covered import Covered, read_listing, tricks
from dockermagic.containers.lenses.names import explain
from dockermagic.containers.lenses.reach import owners, reach, split_port
from dockermagic.containers.lenses.sockets import Listener
from dockermagic.containers.parts import Attachment, Mount, Port, Seen

API = Seen(name="shop-api-1", state="running", networks=(Attachment("shop", address="10.0.0.2", aliases=("api",)),))
DB = Seen(
    name="shop-db-1", state="running", ports=(Port(5432, exposed=True),),
    networks=(Attachment("shop", address="10.0.0.3", aliases=("shop-db-1", "db")),),
)  # fmt: skip


def test_a_name_and_its_port() -> None:
    assert split_port("postgres:5432") == ("postgres", 5432)
    for text in ("postgres", "postgres:0", "postgres:99999", "::1", "a:b"):
        assert split_port(text) == (text, 0)
    assert owners(["10.0.0.3"], [API, DB]) == [DB]


def test_the_neighbour_is_reached_and_localhost_is_not() -> None:
    row = reach(explain("db", API, [API, DB]), 5432, API, DB, [Listener(5432, "tcp", "0.0.0.0", "postgres")], [API, DB])
    assert (row.word, row.chain) == ("reached", ("shop-api-1", "10.0.0.3:5432", "postgres in shop-db-1"))
    row = reach(explain("localhost", API, [API, DB]), 5432, API, API, [Listener(3000, "tcp", "::", "node")], [API, DB])
    assert (row.word, row.hint) == ("nobody listens", "What has this port is db:5432")
    assert "localhost is shop-api-1 itself" in row.told
    assert "3000" in row.told


def test_who_listens_for_itself_only_is_told_apart() -> None:
    only = [Listener(5432, "tcp", "127.0.0.1", "postgres")]
    assert reach(explain("db", API, [API, DB]), 5432, API, DB, only, [API, DB]).word == "loopback only"
    assert reach(explain("localhost", DB, [API, DB]), 5432, DB, DB, only, [API, DB]).word == "reached"
    assert reach(explain("db", API, [API, DB]), 5432, API, DB, None, [API, DB]).word == "not seen"


MOUNTS = (Mount("bind", "/app", source="/home/api"), Mount("volume", "/app/node_modules", name="v", anonymous=True))


def test_the_double_volume_in_words() -> None:
    found = (
        Covered("/app", ("Dockerfile", "node_modules", "built.js"), ("Dockerfile", "node_modules", "notes.txt")),
        Covered("/app/node_modules", ("pg", "split2"), ("pg", "split2", ".cache")),
    )
    (told,) = tricks(MOUNTS, found)
    assert "Gone from sight: built.js." in told
    assert "2 of the image's 2 entries seen (pg, split2)" in told
    (told,) = tricks(MOUNTS, ())
    assert "hides whatever the image has in /app" in told
    assert tricks(MOUNTS[:1], found) == []


@given(st.text())
def test_any_listing_is_read(printed: str) -> None:
    found = read_listing(printed)
    assert found is None or "end" in found
