"""What BuildKit may ask of us while it builds: files of the context, secrets, credentials.

Sources: moby/buildkit session/filesync, session/secrets, session/auth (proto files), grpc.health.v1, and tonistiigi/fsutil
for what travels inside `FileSync/DiffCopy`.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from dockermagic.builds import events as ev
from dockermagic.builds.context import Context, Entry, Weight
from dockermagic.builds.ignore import Ignore
from dockermagic.builds.request import Secret
from dockermagic.engine.credentials import credentials_for
from dockermagic.engine.grpc import NOT_FOUND, PIECE, CallError, Service, framed, unary
from dockermagic.engine.wire import bytes_field, fields, int_field, text_field

STAT, REQ, DATA, FIN, ERR = range(5)
FILE_PIECE = 1 << 17
Emit = Callable[[ev.Event], None]

# Go's os.FileMode keeps the kind of a file in other bits than Unix does.
GO_KINDS = {
    stat.S_IFDIR: 1 << 31,
    stat.S_IFLNK: 1 << 27,
    stat.S_IFBLK: 1 << 26,
    stat.S_IFIFO: 1 << 25,
    stat.S_IFCHR: 1 << 26 | 1 << 21,
}
GO_BITS = ((stat.S_ISUID, 1 << 23), (stat.S_ISGID, 1 << 22), (stat.S_ISVTX, 1 << 20))


def go_mode(mode: int) -> int:
    """Give Go's os.FileMode for a Unix mode; a socket counts as an empty file, as it does for the docker CLI."""
    permissions = 0o755 if os.name == "nt" else mode & 0o777
    bits = sum(theirs for ours, theirs in GO_BITS if mode & ours)
    return permissions | bits | GO_KINDS.get(stat.S_IFMT(mode), 0)


def change_stamp(entry: Entry) -> int:
    """Give the modification time that BuildKit is told, in nanoseconds: right to the second, a fingerprint below it.

    BuildKit keeps the files of the last build and asks again only for those whose size or time differs, so an edit that
    keeps both would be missed. Inode and change time do not survive such an edit; they go where nobody looks.
    """
    mark = f"{entry.mtime_ns}|{entry.ctime_ns}|{entry.inode}|{entry.size}".encode()
    below = int.from_bytes(hashlib.blake2b(mark, digest_size=4).digest(), "little") % 1_000_000_000
    return entry.mtime_ns // 1_000_000_000 * 1_000_000_000 + below


def stat_packet(entry: Entry) -> bytes:
    """Write the fsutil packet that announces a file; owner and group are root's, as in every context."""
    attributes = b"".join(bytes_field(10, text_field(1, key) + bytes_field(2, value)) for key, value in entry.attributes)
    size = entry.size if stat.S_ISREG(entry.mode) and not entry.target else 0
    message = (
        text_field(1, entry.path)
        + int_field(2, go_mode(entry.mode))
        + int_field(5, size)
        + int_field(6, change_stamp(entry))
        + text_field(7, entry.target)
        + int_field(8, os.major(entry.device) if entry.device else 0)
        + int_field(9, os.minor(entry.device) if entry.device else 0)
        + attributes
    )
    return framed(bytes_field(2, message))


def data_packet(number: int, data: bytes) -> bytes:
    """Write the packet that carries a piece of a requested file; an empty one ends it."""
    return framed(int_field(1, DATA) + int_field(3, number) + (bytes_field(4, data) if data else b""))


class DiffCopy:
    """One walk of a folder that BuildKit mirrors: we announce every file, it asks for those that it lacks.

    Parameters:
        entries: the files, in the order that fsutil prescribes (depth first, names sorted as bytes).
        read: yields a file's content in pieces.
        moved: told after each piece how many bytes were sent, of how many that were asked for.
        walked: called when everything was announced.
    """

    def __init__(
        self,
        entries: Iterator[Entry],
        read: Callable[[str], Iterator[bytes]],
        moved: Callable[[int, int, bool], None],
        walked: Callable[[], None],
    ) -> None:
        self._entries = self._numbered(entries)
        self._read, self._moved, self._walked = read, moved, walked
        self._announced: dict[int, tuple[str, int]] = {}
        self._asked: deque[int] = deque()
        self._sending: Iterator[bytes] | None = None
        self._all_announced = self._finished = self._answered = False
        self.sent = self.total = 0

    def _numbered(self, entries: Iterator[Entry]) -> Iterator[bytes]:
        for number, entry in enumerate(entries):
            if stat.S_ISREG(entry.mode) and not entry.target:
                self._announced[number] = (entry.path, entry.size)
            yield stat_packet(entry)

    def receive(self, message: bytes) -> None:
        """Take a packet: a request for a file, the end, or an error."""
        packet = dict(fields(message))
        kind, number = packet.get(1, STAT), packet.get(3, 0)
        if kind == REQ and isinstance(number, int):
            if number not in self._announced:
                raise CallError(NOT_FOUND, f"invalid file id {number}")
            self.total += self._announced[number][1]
            self._asked.append(number)
        elif kind == FIN:
            self._finished = True
        elif kind == ERR:
            raise ValueError(
                f"the builder could not take the context: {bytes(packet.get(4, b'') or b'').decode('utf-8', 'replace')}"
            )

    def produce(self) -> bytes | None:
        """Give the next packets: announcements first, files as they are asked for, then the end."""
        out = bytearray()
        while len(out) < PIECE and not self._all_announced:
            packet = next(self._entries, None)
            if packet is None:
                self._all_announced = True
                self._walked()
                out += framed(b"")
            else:
                out += packet
        before = self.sent
        while len(out) < PIECE and (packet := self._next_piece()) is not None:
            out += packet
        if self.sent != before or (self._finished and not self._answered):
            self._moved(self.sent, self.total, self._finished)
        if out:
            return bytes(out)
        if self._finished and not self._answered:
            self._answered = True
            return framed(int_field(1, FIN))
        return None if self._answered else b""

    def _next_piece(self) -> bytes | None:
        if self._sending is None:
            if not self._asked:
                return None
            number = self._asked.popleft()
            self._sending = self._pieces(number, self._announced.pop(number)[0])
        packet = next(self._sending, None)
        if packet is None:
            self._sending = None
            return self._next_piece()
        return packet

    def _pieces(self, number: int, path: str) -> Iterator[bytes]:
        try:
            for piece in self._read(path):
                self.sent += len(piece)
                yield data_packet(number, piece)
        except FileNotFoundError:
            pass  # deleted since it was announced: BuildKit gets an empty file, as from the docker CLI
        yield data_packet(number, b"")


