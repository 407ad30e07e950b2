"""The two carriers of BuildKit's trace: the Engine API's stream of JSON lines, and what buildx writes to stderr."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.rawjson import split_json
from dockermagic.builds.trace import read_status
from dockermagic.builds.vertices import TraceReader
from dockermagic.engine.wire import WireError


class BuildkitDecoder:
    """The stream of `POST /build?version=2` → events.

    Source: moby/moby api/server/router/build: JSON objects a line; the trace under "moby.buildkit.trace".
    """

    def __init__(
        self, dockerfile: Dockerfile, steps: tuple[Step, ...], build_args: Mapping[str, str] | None = None, target: str = ""
    ) -> None:
        self._reader = TraceReader(dockerfile, steps, build_args, target)
        self._rest = b""
        self.error = ""
        self.image_id = ""

    def feed(self, data: bytes, now: float) -> Iterator[ev.Event]:
        """Yield the events in a slice of the stream, cut anywhere."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield from self._line(line, now)

    def _line(self, line: bytes, now: float) -> Iterator[ev.Event]:
        try:
            message = json.loads(line) if line.strip() else {}
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        aux = message.get("aux")
        if message.get("id") == "moby.buildkit.trace" and isinstance(aux, str):
            try:
                status = read_status(base64.b64decode(aux))
            except (WireError, ValueError):
                return
            yield from self._reader.read(status, now)
        elif isinstance(aux, dict) and "ID" in aux:
            self.image_id = str(aux["ID"])
        elif "error" in message or "errorDetail" in message:
            detail: Any = message.get("errorDetail")
            said = detail.get("message") if isinstance(detail, dict) else None
            self.error = str(said or message.get("error") or "the build failed")

    def close(self, now: float) -> Iterator[ev.Event]:
        """Yield what the end of the stream settles."""
        rest, self._rest = self._rest, b""
        yield from self._line(rest, now)
        if not self.error and not self.image_id:
            self.error = "The engine ended the build without a word."
        if self.error:
            yield from self._reader.blame(self.error, now)


class BuildxDecoder:
    """What `docker buildx build --progress=rawjson` writes to stderr → events."""

    def __init__(
        self, dockerfile: Dockerfile, steps: tuple[Step, ...], build_args: Mapping[str, str] | None = None, target: str = ""
    ) -> None:
        self._reader = TraceReader(dockerfile, steps, build_args, target, context_progress=True)
        self._rest = b""
        self._words: list[str] = []
        self.error = ""
        self.image_id = ""

    def feed(self, data: bytes, now: float) -> Iterator[ev.Event]:
        """Yield the events in a slice of the stream, cut anywhere."""
        messages, words, self._rest = split_json(self._rest + data)
        self._words += words
        for message in messages:
            yield from self._reader.read(message, now)

    def close(self, now: float) -> Iterator[ev.Event]:
        """Yield what the end of the stream settles; the text between the messages holds the error, if there is one."""
        messages, words, _ = split_json(self._rest + b"\n", final=True)
        self._words += words
        for message in messages:
            yield from self._reader.read(message, now)
        said = [line.removeprefix("ERROR: ") for line in self._words if line.startswith("ERROR: ")]
        if said:
            self.error = said[-1]
            yield from self._reader.blame("\n".join(self._words), now)
