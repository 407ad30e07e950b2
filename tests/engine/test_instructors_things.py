"""What is not a notebook's own survives, whatever is typed, and a line that cleans up may be run twice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from dockermagic.commands.call import Call
from dockermagic.commands.cell import run_docker
from dockermagic.commands.lenses import LIFECYCLE
from dockermagic.commands.running import stand
from dockermagic.engine import Engine
from dockermagic.errors import EngineError, UsageError
from dockermagic.flags import parse
from dockermagic.labels import PLACE
from dockermagic.session import Session
from tests.engine.rooms import Room, furnished
from tests.rig.processes import await_fact

pytestmark = pytest.mark.engine


@pytest.fixture
def room(everywhere: Engine) -> Iterator[Room]:
    yield from furnished(everywhere)


def test_a_container_of_an_image_that_was_made_of_a_notebooks_container_is_not_ours(room: Room) -> None:
    room.container("ours", room.mine)
    # docker commit: the image has all labels of the container.
    image = room.api.commit(f"{room.salt}-ours", repository=room.salt, tag="1")["Id"]
    room.container("theirs", {}, image=f"{room.salt}:1")
    try:
        with pytest.raises(EngineError, match="No notebook made"):
            room.do(f"rm {room.salt}-theirs")
        assert "theirs" not in {each.name.removeprefix(f"{room.salt}-") for each in room.reset("--course", "--dry-run").removals}
        room.reset()
        assert room.there() == {"theirs"}
    finally:
        room.api.remove_container(f"{room.salt}-theirs", force=True)
        room.api.remove_image(image, force=True)


def test_a_notebook_of_the_same_name_elsewhere_is_another_one(room: Room) -> None:
    room.mine[PLACE] = "here"
    room.container("mine", room.mine)
    elsewhere = {**room.mine, PLACE: "elsewhere"}
    room.container("other", elsewhere, start=True)
    room.api.create_network(f"{room.salt}-net", labels=elsewhere)
    room.api.create_volume(f"{room.salt}-vol", labels=elsewhere)
    room.reset()
    assert room.there() == {"other", "net", "vol"}


def test_with_force_what_is_not_there_is_told_and_is_no_error(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    ours = room.container("ours", room.mine)
    room.do(f"rm -f {room.salt}-gone {ours}")
    for command in ("rm -f", "volume rm -f", "network rm -f", "rmi -f"):
        room.do(f"{command} {room.salt}-gone")
    assert len(capsys.readouterr().err.splitlines()) == 5
    assert room.there() == set()
    for command in ("rm", "volume rm", "network rm", "rmi"):
        with pytest.raises(EngineError):
            room.do(f"{command} {room.salt}-gone")


def test_forcing_an_image_or_a_network_away_takes_no_container_of_others_along(room: Room) -> None:
    # Podman means more by force than Docker does.
    image = room.api.commit(room.container("seed", {}), repository=f"{room.salt}-image", tag="1")["Id"]
    room.api.create_network(f"{room.salt}-net", labels=room.mine)
    theirs = room.container("theirs", {}, image=f"{room.salt}-image:1", start=True, network=f"{room.salt}-net")
    for command in (f"rmi -f {room.salt}-image:1", f"network rm -f {room.salt}-net"):
        with contextlib.suppress(EngineError):  # Docker takes the name of an image away, and leaves the rest to the container
            room.do(command)
    assert room.api.inspect_container(theirs)["State"]["Running"]
    room.api.remove_container(theirs, force=True)
    room.do(f"rmi -f {image}")
    room.do(f"network rm -f {room.salt}-net")
    assert room.there() == {"seed"}


@pytest.mark.parametrize(
    "line",
    ["--host unix:///nowhere rm -f web", "-D rm -f web", "--log-level=error container rm web", "builder prune -af", "stack rm x"],
)
def test_the_docker_cli_is_not_a_way_around(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("it was handed to the CLI"))
    with pytest.raises(UsageError):
        run_docker(line, Session(), None, (), Path("/"))


def test_a_button_removes_only_what_notebooks_made(room: Room) -> None:
    ours, theirs = room.container("ours", room.mine), room.container("theirs", {})
    call = Call(LIFECYCLE, parse(LIFECYCLE.command, []), (), room.session, None, (), Path("/"), {})
    with mock.patch("dockermagic.commands.running.open_standing") as opened:
        opened.return_value.closed = False
        lifecycle = stand(call, None)
    act = opened.call_args.kwargs["act"]
    ids = {each.name: each.id for each in lifecycle.containers}
    with pytest.raises(EngineError, match="No notebook made"):
        act(f"rm {ids[theirs]}")
    act(f"rm {ids[ours]}")
    lifecycle.close()
    assert room.there() == {"theirs"}


def test_stopping_removes_no_container_of_somebody_else(room: Room) -> None:
    theirs = room.api.create_container(
        "busybox", ["sleep", "60"], name=f"{room.salt}-theirs", host_config=room.api.create_host_config(auto_remove=True)
    )
    room.api.start(theirs)
    name = f"{room.salt}-theirs"
    for line in (f"stop -t 0 {name}", f"kill {name}", f"kill {theirs['Id'][:12]}"):
        with pytest.raises(EngineError, match="its end removes it"):
            room.do(line)
    assert room.there() == {"theirs"}
    room.do(f"kill --host-wide {name}")
    await_fact(lambda: not room.there(), 10)
    assert room.there() == set()
