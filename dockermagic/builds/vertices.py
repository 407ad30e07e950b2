"""BuildKit's vertices → events, the same for the Engine API and for buildx. `placing` knows which vertex is whose."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.layers import twin_steps
from dockermagic.builds.model import Step
from dockermagic.builds.placing import Places
from dockermagic.builds.trace import Message

EXIT_CODE = re.compile(r"exit code: (\d+)")
SYNTAX_LINE = re.compile(r"(?:dockerfile parse error (?:on )?line |Dockerfile:)(\d+)")
BLANK_BASE = re.compile(r"base name \((?P<base>.*?)\) should not be blank")
METADATA = re.compile(r"\[internal\] load metadata for (?P<image>\S+)")
CLOCK_SKEW = 2.0


@dataclass
class _Vertex:
    name: str
    step: int | None = None
    phase: ev.Phase | None = None
    started: bool = False
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
        self._places = Places(dockerfile, build_args)
        self._twins = twin_steps(dockerfile, target, build_args)
        self._ends: dict[int, ev.StepFinished] = {}
        self._vertices: dict[str, _Vertex] = {}
        self._inputs: dict[str, int] = {}
        self._moved: set[int] = set()
        self._context_progress = context_progress
        self._offset: float | None = None
        self.failed = False

    def read(self, message: dict[str, list[Message]], now: float) -> Iterator[ev.Event]:
        """Yield what one message says; `now` is when it came, in seconds since the epoch."""
        for vertex in message["vertexes"]:
            self._places.announce(vertex["name"] or "")
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
            known = self._vertices[message["digest"]] = _Vertex(message["name"] or "", *self._places.place(message["name"] or ""))
        if known.step is None and known.phase is None:
            known.step = self._inputs.get(message["digest"])
        if known.step is not None:
            for digest in message["inputs"]:
                self._inputs.setdefault(digest, known.step)
                source = self._vertices.get(digest)
                if source is not None and source.step is None and source.phase is None:
                    source.step = known.step
        return known

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
            if error and (asked := METADATA.match(known.name)):
                yield from self._no_image(asked["image"], error, time)
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
        if not error:
            yield from self._twin_ends(end)

    def _twin_ends(self, end: ev.StepFinished) -> Iterator[ev.Event]:
        """Yield the ends of the steps that share the vertex of one that has ended, unless they had one of their own."""
        for twin in self._twins.get(end.step, ()):
            if twin not in self._ends:
                yield replace(end, step=twin)

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
        step = self._places.asks_for(image)
        if step is not None:
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
        if self.failed:
            return
        if (blank := BLANK_BASE.search(error)) is not None:
            for place, step in enumerate(self._steps):
                if step.keyword == "FROM" and blank["base"] in step.name.split():
                    yield ev.StepFinished(now, place, "failed", error=error)
                    return
        found = SYNTAX_LINE.search(error)
        if found is None:
            return
        line = int(found[1])
        for place, step in enumerate(self._steps):
            if step.line <= line <= step.last_line:
                yield ev.StepFinished(now, place, "failed", error=error)
