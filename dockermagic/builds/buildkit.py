"""BuildKit's trace → events, the same for the Engine API and for buildx.

BuildKit speaks of vertices, not of instructions. What belongs to what:

1. "[stage k/n] …" is the k-th instruction of that stage that makes a layer, an external FROM counting as one.
   When k or n is larger than the Dockerfile accounts for, the surplus are ONBUILD triggers of the base image, which run right
   after FROM; they are FROM's. BuildKit announces the vertices of a stage in one message, so the surplus is known before any starts.
2. "[internal] …", "exporting …" and the loading of a syntax frontend belong to no instruction: they are phases.
   An error while loading an image's metadata is the FROM's that asks for the image.
3. Any other vertex (an image or URL that COPY --from, RUN --mount or ADD reads) belongs to the first instruction that has it as
   an input.
4. A vertex may come in any order and several times; the last word counts. ENV, CMD, LABEL… have none.
5. Two stages that begin alike share their vertices, which bear the name of one of them; the like steps of the other one ended as those did.
6. A FROM "ran" when layers of it were transferred; else its image was there and it is "cached".
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.plan import layer_steps, needed_stages, resolve_stages
from dockermagic.builds.rawjson import split_json
from dockermagic.builds.trace import Message, read_status
from dockermagic.engine.wire import WireError

NUMBERED = re.compile(r"\[(?:(?P<platform>[a-z0-9]+/\S+) )?(?:(?P<stage>\S+) )? *(?P<k>\d+)/(?P<n>\d+)\] ")
METADATA = re.compile(r"\[internal\] load metadata for (?P<image>\S+)")
EXIT_CODE = re.compile(r"exit code: (\d+)")
SYNTAX_LINE = re.compile(r"(?:dockerfile parse error (?:on )?line |Dockerfile:)(\d+)")
CLOCK_SKEW = 2.0
PHASES: tuple[tuple[str, ev.Phase], ...] = (
    ("[internal] load metadata", "metadata"),
    ("[internal] load build context", "context"),
    ("[internal] load remote build context", "context"),
    ("[internal] load", "definition"),
    ("[internal] settings", "definition"),
    ("resolve image config for", "definition"),
    ("docker-image://", "definition"),
    ("[auth]", "metadata"),
    ("exporting", "export"),
    ("importing cache", "metadata"),
)


@dataclass
class _Vertex:
    name: str
    step: int | None = None
    phase: ev.Phase | None = None
    started: bool = False
    completed: bool = False
    image: str = ""
    readers: dict[int, codecs.IncrementalDecoder] = field(default_factory=dict)

    def read(self, stream: int, data: bytes) -> str:
        """Decode output whose characters may be cut anywhere."""
        if stream not in self.readers:
            self.readers[stream] = codecs.getincrementaldecoder("utf-8")("replace")
        return self.readers[stream].decode(data)


class TraceReader:
    """Folds messages of the trace into events.

    Parameters:
        dockerfile, steps: the plan that the vertices are matched with.
        build_args, target: what the build was given; they decide what a FROM names, and which stages are built.
        context_progress: whether the trace is the only one to know how much of the context was sent.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        steps: tuple[Step, ...],
        build_args: Mapping[str, str] | None = None,
        target: str = "",
        *,
        context_progress: bool = False,
    ) -> None:
        self._steps = steps
        self._alike = _beginnings(dockerfile, steps, build_args, target)
        self._ends: dict[int, ev.StepFinished] = {}
        self._stages = {stage.name: stage.index for stage in dockerfile.stages}
        self._layers = layer_steps(dockerfile, build_args)
        self._counts = {index: sum(1 for stage, _ in self._layers if stage == index) for index in self._stages.values()}
        self._froms = {i.stage: place for place, i in enumerate(dockerfile.instructions) if i.keyword == "FROM"}
        self._bases = [(stage.base, self._froms[stage.source.index]) for stage in resolve_stages(dockerfile, build_args) if stage.pulls]
        self._vertices: dict[str, _Vertex] = {}
        self._inputs: dict[str, int] = {}
        self._largest: dict[int, int] = {}
        self._moved: set[int] = set()
        self._context_progress = context_progress
        self._offset: float | None = None
        self.failed = False

    def read(self, message: dict[str, list[Message]], now: float) -> Iterator[ev.Event]:
        """Yield what one message says; `now` is when it came, in seconds since the epoch."""
        for vertex in message["vertexes"]:
            self._count(vertex["name"] or "")
        for vertex in message["vertexes"]:
            yield from self._vertex(vertex, now)
        for status in message["statuses"]:
            yield from self._status(status, now)
        for log in message["logs"]:
            known = self._vertices.get(log["vertex"])
            if known is not None and known.step is not None and log["data"]:
                text = known.read(log["stream"] or 1, log["data"])
                if text:
                    yield ev.StepLogged(self._clock(log["timestamp"], now), known.step, 2 if log["stream"] == 2 else 1, text)
        for warning in message["warnings"]:
            yield self._warning(warning, now)

    def _clock(self, time: float | None, now: float) -> float:
        """Put the engine's time on this machine's clock, when the two differ."""
        if time is None:
            return now
        if self._offset is None:
            self._offset = now - time if abs(now - time) > CLOCK_SKEW else 0.0
        return time + self._offset

    def _known(self, message: Message) -> _Vertex:
        known = self._vertices.get(message["digest"])
        if known is None:
            known = self._vertices[message["digest"]] = self._placed(message["name"] or "")
        if known.step is None and known.phase is None:
            known.step = self._inputs.get(message["digest"])
        if known.step is not None:
            for digest in message["inputs"]:
                self._inputs.setdefault(digest, known.step)
                source = self._vertices.get(digest)
                if source is not None and source.step is None and source.phase is None:
                    source.step = known.step
        return known

    def _placed(self, name: str) -> _Vertex:
        numbered = NUMBERED.match(name)
        if numbered is not None:
            return _Vertex(name, step=self._numbered(numbered))
        for prefix, phase in PHASES:
            if name.startswith(prefix):
                metadata = METADATA.match(name)
                return _Vertex(name, phase=phase, image=metadata["image"] if metadata else "")
        return _Vertex(name)

    def _stage(self, match: re.Match[str]) -> int | None:
        return 0 if match["stage"] is None else self._stages.get(match["stage"].lower())

    def _count(self, name: str) -> None:
        """Take note of how many layers a stage really has."""
        match = NUMBERED.match(name)
        stage = self._stage(match) if match is not None else None
        if match is not None and stage is not None:
            self._largest[stage] = max(self._largest.get(stage, 0), int(match["k"]), int(match["n"]))

    def _numbered(self, match: re.Match[str]) -> int | None:
        stage = self._stage(match)
        if stage is None:
            return None
        place, surplus = int(match["k"]), self._largest[stage] - self._counts[stage]
        external = self._froms.get(stage) == self._layers.get((stage, 1))
        before = 1 if external else 0
        if surplus > 0 and before < place <= before + surplus:
            return self._froms.get(stage)
        return self._layers.get((stage, place - surplus if place > before else place))

    def _vertex(self, message: Message, now: float) -> Iterator[ev.Event]:
        known = self._known(message)
        if message["started"] is not None and not known.started:
            known.started = True
            yield from self._began(known, self._clock(message["started"], now))
        if message["completed"] is not None or message["error"]:
            yield from self._ended(known, message, self._clock(message["completed"], now))

    def _began(self, known: _Vertex, time: float) -> Iterator[ev.Event]:
        if known.phase is not None:
            yield ev.PhaseStarted(time, known.phase)
        elif known.step is not None:
            yield ev.StepStarted(time, known.step)

    def _ended(self, known: _Vertex, message: Message, time: float) -> Iterator[ev.Event]:
        error = message["error"] or ""
        self.failed = self.failed or bool(error)
        if known.phase is not None:
            yield ev.PhaseFinished(time, known.phase, error)
            if error and known.image:
                yield from self._no_image(known.image, error, time)
            return
        if known.step is None or (known.name.startswith("FROM ") and not error):
            return
        code = EXIT_CODE.search(error)
        end = ev.StepFinished(
            time,
            known.step,
            self._status_of(known.step, bool(message["cached"]), error),
            digest=message["digest"],
            error=error,
            exit_code=int(code[1]) if code else None,
        )
        self._ends[known.step] = end
        yield end

    def shared(self) -> Iterator[ev.Event]:
        """Yield the ends of steps that share a vertex with a step of another stage."""
        ends = {self._alike[step]: end for step, end in self._ends.items() if step in self._alike and not end.error}
        for step, beginning in self._alike.items():
            if step not in self._ends and beginning in ends:
                yield replace(ends[beginning], step=step)

    def _status_of(self, step: int, cached: bool, error: str) -> ev.StepEnd:
        if error:
            return "cancelled" if "context canceled" in error else "failed"
        if self._steps[step].keyword == "FROM":
            return "ran" if step in self._moved else "cached"
        return "cached" if cached else "ran"

    def _no_image(self, image: str, error: str, time: float) -> Iterator[ev.Event]:
        """Blame the FROM whose image could not be found."""
        if "context canceled" in error:
            return
        wanted = [step for base, step in self._bases if _same_image(base, image)]
        for step in (wanted or [step for _, step in self._bases])[:1]:
            yield ev.StepFinished(time, step, "failed", error=error)

    def _status(self, message: Message, now: float) -> Iterator[ev.Event]:
        known = self._vertices.get(message["vertex"])
        name, total, current = message["id"] or "", message["total"] or 0, message["current"] or 0
        if known is None:
            return
        time = self._clock(message["timestamp"], now)
        finished = message["completed"] is not None
        if known.phase == "context" and self._context_progress and name.startswith("transferring context"):
            yield ev.BytesMoved(time, None, "context", current, total or None, finished)
        elif known.step is not None and name.startswith("sha256:") and (total or current):
            self._moved.add(known.step)
            done = finished or message["name"] in ("done", "extracting")
            yield ev.BytesMoved(time, known.step, name, total if done and total else current, total or None, done)

    def _warning(self, message: Message, now: float) -> ev.LintWarned:
        rule, _, text = (message["short"] or "").partition(": ")
        line = min((number for number in message["lines"] if number > 0), default=0)
        text = re.sub(r"\s*\(line \d+\)$", "", text or rule)
        step = next((i for i, s in enumerate(self._steps) if s.line <= line <= s.last_line), None)
        return ev.LintWarned(now, step, rule, text, message["url"] or "", line)

    def blame(self, error: str, now: float) -> Iterator[ev.Event]:
        """Mark the instruction whose line an error names, when no vertex failed: the Dockerfile could not be read."""
        found = SYNTAX_LINE.search(error)
        if self.failed or found is None:
            return
        line = int(found[1])
        for place, step in enumerate(self._steps):
            if step.line <= line <= step.last_line:
                yield ev.StepFinished(now, place, "failed", error=error)


