"""The builders that take the context as a tar archive: the classic one, and Podman's.

1. What .dockerignore lists is left out here; neither builder is relied upon for it.
2. The cell's Dockerfile travels under a name that nobody has, and .dockerignore is sent with that name added, so that
   `COPY . .` does not copy it: the builder removes what is listed there once it has read it. The docker CLI does the same.
3. GNU format, whole seconds, owner 0: what makes two uploads of the same files equal.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import stat
import tarfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from dockermagic.builds import events as ev
from dockermagic.builds.classic import ClassicDecoder
from dockermagic.builds.context import Context, Entry
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.ignore import Ignore, read_ignore
from dockermagic.builds.model import Step
from dockermagic.builds.paths import Decoder, common_query, host_lines
from dockermagic.builds.podman import PodmanDecoder
from dockermagic.builds.request import BuildRequest
from dockermagic.builds.services import Emit
from dockermagic.builds.weight import Weight
from dockermagic.engine.credentials import registry_config
from dockermagic.engine.engine import Engine
from dockermagic.errors import EngineError, UsageError

IGNORE = ".dockerignore"
SLICE = 1 << 16


class _Sink(io.RawIOBase):
    """Where tarfile writes to, and slices are taken from."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.written

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # a buffer, as RawIOBase has it
        self.data += piece
        self.written += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = bytes(self.data)
        self.data.clear()
        return taken


def read_patterns(context: Context, dockerfile: str) -> tuple[str, ...]:
    """Give the patterns of the Dockerfile's own .dockerignore, or else of the context's."""
    for name in (f"{dockerfile}{IGNORE}" if dockerfile else "", IGNORE):
        if name:
            with contextlib.suppress(FileNotFoundError):
                return read_ignore((context.root / name).read_text(encoding="utf-8", errors="surrogateescape"))
    return ()


def pack(context: Context | None, dockerfile: str, name: str, own: str, emit: Emit) -> Iterator[bytes]:
    """Yield the archive in slices.

    Parameters:
        context: the folder; None for an empty one.
        dockerfile: the Dockerfile's text; `name` is what it is called in the archive.
        own: the Dockerfile's name in the context, if it has one.
        emit: told about the bytes on their way.
    """
    sink, weight = _Sink(), Weight()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as tar:
        patterns = read_patterns(context, own) if context is not None else ()
        ignored = "".join(f"{pattern}\n" for pattern in patterns) or f"{IGNORE}\n"
        _add_text(tar, name, dockerfile)
        _add_text(tar, IGNORE, f"{ignored}{name}\n")
        yield sink.take()
        sent = 0
        if context is not None:
            for entry in weight.weighing(context.walk(Ignore(patterns) if patterns else None, None)):
                if entry.path == IGNORE:
                    continue
                for data in _add(tar, sink, context, entry):
                    sent += len(data)
                    emit(ev.BytesMoved(time.time(), None, "context", sent, None))
                    yield data
    for remark in weight.remarks():
        emit(ev.Noted(time.time(), remark))
    last = sink.take()
    sent += len(last)
    emit(ev.BytesMoved(time.time(), None, "context", sent, sent, True))
    yield last


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    head = tarfile.TarInfo(name)
    head.size, head.mode = len(data), 0o600
    tar.addfile(head, io.BytesIO(data))


def _add(tar: tarfile.TarFile, sink: _Sink, context: Context, entry: Entry) -> Iterator[bytes]:
    head = tarfile.TarInfo(entry.path)
    head.mode = 0o755 if os.name == "nt" else stat.S_IMODE(entry.mode)
    head.mtime = entry.mtime_ns // 1_000_000_000
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFDIR:
        head.type = tarfile.DIRTYPE
    elif kind == stat.S_IFLNK:
        head.type, head.linkname = tarfile.SYMTYPE, entry.target
    elif kind == stat.S_IFREG and entry.target:
        head.type, head.linkname = tarfile.LNKTYPE, entry.target
    elif kind == stat.S_IFREG:
        head.size = entry.size
    elif kind == stat.S_IFIFO:
        head.type = tarfile.FIFOTYPE
    elif kind in (stat.S_IFBLK, stat.S_IFCHR):
        head.type = tarfile.BLKTYPE if kind == stat.S_IFBLK else tarfile.CHRTYPE
        head.devmajor, head.devminor = os.major(entry.device), os.minor(entry.device)
    else:
        return  # a socket: neither builder takes one
    tar.addfile(head)
    left = head.size
    if left:
        # A file that grows or vanishes while it is read would break the archive: the size was announced.
        with contextlib.suppress(FileNotFoundError):
            for piece in context.pieces(entry.path, head.size):
                sink.write(piece)
                left -= len(piece)
                yield sink.take()
        if left > 0:
            raise UsageError(
                f"“{entry.path}” became shorter, or vanished, while it was sent.", "Build again when nothing writes to the context."
            )
        padding = -head.size % tarfile.BLOCKSIZE
        sink.write(bytes(padding))
        tar.offset += head.size + padding
    if len(sink.data) >= SLICE:
        yield sink.take()


class TarPath:
    """`POST /build` with a tar body: the classic builder of a Docker Engine, and Podman.

    Source: Engine API, `POST /build` (version 1); Podman's API answers the same call.
    """

    def __init__(self, request: BuildRequest, engine: Engine, dockerfile: Dockerfile, steps: tuple[Step, ...], emit: Emit) -> None:
        self._request, self._engine, self._emit = request, engine, emit
        kind = PodmanDecoder if engine.build_path == "podman" else ClassicDecoder
        self.decoder: Decoder = kind(dockerfile, steps)
        self._context = Context(Path(request.context)) if request.context is not None else None
        self._exchange = engine.exchange()
        if request.secrets:
            raise UsageError(
                "This engine's builder cannot lend secrets to a build; BuildKit can.",
                "Use a Docker Engine with BuildKit, or leave --secret out.",
            )

    def slices(self) -> Iterator[bytes]:
        """Start the build and yield the answer as it comes."""
        name = f".dockerfile.{uuid.uuid4().hex[:16]}"
        query = [*common_query(self._request, self._engine), ("dockerfile", name)]
        hosts = host_lines(self._request)
        if self._engine.build_path == "classic":
            query += [("version", "1"), *(("extrahosts", host) for host in hosts)]
        elif hosts:
            query.append(("extrahosts", json.dumps(hosts)))
        body = pack(self._context, self._request.dockerfile, name, self._request.dockerfile_path, self._emit)
        headers = {"Content-Type": "application/x-tar", "X-Registry-Config": self._logins()}
        self._exchange.send("POST", self._engine.path("/build?" + urlencode(query)), headers, body)
        yield from self._exchange

    def _logins(self) -> str:
        try:
            return registry_config()
        except EngineError as error:
            self._emit(ev.Noted(time.time(), error.message))
            return ""

    def cancel(self) -> None:
        """Stop the build: the classic builder stops when its client goes away."""
        self._exchange.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._exchange.close()
