"""What is removed, and what must survive any lesson."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError, NotFound

from dockermagic.commands.cell import carry_out, run_docker
from dockermagic.commands.plans import Plan
from dockermagic.commands.removals import RESET
from dockermagic.engine import Engine
from dockermagic.errors import EngineError, UsageError
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session

pytestmark = pytest.mark.engine


class Room:
    """An engine with what two notebooks and an instructor have on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.api, self.session = engine, engine.api, Session(engine)
        self.salt = f"dmt{secrets.token_hex(3)}"
        self.mine = {NOTEBOOK: f"{self.salt}-mine", KERNEL: "k"}
        self.other = {NOTEBOOK: f"{self.salt}-other", KERNEL: "k"}

    def container(
        self, name: str, labels: dict[str, str], *, start: bool = False, volume: str = "", image: str = "busybox", network: str = ""
    ) -> str:
        host = self.api.create_host_config(binds=[f"{volume}:/data"] if volume else None, network_mode=network or None)
        made = self.api.create_container(image, ["sleep", "1000"], name=f"{self.salt}-{name}", labels=labels, host_config=host)
        if start:
            self.api.start(made["Id"])
        return f"{self.salt}-{name}"

    def do(self, line: str, folder: Path = Path("/")) -> Any:
        return run_docker(line, self.session, None, tuple(self.mine.items()), folder)

    def reset(self, *words: str) -> Plan:
        plan = carry_out(RESET, list(words), self.session, None, tuple(self.mine.items()), Path("/"))
        assert isinstance(plan, Plan)
        return plan

    def there(self) -> set[str]:
        names = {name[1:] for each in self.api.containers(all=True) for name in each["Names"]}
        names |= {each["Name"] for each in self.api.networks()} | {each["Name"] for each in self.api.volumes()["Volumes"] or []}
        return {name.removeprefix(f"{self.salt}-") for name in names if name.startswith(self.salt)}


@pytest.fixture
def room(everywhere: Engine) -> Iterator[Room]:
    made = Room(everywhere)
    yield made
    made.session.close()
    api = everywhere.api
    for each in api.containers(all=True):
        if any(made.salt in name for name in each["Names"]):
            api.remove_container(each["Id"], force=True, v=True)
    for each in api.networks():
        if each["Name"].startswith(made.salt):
            api.remove_network(each["Id"])
    for each in api.volumes()["Volumes"] or []:
        if each["Name"].startswith(made.salt):
            api.remove_volume(each["Name"])


def test_rm_removes_what_notebooks_made_and_nothing_else(room: Room) -> None:
    ours, others, theirs = room.container("ours", room.mine), room.container("others", room.other), room.container("theirs", {})
    room.do(f"rm {ours} {others}")
    with pytest.raises(EngineError, match=r"No notebook made the container (?s:.)*--host-wide"):
        room.do(f"rm -f {theirs}")
    assert room.there() == {"theirs"}
    room.do(f"rm --host-wide {theirs}")
    assert room.there() == set()


def test_an_instructors_container_of_a_notebooks_image_is_not_ours(room: Room) -> None:
    # It has the notebook's label from the image, as every container of that image has.
    theirs = room.container("theirs", {NOTEBOOK: room.mine[NOTEBOOK]})
    with pytest.raises(EngineError, match="No notebook made"):
        room.do(f"rm {theirs}")
    room.reset()
    room.do("container prune -f")
    assert room.there() == {"theirs"}


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


def test_rm_of_a_running_container_wants_force_and_tells_what_went(room: Room) -> None:
    name = room.container("up", room.mine, start=True)
    with pytest.raises(EngineError):
        room.do(f"rm {name}")
    plan = room.do(f"rm -f {name}")
    assert isinstance(plan, Plan)
    assert [(each.what, each.name, each.outcome) for each in plan.removals] == [("container", name, "removed")]
    assert plan.summary().startswith("Removed: 1 container")


def test_a_prune_shows_first_and_removes_with_force_and_stays_in_the_course(room: Room) -> None:
    room.container("gone", room.mine)
    room.container("up", room.mine, start=True)
    room.container("theirs", {})
    room.api.create_network(f"{room.salt}-net", labels=room.mine)
    room.api.create_network(f"{room.salt}-their-net")
    everything = {"gone", "up", "theirs", "net", "their-net"}
    plan = room.do("system prune")
    assert {each.name.removeprefix(f"{room.salt}-") for each in plan.removals if room.salt in each.name} == {"gone", "net"}
    assert {each.name.removeprefix(f"{room.salt}-") for each in plan.kept if room.salt in each.name} == {"theirs", "their-net"}
    assert "-f" in plan.todo
    assert room.there() == everything
    done = room.do(f"system prune -f --filter label={NOTEBOOK}={room.mine[NOTEBOOK]}")
    assert {each.outcome for each in done.removals} == {"removed"}
    assert room.there() == everything - {"gone", "net"}


def test_a_volume_prune_leaves_named_volumes_unless_all_are_meant(room: Room) -> None:
    for name, labels in (("vol", room.mine), ("their-vol", {})):
        room.api.create_volume(f"{room.salt}-{name}", labels=labels)
    room.do("volume prune -f")
    assert room.there() == {"vol", "their-vol"}
    room.do(f"volume prune -a -f --filter label={NOTEBOOK}={room.mine[NOTEBOOK]}")
    assert room.there() == {"their-vol"}
    with pytest.raises(EngineError, match="No notebook made the volume"):
        room.do(f"volume rm {room.salt}-their-vol")


