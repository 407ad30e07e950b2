"""Asking an engine: short requests and streams of JSON, all of which end at once when the asker is closed."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dockermagic.containers import inspected
from dockermagic.errors import EngineError

if TYPE_CHECKING:
    from dockermagic.containers.parts import Seen
    from dockermagic.engine import Engine
    from dockermagic.engine.http import Exchange

__all__ = ["Asker", "Gone"]

_WITHIN = 20.0
"""Seconds that an engine has for each part of a short answer."""
_LONGEST = 64 << 20


class Gone(EngineError):
    """There is nothing of that name (status 404)."""


class Asker:
    """Requests to one engine, each on a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._open: set[Exchange] = set()
        self._lock = threading.Lock()
        self._closed = False

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Give the answer to a GET, read as JSON.

        Raises:
            Gone: there is no such thing.
            EngineError: the engine refused, or does not answer.
            OSError: the connection broke.
        """
        with self._exchange("GET", path, query, _WITHIN) as exchange:
            text = b"".join(exchange)
        try:
            return json.loads(text)
        except ValueError as error:
            raise EngineError("The engine's answer cannot be read.") from error

    def seen(self, name: str) -> tuple[str, Seen]:
        """Ask about a container: its id, and what is told of it.

        Raises:
            as `get`.
        """
        answer = self.get(f"/containers/{name}/json")
        seen = inspected.read(answer)
        if seen.state == "running" and seen.shell_form:
            # Whether the shell has stayed, only the list of processes tells; a program that has just ended has none.
            with contextlib.suppress(EngineError):
                # Docker runs the host's ps; Podman has one of its own, which keeps columns apart only if they are named.
                told = self.get(f"/containers/{name}/top", None if self._docker() else {"ps_args": "pid,args"})
                seen = replace(seen, program=inspected.process_one(told, seen.pid))
        return str(answer.get("Id", "")), seen

    def lines(
        self, path: str, query: Mapping[str, Any] | None = None, opened: Callable[[], None] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the objects of a stream of JSON lines as they come; what is no object is left out.

        Parameters:
            opened: is called when the engine has accepted the request.
        """
        with self._exchange("GET", path, query, None, opened) as exchange:
            rest = b""
            for data in exchange:
                *whole, rest = (rest + data).split(b"\n")
                if len(rest) > _LONGEST:
                    raise EngineError("The engine sends a line without end.")
                yield from _objects(whole)
            yield from _objects([rest])

    @contextlib.contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        timeout: float | None,
        opened: Callable[[], None] | None = None,
    ) -> Iterator[Exchange]:
        exchange = self.engine.exchange(timeout)
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("it was closed from here")
            self._open.add(exchange)
        try:
            target = self.engine.path(quote(path, safe="/:"))
            told = {name: value if isinstance(value, str) else json.dumps(value) for name, value in (query or {}).items()}
            # Podman sends the head of a stream with its first message only, so that waiting for it would be waiting for an event.
            if opened is not None and not self._docker():
                opened()
                opened = None
            try:
                exchange.send(method, f"{target}?{urlencode(told)}" if told else target)
            except EngineError as error:
                raise _refused(error) from error
            if opened is not None:
                opened()
            yield exchange
        finally:
            with self._lock:
                self._open.discard(exchange)
            exchange.close()

    def _docker(self) -> bool:
        return self.engine.about.product != "Podman"

    def names(self, kind: str) -> list[str]:
        """Give the names of all containers, images, networks or volumes, sorted."""
        found: set[str] = set()
        match kind:
            case "container":
                for each in self.get("/containers/json", {"all": "1"}):
                    found.update(str(name).removeprefix("/") for name in each.get("Names") or ())
            case "image":
                for each in self.get("/images/json"):
                    found.update(str(tag) for tag in each.get("RepoTags") or () if "<none>" not in str(tag))
            case "network":
                found.update(str(each.get("Name", "")) for each in self.get("/networks"))
            case "volume":
                found.update(str(each.get("Name", "")) for each in self.get("/volumes").get("Volumes") or ())
        return sorted(name for name in found if name)

    def close(self) -> None:
        """End every request, wherever it is; no other one begins."""
        with self._lock:
            self._closed = True
            pending = list(self._open)
        for exchange in pending:
            exchange.close()


def _refused(error: EngineError) -> EngineError:
    text = error.message.lower()
    return Gone(error.message, error.hint) if "no such" in text or "not found" in text or "404" in text else error


def _objects(lines: list[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        with contextlib.suppress(ValueError):
            found = json.loads(line) if line.strip() else None
            if isinstance(found, dict):
                yield found
