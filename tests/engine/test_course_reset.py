"""Between two demonstrations: `%docker_reset --course` leaves the engine as it was before the first, and the rest alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dockermagic.engine import Engine
from tests.engine.rooms import Room, furnished

pytestmark = [pytest.mark.engine, pytest.mark.again("engine20", "podman")]


@pytest.fixture
def room(everywhere: Engine) -> Iterator[Room]:
    yield from furnished(everywhere)


def test_what_any_notebook_made_goes_and_what_none_made_stays(room: Room) -> None:
    for labels, whose in ((room.mine, "mine"), (room.other, "other"), ({}, "theirs")):
        room.api.create_volume(f"{room.salt}-vol-{whose}", labels=labels)
        room.api.create_network(f"{room.salt}-net-{whose}", labels=labels)
        room.container(whose, labels, start=True, volume=f"{room.salt}-vol-{whose}")
    everything = {f"{kind}{whose}" for kind in ("", "vol-", "net-") for whose in ("mine", "other", "theirs")}
    room.reset("--course", "--dry-run")
    assert room.there() == everything
    done = room.reset("--course")
    assert {each.outcome for each in done.removals} == {"removed"}
    assert room.there() == {"theirs", "vol-theirs", "net-theirs"}
    assert room.reset("--course").removals == ()
