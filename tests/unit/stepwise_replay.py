"""Replaying what the classic builder and Podman said, cut as it came or otherwise."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.classic import ClassicDecoder
from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build, Step
from dockermagic.builds.plan import plan_steps
from dockermagic.builds.podman import PodmanDecoder

RECORDINGS = Path(__file__).parents[1] / "recordings"
DECODERS = {"classic": ClassicDecoder, "podman": PodmanDecoder}
Seen = tuple[list[ev.Event], str, str]


class Recording:
    """A build that an engine reported: the plan, and the slices of the answer with their times."""

    def __init__(self, path: Path) -> None:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        self.head: dict[str, Any] = json.loads(head)
        self.slices = [(each["t"], base64.b64decode(each["data"])) for each in map(json.loads, lines)]
        self.stream = b"".join(data for _, data in self.slices)
        self.dockerfile = read_dockerfile(self.head["dockerfile"])

    def plan(self) -> tuple[Step, ...]:
        return plan_steps(self.dockerfile, self.head["target"], self.head.get("build_args"), self.head["path"])

    def events(self, slices: Iterable[tuple[float, bytes]] | None = None) -> Seen:
        """Give the events, the error and the image."""
        decoder = DECODERS[self.head["path"]](self.dockerfile, self.plan())
        found: list[ev.Event] = []
        time = 0.0
        for time, data in self.slices if slices is None else slices:
            found += decoder.feed(data, time)
        found += decoder.close(time)
        return found, decoder.error, decoder.image_id

    def build(self) -> Build:
        """Give the build as it stands when it is over."""
        found, error, _ = self.events()
        build = Build(self.head["dockerfile"], self.plan())
        for event in found:
            build = apply(build, event)
        return apply(build, ev.BuildFinished(self.slices[-1][0], "failed" if error else "succeeded", error))


def named(path: str, name: str) -> Recording:
    """Read a recording of tests/recordings."""
    return Recording(RECORDINGS / path / f"{name}.jsonl")


def names(path: str) -> list[str]:
    """Give the names of all recordings of a builder."""
    return sorted(each.stem for each in (RECORDINGS / path).glob("*.jsonl"))


def statuses(build: Build) -> str:
    """Give the statuses of all steps, each by its first letter: m, c, r, f, s."""
    return "".join(step.status[0] for step in build.steps)


def fed(path: str, dockerfile: str, *messages: dict[str, Any] | bytes) -> Seen:
    """Decode messages that were written by hand."""
    source = read_dockerfile(dockerfile)
    decoder = DECODERS[path](source, plan_steps(source, "", None, "classic"))
    found: list[ev.Event] = []
    for number, message in enumerate(messages):
        data = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\r\n"
        found += decoder.feed(data, float(number))
    found += decoder.close(float(len(messages)))
    return found, decoder.error, decoder.image_id
