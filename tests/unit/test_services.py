from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockermagic.builds import events as ev
from dockermagic.builds.context import Context, Entry
from dockermagic.builds.packets import DATA, ERR, FIN, REQ, change_stamp, go_mode, stat_packet
from dockermagic.builds.request import Secret
from dockermagic.builds.services import DiffCopy, file_sync, secrets
from dockermagic.engine.calls import CallError
from dockermagic.engine.wire import bytes_field, fields, int_field, text_field


def packets(data: bytes) -> Iterator[dict[int, int | bytes]]:
    while data:
        size = int.from_bytes(data[1:5], "big")
        yield dict(fields(data[5 : 5 + size]))
        data = data[5 + size :]


def received(call: DiffCopy) -> list[dict[int, int | bytes]]:
    """Play BuildKit's part: ask for every file, then end."""
    found: list[dict[int, int | bytes]] = []
    number = 0
    while data := call.produce():
        for packet in packets(data):
            found.append(packet)
            message = packet.get(2)
            if isinstance(message, bytes):
                described = dict(fields(message))
                if not int(described.get(2, 0)) & (1 << 31 | 1 << 27) and 7 not in described:
                    call.receive(int_field(1, REQ) + int_field(3, number))
                number += 1
    call.receive(int_field(1, FIN))
    while data := call.produce():
        found += packets(data)
    return found


def test_every_file_is_announced_and_sent(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "inner.txt").write_bytes(b"inner")
    (tmp_path / "a.txt").write_bytes(b"x" * 300_000)
    (tmp_path / "link").symlink_to("a.txt")
    heard: list[ev.Event] = []
    call = file_sync(Context(tmp_path), {}, heard.append)({"dir-name": ["context"]})
    assert isinstance(call, DiffCopy)
    found = received(call)
    names = [dict(fields(p[2]))[1] for p in found if isinstance(p.get(2), bytes)]
    assert names == [b"a.txt", b"b", b"b/inner.txt", b"link"]
    data: dict[int, bytes] = {}
    for packet in found:
        if packet.get(1) == DATA:
            data[int(packet.get(3, 0))] = data.get(int(packet.get(3, 0)), b"") + bytes(packet.get(4, b"") or b"")
    assert data == {0: b"x" * 300_000, 2: b"inner"}
    assert found[-1] == {1: FIN}
    last = heard[-1]
    assert isinstance(last, ev.BytesMoved)
    assert (last.current, last.total, last.finished) == (300_005, 300_005, True)


def test_a_file_that_vanished_is_sent_empty() -> None:
    def gone(path: str, most: int | None) -> Iterator[bytes]:
        raise FileNotFoundError(path)
        yield b""

    call = DiffCopy(iter([Entry("a", stat.S_IFREG | 0o644, 5, 1, 1, 1)]), gone, lambda *_: None, lambda: None)
    found = received(call)
    assert {1: DATA} in found


def test_a_socket_is_announced_and_sent_as_an_empty_file() -> None:
    call = DiffCopy(
        iter([Entry("s", stat.S_IFSOCK | 0o755, 0, 1, 1, 1)]), lambda path, most: iter(()), lambda *_: None, lambda: None
    )
    assert {1: DATA} in received(call)


def test_a_file_that_grew_or_shrank_is_counted_as_it_was_sent() -> None:
    sent: list[tuple[int, int, bool]] = []
    sizes = {"grew": 9, "shrank": 2}

    def read(path: str, most: int | None) -> Iterator[bytes]:
        assert most == 5
        yield b"x" * min(most, sizes[path])

    entries = [Entry(name, stat.S_IFREG | 0o644, 5, 1, 1, 1) for name in sizes]
    received(DiffCopy(iter(entries), read, lambda *seen: sent.append(seen), lambda: None))
    assert sent[-1] == (7, 7, True)


def test_the_receivers_error_is_raised() -> None:
    call = DiffCopy(iter(()), lambda path, most: iter(()), lambda *_: None, lambda: None)
    with pytest.raises(CallError, match="disk full"):
        call.receive(int_field(1, ERR) + bytes_field(4, b"disk full"))
    with pytest.raises(CallError):
        call.receive(int_field(1, REQ) + int_field(3, 9))


def test_other_folders_are_refused() -> None:
    with pytest.raises(CallError, match="secretplace"):
        file_sync(None, {}, lambda event: None)({"dir-name": ["secretplace"]})


def test_only_the_asked_files_of_the_dockerfiles_folder() -> None:
    serve = file_sync(None, {"Dockerfile": b"FROM x", "Dockerfile.dockerignore": b"*"}, lambda event: None)
    call = serve({"dir-name": ["dockerfile"], "followpaths": ["Dockerfile"]})
    assert isinstance(call, DiffCopy)
    found = received(call)
    assert [dict(fields(p[2]))[1] for p in found if isinstance(p.get(2), bytes)] == [b"Dockerfile"]


def test_encoded_options_are_decoded(tmp_path: Path) -> None:
    (tmp_path / "é x").write_text("1")
    (tmp_path / "y").write_text("1")
    metadata = {"dir-name": ["context"], "exclude-patterns": ["%C3%A9+x"], "exclude-patterns-encoded": ["1"]}
    call = file_sync(Context(tmp_path), {}, lambda event: None)(metadata)
    assert isinstance(call, DiffCopy)
    assert [dict(fields(p[2]))[1] for p in received(call) if isinstance(p.get(2), bytes)] == [b"y"]


@pytest.mark.parametrize(
    ("mode", "go"),
    [
        (stat.S_IFREG | 0o644, 0o644),
        (stat.S_IFDIR | 0o755, 1 << 31 | 0o755),
        (stat.S_IFLNK | 0o777, 1 << 27 | 0o777),
        (stat.S_IFREG | 0o4755, 1 << 23 | 0o755),
        (stat.S_IFDIR | 0o1777, 1 << 31 | 1 << 20 | 0o777),
        (stat.S_IFCHR | 0o600, 1 << 26 | 1 << 21 | 0o600),
        (stat.S_IFSOCK | 0o600, 0o600),
    ],
)
def test_modes_are_gos(mode: int, go: int) -> None:
    assert go_mode(mode) == go


def test_an_edit_that_keeps_size_and_time_changes_the_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    (before,) = Context(tmp_path).walk(None, None)
    info = path.stat()
    path.write_text("two")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    (after,) = Context(tmp_path).walk(None, None)
    assert (before.size, before.mtime_ns) == (after.size, after.mtime_ns)
    assert change_stamp(before) != change_stamp(after)
    assert change_stamp(after) // 1_000_000_000 == info.st_mtime_ns // 1_000_000_000


def test_attributes_travel() -> None:
    entry = Entry("a", stat.S_IFREG | 0o644, 0, 1, 1, 1, attributes=(("user.x", b"y"),))
    (packet,) = packets(stat_packet(entry))
    assert dict(fields(bytes(packet[2])))[10] == text_field(1, "user.x") + bytes_field(2, b"y")


def test_secrets_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "s"
    wanted = (Secret("a", src=str(path)), Secret("b", env="B"), Secret("c", env="C"))
    serve = secrets(wanted, {"B": "from env"})
    path.write_bytes(b"from file")

    def ask(name: str) -> bytes:
        call = serve({})
        call.receive(text_field(1, name))
        return bytes(call.produce() or b"")[5:]

    assert ask("a") == bytes_field(1, b"from file")
    assert ask("b") == bytes_field(1, b"from env")
    for name in ("c", "HTTP_AUTH_HEADER_x"):
        with pytest.raises(CallError, match=name):
            ask(name)