def _options(metadata: Mapping[str, list[str]], name: str) -> list[str]:
    values = metadata.get(name, [])
    return [unquote(value) for value in values] if metadata.get(f"{name}-encoded") == ["1"] else values


def file_sync(context: Context | None, dockerfile: Mapping[str, bytes], emit: Emit) -> Service:
    """Serve `FileSync/DiffCopy` for the two folders that a build reads: "context" and "dockerfile".

    Parameters:
        context: the folder to send; None for an empty one.
        dockerfile: the files of the Dockerfile's own folder, by name: the Dockerfile, and its .dockerignore if it has one.
        emit: told about the bytes of the context on their way.
    """

    def serve(metadata: Mapping[str, list[str]]) -> DiffCopy:
        folder = (_options(metadata, "dir-name") or [""])[0]
        only, follow = _options(metadata, "include-patterns"), _options(metadata, "followpaths")
        excludes = _options(metadata, "exclude-patterns")
        if folder == "dockerfile":
            wanted = {name: data for name, data in dockerfile.items() if not follow or name in follow}
            return DiffCopy(_in_memory(wanted), lambda path: iter((wanted[path],)), lambda *_: None, lambda: None)
        if folder != "context":
            raise CallError(NOT_FOUND, f"no access allowed to dir {folder!r}")
        if context is None:
            return DiffCopy(iter(()), lambda path: iter(()), lambda *_: None, lambda: None)
        patterns = tuple(only) + context.follow(follow) if follow else tuple(only)
        whole = follow not in ([".dockerignore"], ["/.dockerignore"])
        weight = Weight()
        entries = context.walk(Ignore(tuple(excludes)) if excludes else None, Ignore(patterns) if patterns else None)

        def moved(sent: int, total: int, done: bool) -> None:
            if whole:
                emit(ev.BytesMoved(time.time(), None, "context", sent, total, done))

        def walked() -> None:
            for remark in weight.remarks() if whole else ():
                emit(ev.Noted(time.time(), remark))

        return DiffCopy(weight.weighing(entries), context.pieces, moved, walked)

    return serve


def _in_memory(files: Mapping[str, bytes]) -> Iterator[Entry]:
    for name in sorted(files):
        # The name never changes, so the time has to tell BuildKit that the text did.
        mark = int.from_bytes(hashlib.blake2b(files[name], digest_size=6).digest(), "little")
        yield Entry(name, stat.S_IFREG | 0o644, len(files[name]), mark, 0, 0)


def secrets(wanted: tuple[Secret, ...], environ: Mapping[str, str]) -> Service:
    """Serve `Secrets/GetSecret`: values are read when they are asked for, and kept nowhere."""
    by_id = {secret.id: secret for secret in wanted}

    def answer(request: bytes) -> bytes:
        name = bytes(dict(fields(request)).get(1, b"") or b"").decode("utf-8", "replace")
        secret = by_id.get(name)
        if secret is None:
            raise CallError(NOT_FOUND, f"secret {name} not found")
        if secret.env:
            if secret.env not in environ:
                raise CallError(NOT_FOUND, f"secret {name}: no environment variable {secret.env}")
            return bytes_field(1, environ[secret.env].encode("utf-8", "surrogateescape"))
        return bytes_field(1, Path(secret.src).read_bytes())

    return unary(answer)


def credentials() -> Service:
    """Serve `Auth/Credentials` from Docker's own config file and credential helpers."""

    def answer(request: bytes) -> bytes:
        host = bytes(dict(fields(request)).get(1, b"") or b"").decode("utf-8", "replace")
        user, secret = credentials_for(host)
        return text_field(1, user) + text_field(2, secret)

    return unary(answer)


def session_services(
    context: Context | None, dockerfile: Mapping[str, bytes], wanted: tuple[Secret, ...], emit: Emit
) -> dict[str, Service]:
    """Give everything that a build's session answers, by gRPC path."""
    return {
        "/grpc.health.v1.Health/Check": unary(lambda request: int_field(1, 1)),
        "/moby.filesync.v1.FileSync/DiffCopy": file_sync(context, dockerfile, emit),
        "/moby.filesync.v1.Auth/Credentials": credentials(),
        "/moby.buildkit.secrets.v1.Secrets/GetSecret": secrets(wanted, os.environ),
    }