def _beginnings(
    dockerfile: Dockerfile, steps: tuple[Step, ...], build_args: Mapping[str, str] | None, target: str
) -> dict[int, tuple[str, ...]]:
    """Give, for each step of a stage that is built, all that stands before it down to the image; equal ones share a vertex."""
    needed = needed_stages(dockerfile, target, build_args) if dockerfile.stages else frozenset()
    stages = resolve_stages(dockerfile, build_args)
    lines: dict[int, tuple[str, ...]] = {}
    found: dict[int, tuple[str, ...]] = {}
    for place, instruction in enumerate(dockerfile.instructions):
        index = instruction.stage
        if index < 0:
            continue
        if instruction.keyword == "FROM":
            parent = stages[index].parent
            lines[index] = (stages[index].source.platform, stages[index].base) if parent is None else lines[parent]
        else:
            lines[index] = (*lines[index], instruction.name)
        if index in needed and steps[place].status == "waiting":
            found[place] = lines[index]
    return found


def _same_image(base: str, image: str) -> bool:
    """Whether a FROM's text and BuildKit's full name mean one image."""
    base = base if "/" in base else f"library/{base}"
    base = base if base.count("/") > 1 or "." in base.split("/")[0] or ":" in base.split("/")[0] else f"docker.io/{base}"
    return image in (base, f"{base}:latest")


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
        yield from self._reader.shared()
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
        yield from self._reader.shared()
        said = [line.removeprefix("ERROR: ") for line in self._words if line.startswith("ERROR: ")]
        if said:
            self.error = said[-1]
            yield from self._reader.blame("\n".join(self._words), now)
