"""Podman's stream → events.

Podman answers Docker's `POST /build` with Buildah's lines: "STEP 2/5: RUN make", in a Dockerfile of several stages
"[1/2] STEP 2/5: RUN make"; the command's output, stdout and stderr mixed; "--> Using cache <id>"; "--> <id>" when the step is
committed; "COMMIT <name>" for the image. Steps are counted within their stage, FROM being 1; ARGs above the first FROM
have no line. Seen on Podman 4.3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.stepwise import StepwiseDecoder

__all__ = ["PodmanDecoder"]

_STEP = re.compile(r"(?:\[(\d{1,4})/\d+\] )?STEP (\d{1,6})/(\d{1,6}): (\S*).*\n?", re.DOTALL)
_CACHED = re.compile(r"--> Using cache [0-9a-f]{64}\n")
_RESULT = re.compile(r"--> ([0-9a-f]{11,64})\n")
_COMMIT = re.compile(r"(?:\[\d+/\d+\] )?COMMIT(?: \S+)?\n")
_PULL = ("Trying to pull ", "Copying blob ", "Getting image source signatures")
_DONE = re.compile(r"Successfully (?:built|tagged) \S+\n|[0-9a-f]{64}\n")


class PodmanDecoder(StepwiseDecoder):
    """The stream of Podman's Docker-compatible `POST /build` → events. Podman does not tell stdout from stderr."""

    def __init__(self, dockerfile: Dockerfile, steps: tuple[Step, ...]) -> None:
        super().__init__(dockerfile, steps)
        self._places: dict[int, list[int]] = {stage.index: [] for stage in dockerfile.stages}
        for place, instruction in enumerate(dockerfile.instructions):
            if instruction.stage >= 0:
                self._places[instruction.stage].append(place)
        self._at = (-1, 0)
        self._total = 0
        self._exporting = False
        self._commits = False

    def _text(self, text: str, now: float) -> Iterator[ev.Event]:
        step = _STEP.fullmatch(text)
        if step and self._is_next(step):
            yield from self._step(step, now)
        elif _CACHED.fullmatch(text) and self._open:
            self._cached = True
        elif result := _RESULT.fullmatch(text):
            self._commits = self._commits or not self._runs()
            yield from self._end(now, result[1])
            if self._exporting:
                self._exporting = False
                yield ev.PhaseFinished(now, "export")
        elif _COMMIT.fullmatch(text) and self._is_last():
            yield from self._end(now)
            self._exporting = True
            yield ev.PhaseStarted(now, "export")
        elif self._open or not _DONE.fullmatch(text):
            yield from self._output(text, now)

    def _is_next(self, step: re.Match[str]) -> bool:
        """Whether this can be Podman's own line: it counts on, or begins another stage. Else a command has printed it.

        Once it is known that Podman commits every step, the next one cannot begin before a RUN is committed.
        """
        stage, count = int(step[1] or 1) - 1, int(step[2])
        if self._commits and self._runs():
            return False
        if count == 1:
            return step[4].upper() == "FROM" and stage > self._at[0]
        return (stage, count) == (self._at[0], self._at[1] + 1)

    def _step(self, step: re.Match[str], now: float) -> Iterator[ev.Event]:
        stage, count, total, keyword = int(step[1] or 1) - 1, int(step[2]), int(step[3]), step[4].upper()
        self._at = (stage, count)
        places = self._places.get(stage, [])
        if count == 1:
            self._total = total
        triggers = total - self._total
        if 1 < count <= 1 + triggers:  # the base image's ONBUILD, which only now count: they are FROM's
            if self._current is not None and not self._open:
                self._open = True
            return
        number = count - triggers - 1
        if 0 <= number < len(places) and self._steps[places[number]].keyword == keyword:
            yield from self._begin(places[number], now)
        elif not self._in_heredoc():
            yield from self._begin(None, now)  # a LABEL from the command line

    def _in_heredoc(self) -> bool:
        """Whether what follows is the text of a heredoc, which this Podman takes for instructions."""
        if self._current is None or not self._dockerfile.instructions[self._current].heredocs:
            return False
        self._open = True
        return True

    def _runs(self) -> bool:
        """Whether a command runs, so that anything may be its output."""
        return self._open and self._current is not None and self._steps[self._current].keyword == "RUN"

    def _is_last(self) -> bool:
        return self._at[1] >= self._total

    def _output(self, text: str, now: float) -> Iterator[ev.Event]:
        if self._current is None:
            if text.strip():
                yield ev.LintWarned(now, None, "", text.strip())
            return
        if text.startswith(_PULL) and self._steps[self._current].keyword == "FROM":
            self._pulled = True
        yield from self._log(1, text, now)
