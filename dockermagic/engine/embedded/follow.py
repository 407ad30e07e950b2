"""What the engine publishes, followed through its events, with what Python brings along: the supervisor stays small."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dockermagic.engine.embedded.ports import Forward, published

FILTERS = quote(json.dumps({"type": ["container"], "event": ["start", "die", "unpause", "destroy"]}))
PATIENCE = 30.0
"""Seconds that an answer may take."""


class Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout: float | None = PATIENCE) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.sock.close()
            raise


def ask(path: Path, question: str, timeout: float = PATIENCE, method: str = "GET", body: Any = None) -> Any:
    """Ask the engine a question, and give its answer, read from JSON; text where it is none.

    Parameters:
        method: "POST" for an order.
        body: what goes along: bytes as they are, anything else as JSON.

    Raises:
        OSError: it does not answer.
    """
    connection = Connection(path, timeout)
    try:
        sent = body if isinstance(body, bytes | None) else json.dumps(body)
        kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
        connection.request(method, question, sent, {"Content-Type": kind} if body is not None else {})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise OSError(_refusal(content.decode(errors="replace")))
        return json.loads(content) if "json" in answer.headers.get("Content-Type", "") else content.decode(errors="replace")
    except http.client.HTTPException as error:
        raise OSError(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _refusal(text: str) -> str:
    """Give what the engine says in an answer that refuses."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return str(json.loads(text)["message"])
    return text.strip()


def stop_containers(path: Path, grace: int) -> None:
    """Have all containers stopped at once: dockerd would wait for each as long as that one was given, ten seconds as a rule.

    Parameters:
        grace: seconds that their programs have to end by themselves.
    """

    def stop(container: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            ask(path, f"/containers/{container}/stop?t={grace}", method="POST")

    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        running = [str(container["Id"]) for container in ask(path, "/containers/json", timeout=5)]
        threads = [threading.Thread(target=stop, args=(each,), name="dockermagic stop", daemon=True) for each in running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(grace + 5)


class Follower:
    """Tells which ports are published, at first and whenever that may have changed, until the engine is gone.

    Parameters:
        tell: called from a thread of its own.
    """

    def __init__(self, path: Path, tell: Callable[[frozenset[Forward]], None]) -> None:
        self._path, self._tell = path, tell
        self._connection: Connection | None = None
        threading.Thread(target=self._follow, name="dockermagic ports", daemon=True).start()

    def _follow(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            self._connection = Connection(self._path, timeout=None)
            self._connection.request("GET", f"/events?filters={FILTERS}")
            events = self._connection.getresponse()
            self._tell(published(ask(self._path, "/containers/json")))
            while events.readline():
                self._tell(published(ask(self._path, "/containers/json")))

    def close(self) -> None:
        """Let go of the engine."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
