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
from urllib.parse import unquote_plus

from dockermagic.builds import events as ev
from dockermagic.builds.context import Context, Entry
from dockermagic.builds.ignore import Ignore
from dockermagic.builds.packets import ERR, FIN, REQ, STAT, data_packet, stat_packet
from dockermagic.builds.request import Secret
from dockermagic.builds.weight import Weight
from dockermagic.engine.calls import ABORTED, NOT_FOUND, CallError, Service, unary
from dockermagic.engine.credentials import credentials_for
from dockermagic.engine.wire import bytes_field, fields, framed, int_field, text_field
from dockermagic.errors import EngineError, UsageError

PIECE = 1 << 16
Emit = Callable[[ev.Event], None]


class DiffCopy:
    """One walk of a folder that BuildKit mirrors: we announce every file, it asks for those that it lacks.

    Parameters:
        entries: the files, in the order that fsutil prescribes (depth first, names sorted as bytes).
        read: yields a file's content in pieces, given its path and how many bytes to read at most.
        moved: told after each piece how many bytes were sent, of how many that were asked for.
        walked: called when everything was announced.
    """

    def __init__(
        self,
        entries: Iterator[Entry],
        read: Callable[[str, int | None], Iterator[bytes]],
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
            # A socket is announced as an empty file, so it is asked for like one.
            if stat.S_IFMT(entry.mode) in (stat.S_IFREG, stat.S_IFSOCK) and not entry.target:
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
            # Not a failure of ours: the builder says itself why the build ended, which often is that another step failed.
            said = bytes(packet.get(4, b"") or b"").decode("utf-8", "replace")
            raise CallError(ABORTED, f"the builder could not take the context: {said}")

    def produce(self) -> bytes | None:
        """Give the next packets: announcements, and beside them the files that were asked for already; then the end."""
        out = bytearray()
        room = PIECE // 2 if self._asked or self._sending is not None else PIECE
        while len(out) < room and not self._all_announced:
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
            self._sending = self._pieces(number, *self._announced.pop(number))
        packet = next(self._sending, None)
        if packet is None:
            self._sending = None
            return self._next_piece()
        return packet

    def _pieces(self, number: int, path: str, size: int) -> Iterator[bytes]:
        try:
            # Files that a kernel makes up, as below /proc, say that they are empty and are not.
            for piece in self._read(path, size or None):
                self.sent += len(piece)
                size -= len(piece)
                yield data_packet(number, piece)
        except FileNotFoundError:
            pass  # deleted since it was announced: BuildKit gets an empty file, as from the docker CLI
        self.total -= size
        yield data_packet(number, b"")


def _options(metadata: Mapping[str, list[str]], name: str) -> list[str]:
    values = metadata.get(name, [])
    encoded = metadata.get(f"{name}-encoded", [""])[0].lower() in ("1", "t", "true")
    return [unquote_plus(value) for value in values] if encoded else values


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
            return DiffCopy(_in_memory(wanted), lambda path, most: iter((wanted[path],)), lambda *_: None, lambda: None)
        if folder != "context":
            raise CallError(NOT_FOUND, f"no access allowed to dir {folder!r}")
        if context is None:
            return DiffCopy(iter(()), lambda path, most: iter(()), lambda *_: None, lambda: None)
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
        try:
            return bytes_field(1, Path(secret.src).read_bytes())
        except OSError as error:
            raise UsageError(
                f"The secret {name} cannot be read: {secret.src}: {(error.strerror or 'no such file').lower()}.",
                "See --secret, and who may read that file.",
            ) from error

    return unary(answer)


def credentials(emit: Emit) -> Service:
    """Serve `Auth/Credentials` from Docker's own config file and credential helpers.

    Parameters:
        emit: told when those cannot be used; the registry is then asked anonymously, as most of them allow.
    """

    def answer(request: bytes) -> bytes:
        host = bytes(dict(fields(request)).get(1, b"") or b"").decode("utf-8", "replace")
        try:
            user, secret = credentials_for(host)
        except EngineError as error:
            emit(ev.Noted(time.time(), error.message))
            return b""
        return text_field(1, user) + text_field(2, secret)

    return unary(answer, slow=True)


def session_services(
    context: Context | None, dockerfile: Mapping[str, bytes], wanted: tuple[Secret, ...], emit: Emit
) -> dict[str, Service]:
    """Give everything that a build's session answers, by gRPC path."""
    return {
        "/grpc.health.v1.Health/Check": unary(lambda request: int_field(1, 1)),
        "/moby.filesync.v1.FileSync/DiffCopy": file_sync(context, dockerfile, emit),
        "/moby.filesync.v1.Auth/Credentials": credentials(emit),
        "/moby.buildkit.secrets.v1.Secrets/GetSecret": secrets(wanted, os.environ),
    }