def test_reset_removes_what_this_notebook_made_also_what_runs(room: Room) -> None:
    room.api.create_volume(f"{room.salt}-vol", labels=room.mine)
    room.api.create_network(f"{room.salt}-net", labels=room.mine)
    room.container("up", room.mine, start=True, volume=f"{room.salt}-vol")
    room.container("other", room.other)
    room.container("theirs", {}, volume=f"{room.salt}-their-vol")
    assert {each.what for each in room.reset("--dry-run").removals} == {"container", "network", "volume"}
    assert room.there() == {"vol", "net", "up", "other", "theirs", "their-vol"}
    plan = room.reset()
    assert {each.outcome for each in plan.removals} == {"removed"}
    assert room.there() == {"other", "theirs", "their-vol"}
    room.container("again", room.mine)
    assert {"other", "theirs"} <= room.there()


def test_reset_removes_the_nameless_volumes_that_removed_containers_left(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dockermagic.leftovers._folder", lambda: tmp_path)
    volumes = lambda: {each["Name"] for each in room.api.volumes()["Volumes"] or []}  # noqa: E731  # asked four times
    before = volumes()
    for name, labels in (("ours", room.mine), ("theirs", {})):
        room.api.create_container("busybox", ["true"], name=f"{room.salt}-{name}", labels=labels, volumes=["/scratch"])
    ours = {mount["Name"] for mount in room.api.inspect_container(f"{room.salt}-ours")["Mounts"]}
    theirs = volumes() - before - ours
    assert (len(ours), len(theirs)) == (1, 1)
    room.do(f"rm {room.salt}-ours")
    room.api.remove_container(f"{room.salt}-theirs")
    assert volumes() - before == ours | theirs
    room.do("volume prune")
    assert volumes() - before == ours | theirs
    room.reset()
    assert volumes() - before == theirs
    room.api.remove_volume(theirs.pop())


def test_reset_of_the_course_removes_what_any_notebook_made(room: Room) -> None:
    room.container("mine", room.mine)
    room.container("other", room.other)
    room.container("theirs", {})
    going = {each.name for each in room.reset("--course", "--dry-run").removals}
    assert {f"{room.salt}-mine", f"{room.salt}-other"} <= going
    assert f"{room.salt}-theirs" not in going


def test_what_is_made_has_the_labels(room: Room) -> None:
    room.do(f"volume create {room.salt}-vol")
    room.do(f"network create {room.salt}-net")
    for kind in ("volume", "network"):
        found = getattr(room.api, f"inspect_{kind}")(f"{room.salt}-{kind[:3]}")
        assert found["Labels"][NOTEBOOK] == room.mine[NOTEBOOK]
        assert KERNEL in found["Labels"]


def test_an_error_names_what_was_done_before_it(room: Room) -> None:
    first = room.container("one", room.mine)
    with pytest.raises(EngineError, match=f"Done for: {first}") as caught:
        room.do(f"rm {first} {room.salt}-two")
    assert "o such container" in str(caught.value)


def test_a_name_that_is_nearly_right_is_proposed(room: Room) -> None:
    name = room.container("webserver", room.mine)
    with pytest.raises(EngineError) as caught:
        room.do(f"start {name[:-1]}")
    assert f"Did you mean {name}" in caught.value.hint


def test_files_go_in_and_out(room: Room, tmp_path: Path) -> None:
    name = room.container("box", room.mine)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("a\n")
    (tmp_path / "one.txt").write_text("one\n")
    room.do(f"cp one.txt {name}:/tmp/", tmp_path)
    room.do(f"cp one.txt {name}:/tmp/renamed.txt", tmp_path)
    room.do(f"cp folder {name}:/tmp", tmp_path)
    room.do(f"cp folder {name}:/tmp/new", tmp_path)
    room.do(f"cp folder/. {name}:/tmp", tmp_path)
    room.do(f"cp {name}:/tmp back", tmp_path)
    found = sorted(str(each.relative_to(tmp_path / "back")) for each in (tmp_path / "back").rglob("*") if each.is_file())
    assert found == ["a.txt", "folder/a.txt", "new/a.txt", "one.txt", "renamed.txt"]
    assert (tmp_path / "back" / "renamed.txt").read_text() == "one\n"
    room.do(f"cp {name}:/tmp/one.txt .", tmp_path / "folder")
    room.do(f"cp {name}:/tmp/one.txt other.txt", tmp_path / "folder")
    room.do(f"cp {name}:/tmp/new/. into", tmp_path / "folder")
    assert sorted(each.name for each in (tmp_path / "folder").iterdir()) == ["a.txt", "into", "one.txt", "other.txt"]
    assert (tmp_path / "folder" / "into" / "a.txt").exists()
    with pytest.raises(EngineError):
        room.do(f"cp {name}:/nothing/there .", tmp_path)


def test_images_are_tagged_and_removed(everywhere: Engine, room: Room) -> None:
    name = f"{room.salt}/image:1"
    room.do(f"tag busybox {name}")
    try:
        assert everywhere.api.inspect_image(name)["Id"] == everywhere.api.inspect_image("busybox")["Id"]
        told = room.do(f"rmi {name}")
        assert "Untagged:" in told.text
        with pytest.raises((NotFound, APIError)):
            everywhere.api.inspect_image(name)
    finally:
        try:
            everywhere.api.remove_image(name)
        except (NotFound, APIError):
            name = ""
    assert not name
