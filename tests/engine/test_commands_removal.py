"""What is removed, and what must survive any lesson."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import APIError, NotFound

from dockermagic.commands.plans import Plan
from dockermagic.engine import Engine
from dockermagic.errors import EngineError
from dockermagic.labels import KERNEL, NOTEBOOK
from tests.engine.rooms import Room, furnished

pytestmark = pytest.mark.engine


@pytest.fixture
def room(everywhere: Engine) -> Iterator[Room]:
    yield from furnished(everywhere)


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


def test_reset_removes_images_whose_containers_go_and_leaves_those_of_others(room: Room) -> None:
    made = room.container("made", {})
    for name in ("app", "used"):
        room.api.commit(made, f"{room.salt}-{name}", "1", changes=[f"LABEL {NOTEBOOK}={room.mine[NOTEBOOK]}", f"ENV A={name}"])
    room.api.remove_container(made)
    room.container("up", room.mine, image=f"{room.salt}-app:1", start=True)
    room.container("theirs", {}, image=f"{room.salt}-used:1")
    plan = room.reset()
    assert {(each.what, each.name.rpartition("-")[2], each.outcome) for each in plan.removals} == {
        ("container", "up", "removed"),
        ("image", "app:1", "removed"),
    }
    assert room.there() == {"theirs"}
    assert room.reset("--dry-run").removals == ()
    room.api.remove_container(f"{room.salt}-theirs", force=True)
    room.api.remove_image(f"{room.salt}-used:1")


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
