"""Recorded streams of real engines, played through decoder and fold."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.buildkit import BuildkitDecoder, BuildxDecoder
from dockermagic.builds.classic import ClassicDecoder
from dockermagic.builds.dockerfile import Dockerfile, read_dockerfile
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.plan import plan_stages, plan_steps

ROOT = Path(__file__).resolve().parents[1] / "recordings"
EVERY = sorted(ROOT.glob("*/*.jsonl"))
BEGAN = 1_700_000_000.0


@dataclass(frozen=True)
class Recording:
    """A recorded build: what was asked, and the slices that came, with the seconds since the request."""

    name: str
    header: dict[str, Any]
    slices: tuple[tuple[float, bytes], ...]

    @property
    def path(self) -> ev.BuildPath:
        """Which builder spoke."""
        path: ev.BuildPath = self.header["path"]
        return path

    @property
    def build_args(self) -> dict[str, str]:
        """The build arguments that were given."""
        return dict(self.header.get("build_args") or {})


@cache
def load(path: Path) -> Recording:
    """Read a recording."""
    head, *lines = path.read_text().splitlines()
    slices = tuple((float(each["t"]), base64.b64decode(each["data"])) for each in map(json.loads, lines))
    return Recording(f"{path.parent.name}/{path.stem}", json.loads(head), slices)


def decoder_for(recording: Recording, dockerfile: Dockerfile, build: Build) -> Any:
    """Make the decoder of the builder that was recorded."""
    from dockermagic.builds.podman import PodmanDecoder

    target = recording.header.get("target", "")
    if recording.path == "buildkit":
        return BuildkitDecoder(dockerfile, build.steps, recording.build_args, target)
    if recording.path == "buildx":
        return BuildxDecoder(dockerfile, build.steps, recording.build_args, target)
    return (PodmanDecoder if recording.path == "podman" else ClassicDecoder)(dockerfile, build.steps)


def plan(recording: Recording) -> tuple[Dockerfile, Build]:
    """Give the build as it stands before its events."""
    text, target = recording.header["dockerfile"], recording.header.get("target", "")
    dockerfile = read_dockerfile(text)
    steps = plan_steps(dockerfile, target, recording.build_args, recording.path)
    return dockerfile, Build(text, steps, plan_stages(dockerfile, recording.build_args), tags=("recorded:1",), target=target)


def events(recording: Recording, slices: Iterator[tuple[float, bytes]] | None = None) -> Iterator[ev.Event]:
    """Yield the events of a recording.

    Parameters:
        slices: the stream, cut otherwise than it was recorded; as recorded when not given.
    """
    dockerfile, build = plan(recording)
    decoder = decoder_for(recording, dockerfile, build)
    yield ev.BuildStarted(BEGAN, f"{recording.path} {recording.header['engine']}", recording.path)
    seconds = 0.0
    for seconds, data in slices if slices is not None else iter(recording.slices):
        yield from decoder.feed(data, BEGAN + seconds)
    yield from decoder.close(BEGAN + seconds)
    outcome: ev.Outcome = "cancelled" if recording.name.endswith("/cancelled") else "failed" if decoder.error else "succeeded"
    if decoder.image_id:
        yield ev.ImageBuilt(BEGAN + seconds, decoder.image_id)
    yield ev.BuildFinished(BEGAN + seconds, outcome, decoder.error)


def replay(recording: Recording) -> Build:
    """Fold a recording from beginning to end."""
    _, build = plan(recording)
    for event in events(recording):
        build = apply(build, event)
    return build
