"""Record what engines say of containers' lives: the corpus under `tests/recordings/containers-*`.

A recording is a file of JSON lines. The first is the header: `engine` (its name and version), `case`, `id` of the container. Each
further line is what came: `t`, seconds since the case began, and `event` (a message of `GET /events`) or `inspect` (the answer to
one, of which only what a container's picture needs is kept), or `command` (what is about to be asked for).

    python -m tests.rig.record_containers [CASE...]
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docker import APIClient
from docker.errors import APIError, NotFound

from tests.rig import engines, images
from tests.rig.engines import Engine
from tests.rig.life_cases import CASES, Case
from tests.rig.places import ROOT, RigError, say
from tests.rig.processes import await_fact

RECORDINGS = ROOT / "tests" / "recordings"
ENGINES: tuple[tuple[str, Callable[[], Engine]], ...] = (
    ("20.10", lambda: engines.private("20.10")),
    ("28", lambda: engines.private("28")),
    ("podman", engines.podman),
)
LARGEST = 60_000
KEPT = {
    "": ("Id", "Name", "Created", "Path", "Args", "State", "Image", "ImageName", "Mounts", "RestartCount"),
    "Config": (
        "Image", "Entrypoint", "Cmd", "Tty", "OpenStdin", "StopSignal", "StopTimeout", "Hostname", "Healthcheck", "ExposedPorts",
        "Labels",
    ),
    "HostConfig": ("Init", "AutoRemove", "Memory", "NetworkMode", "RestartPolicy", "PortBindings", "Tmpfs"),
    "NetworkSettings": ("Ports", "Networks"),
}  # fmt: skip


class Recorder:
    """Reads an engine's events while a case goes on, and asks for inspects."""

    def __init__(self, api: APIClient, *, podman: bool = False) -> None:
        self.api = api
        self.podman = podman
        self.lines: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.begun = time.time()
        self._messages = api.events(since=int(self.begun), decode=True)
        self._thread = threading.Thread(target=self._read, name="rig events", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for message in self._messages:
                self.lines.append({"t": round(time.time() - self.begun, 4), "event": message})
        except Exception as error:  # closing a stream that is being read raises one of many
            del error

    def inspect(self) -> None:
        """Ask about the container and keep the answer."""
        asked = time.time()
        try:
            answer: dict[str, Any] = self.api.inspect_container(self.ids[0])
        except (NotFound, APIError):
            return
        kept = {name: answer[name] for name in KEPT[""] if name in answer}
        for part, names in KEPT.items():
            if part and isinstance(answer.get(part), dict):
                kept[part] = {name: answer[part][name] for name in names if answer[part].get(name) not in (None, "", [], {})}
        self.lines.append({"t": round(asked - self.begun, 4), "inspect": kept})

    def command(self, verb: str, words: str, grace: float | None = None) -> None:
        """Keep a command as one that is given here, now."""
        given = {"verb": verb, "command": words, "grace": grace}
        self.lines.append({"t": round(time.time() - self.begun, 4), "command": given})

    def told(self, action: str, times: int = 1) -> bool:
        """Say whether the stream has told of an action so often."""
        return sum(self._action(line).partition(":")[0] == action for line in list(self.lines)) >= times

    def await_told(self, *actions: str, times: int = 1) -> None:
        """Wait until the stream has told of one of these actions.

        Raises:
            RigError: it did not within half a minute.
        """
        if not await_fact(lambda: any(self.told(action, times) for action in actions), 30):
            raise RigError(f"the engine did not tell of {' or '.join(actions)}: {[self._action(line) for line in self.lines]}")

    def _action(self, line: dict[str, Any]) -> str:
        message = line.get("event")
        return str(message.get("Action", "")) if message and self._ours(message) else ""

    def _ours(self, message: dict[str, Any]) -> bool:
        actor = message.get("Actor") or {}
        return actor.get("ID") in self.ids or (actor.get("Attributes") or {}).get("container") in self.ids

    def close(self) -> list[dict[str, Any]]:
        """End the stream and give what concerns the case."""
        self._messages.close()
        self._thread.join(5)
        return [line for line in self.lines if "event" not in line or self._ours(line["event"])]


def record(case: Case, engine: Engine, label: str) -> Path:
    """Record one case on one engine; whatever it made is removed.

    Raises:
        RigError: the engine did not tell what the case waits for, or the recording is too large for the repository.
    """
    recorder = Recorder(engine.client().api, podman=engine.name == "podman")
    try:
        case.play(recorder)
        lines = recorder.close()
    finally:
        for id in recorder.ids:
            try:
                recorder.api.remove_container(id, force=True, v=True)
            except (NotFound, APIError):
                continue
    header = {"engine": f"{engine.name} {engine.version}", "case": case.name, "id": recorder.ids[0], "begun": recorder.begun}
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in [header, *lines])
    if len(text) > LARGEST:
        raise RigError(f"{case.name} on {label} makes {len(text)} bytes, more than {LARGEST}")
    path = RECORDINGS / f"containers-{label}" / f"{case.name}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def main(wanted: list[str]) -> int:
    """Record all cases, or those that are named, on fresh private engines."""
    failed = 0
    for label, make in ENGINES:
        engine = make()
        try:
            images.provide(engine)
            for case in CASES:
                if not wanted or case.name in wanted:
                    try:
                        path = record(case, engine, label)
                        say(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
                    except RigError as error:
                        failed += 1
                        say(f"not recorded: {error}")
        finally:
            engine.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
