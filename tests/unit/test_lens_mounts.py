"""Where a container's files live, and what docker rm does to them."""

from __future__ import annotations

from dockermagic.containers.lenses.mounts import Change, Mounts, storage
from dockermagic.containers.parts import Mount, Seen
from tests.unit.test_life_picture import only_what_is_kept

BIND = Mount("bind", "/app", "/home/me/app")
BACK = Mount("volume", "/app/node_modules", "/v/x", "f" * 64, anonymous=True)
DATA = Mount("volume", "/data", "/v/data", "data")


def words(*mounts: Mount, changes: tuple[Change, ...] = (), **more: object) -> str:
    found = storage(Seen(name="web", mounts=mounts, **more), changes, 4)  # type: ignore[arg-type]
    picture = Mounts((found,))._repr_mimebundle_()
    only_what_is_kept(picture["text/html"])
    return " ".join(picture["text/plain"].split())


def test_what_was_written_is_told_apart_from_folders_above_and_from_mounts() -> None:
    told = "C /etc, A /etc/new, C /bin, D /bin/ls, A /data, A /app, A /app/node_modules"
    changes = tuple(Change(each[2:], each[0]) for each in told.split(", "))
    found = storage(Seen(name="web", mounts=(BIND, BACK, DATA)), changes, None)
    assert [(change.kind, change.path) for change in found.written] == [("A", "/etc/new"), ("D", "/bin/ls")]


def test_a_folder_that_was_deleted_counts() -> None:
    found = storage(Seen(name="web"), (Change("/etc", "C"), Change("/etc/ssl", "D")), None)
    assert [change.path for change in found.written] == ["/etc/ssl"]


def test_what_survives() -> None:
    told = words(DATA, BIND, Mount("tmpfs", "/run"))
    assert "✓ named volume /data → volume data → survives" in told
    assert "✓ bind /app → /home/me/app → survives" in told
    assert "✗ tmpfs /run → memory → gone before" in told


def test_an_anonymous_volume() -> None:
    assert "→ survives without a name" in words(BACK)
    assert "→ destroyed, by --rm" in words(BACK, auto_remove=True)


def test_the_double_volume_trick_is_seen_on_the_real_mounts_only() -> None:
    assert "one trick" in words(BIND, BACK)
    assert "one trick" not in words(BACK, DATA)
    assert "one trick" not in words(BIND, Mount("volume", "/application", name="x"))
    assert "hides whatever the image has in /app." in words(BIND)


def test_the_writable_layer() -> None:
    assert "Nothing was written" in words()
    told = words(changes=tuple(Change(f"/f{n}", "A") for n in range(20)))
    assert "20 paths here (4 B) will be gone" in told
    assert "12 more paths" in told
