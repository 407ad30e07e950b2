"""What the builders that work on one instruction after the other have in common: the classic builder and Podman's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.jsonstream import JSONStream
from dockermagic.builds.model import Step

SILENT_END = "The engine ended the build without a word."
_LINE = re.compile(r"(?:dockerfile parse error )?(?:on )?line (\d+)", re.IGNORECASE)
_EXIT = re.compile(r"(?:returned a non-zero code:|exit status|exit code:?) (\d{1,3})\b")
_IMAGE = re.compile(r"sha256:[0-9a-f]{64}")


class StepwiseDecoder:
    """The stream of `POST /build` → events, for builders that report in text.

    `error` is the builder's message when it failed, `image_id` the image's ("sha256:…") when it made one.

    Parameters:
        dockerfile, steps: the plan that the text is matched with.
    """

    def __init__(self, dockerfile: Dockerfile, steps: tuple[Step, ...]) -> None:
        self.error = ""
        self.image_id = ""
        self._dockerfile = dockerfile
        self._steps = steps
        self._objects = JSONStream()
        self._current: int | None = None
        self._open = False
        self._cached = False
        self._pulled = False
        self._sizes: dict[str, int] = {}

    def feed(self, data: bytes, now: float) -> Iterator[ev.Event]:
        """Yield the events in a slice of the stream, cut anywhere.

        Parameters:
            data: bytes of the answer's body; `now`: seconds since the epoch.
        """
        for message in self._objects.feed(data):
            yield from self._message(message, now)

    def close(self, now: float) -> Iterator[ev.Event]:
        """Yield what the end of the stream settles, and the image if there is one."""
        for message in self._objects.close():
            yield from self._message(message, now)
        if self.error:
            return
        if not self.image_id:
            self.error = SILENT_END
            return
        yield from self._end(now)
        yield ev.ImageBuilt(now, self.image_id)

    def _message(self, message: dict[str, Any], now: float) -> Iterator[ev.Event]:
        aux = message.get("aux")
        if "error" in message or "errorDetail" in message:
            yield from self._failed(message, now)
        elif isinstance(aux, dict) and isinstance(aux.get("ID"), str):
            self.image_id = aux["ID"]
        elif isinstance(text := message.get("stream"), str):
            if self._current is None and _IMAGE.fullmatch(text.strip()):
                self.image_id = text.strip()  # all that a quiet build says
            elif text:
                yield from self._text(text, now)
        elif isinstance(message.get("status"), str):
            yield from self._status(message, now)
        elif isinstance(message.get("message"), str):
            yield from self._failed({"error": message["message"]}, now)

    def _text(self, text: str, now: float) -> Iterator[ev.Event]:
        raise NotImplementedError

    # ------------------------------------------------------------- steps

    def _begin(self, step: int | None, now: float) -> Iterator[ev.Event]:
        """Turn to another step; None for one that the Dockerfile does not hold."""
        yield from self._end(now)
        self._current, self._open = step, step is not None
        self._cached = self._pulled = False
        if step is not None:
            yield ev.StepStarted(now, step)

    def _end(self, now: float, digest: str = "") -> Iterator[ev.Event]:
        if self._current is None or not self._open:
            return
        self._open = False
        cached = not self._pulled if self._steps[self._current].keyword == "FROM" else self._cached
        yield ev.StepFinished(now, self._current, "cached" if cached else "ran", digest=digest)

    def _log(self, stream: int, text: str, now: float) -> Iterator[ev.Event]:
        if self._current is not None:
            yield ev.StepLogged(now, self._current, stream, text)

    def _failed(self, message: dict[str, Any], now: float) -> Iterator[ev.Event]:
        detail = message.get("errorDetail")
        said = detail.get("message") if isinstance(detail, dict) else None
        self.error = str(said or message.get("error") or "The build failed.").strip()
        self.image_id = ""
        step = self._current if self._open else self._step_at_line()
        if step is None:
            return
        code = detail.get("code") if isinstance(detail, dict) else None
        if not isinstance(code, int) or isinstance(code, bool):
            found = _EXIT.search(self.error)
            code = int(found[1]) if found and self._steps[step].keyword == "RUN" else None
        self._current, self._open = step, False
        yield ev.StepFinished(now, step, "failed", error=self.error, exit_code=code)

    def _step_at_line(self) -> int | None:
        """Find the instruction whose line the error names."""
        found = _LINE.search(self.error)
        line = int(found[1]) if found and len(found[1]) < 9 else 0
        return next((place for place, step in enumerate(self._steps) if step.line <= line <= step.last_line), None)

    # ------------------------------------------------------------- pulls

    def _status(self, message: dict[str, Any], now: float) -> Iterator[ev.Event]:
        """Read the progress of a pull, or of a file that ADD fetches."""
        if self._current is None:
            return
        status, name = message["status"], message.get("id")
        name = name if isinstance(name, str) else "download"
        detail = message.get("progressDetail")
        current = detail.get("current") if isinstance(detail, dict) else None
        total = detail.get("total") if isinstance(detail, dict) else None
        if isinstance(total, int) and total > 0:
            self._sizes[name] = total
        size = self._sizes.get(name)
        if status.startswith(("Pulling from", "Digest:", "Status:")):
            yield from self._log(1, status.rstrip("\n") + "\n", now)
            self._pulled = self._pulled or status.startswith("Status: Downloaded")
        elif status == "Downloading" and isinstance(current, int):
            self._pulled = True
            yield ev.BytesMoved(now, self._current, name, current, size, current == size)
        elif status in ("Download complete", "Pull complete"):
            self._pulled = True
            yield ev.BytesMoved(now, self._current, name, size or 0, size, True)
