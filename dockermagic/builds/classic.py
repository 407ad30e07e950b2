"""The classic builder's stream → events.

It speaks in lines of text: "Step 2/9 : RUN make", " ---> Running in 0123456789ab", the command's output, "Removing intermediate
container 0123456789ab", " ---> fedcba987654". Steps are counted as instructions are, from 1, those above the first FROM included;
LABELs that come from the command line follow at the end. Source: moby/moby, builder/dockerfile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockermagic.builds import events as ev
from dockermagic.builds.dockerfile import Dockerfile
from dockermagic.builds.model import Step
from dockermagic.builds.stepwise import StepwiseDecoder

__all__ = ["ClassicDecoder"]

_STEP = re.compile(r"Step (\d{1,6})/\d+ : (\S*).*", re.DOTALL)
_RUNNING = re.compile(r" ---> Running in ([0-9a-f]+)\n")
_REMOVED = re.compile(r"(?: ---> )?Remov(?:ing|ed) intermediate container ([0-9a-f]+)\n")
_RESULT = re.compile(r" ---> ([0-9a-f]{12}|)\n")
_RED, _PLAIN = "\x1b[91m", "\x1b[0m"
_NOISE = ("# Executing ", "Successfully built ", "Successfully tagged ")


class ClassicDecoder(StepwiseDecoder):
    """The stream of `POST /build?version=1` → events.

    While a container runs, everything is its output until the line that says that just this container was removed; so
    output that looks like the builder's own lines misleads nobody. It needs `rm=1&forcerm=1`.
    """

    def __init__(self, dockerfile: Dockerfile, steps: tuple[Step, ...]) -> None:
        super().__init__(dockerfile, steps)
        self._container = ""
        self._foreign = False

    def _text(self, text: str, now: float) -> Iterator[ev.Event]:
        removed = _REMOVED.fullmatch(text)
        if self._container:
            if removed and removed[1] == self._container:
                self._container = ""
            else:
                yield from self._output(text, now)
        elif step := _STEP.fullmatch(text):
            yield from self._begin(self._place(int(step[1]) - 1, step[2].upper()), now)
        elif running := _RUNNING.fullmatch(text):
            self._container = running[1]
        elif text == " ---> Using cache\n":
            self._cached = True
        elif result := _RESULT.fullmatch(text):
            yield from self._end(now, result[1])
        elif text not in ("\n", "s") and not text.startswith(_NOISE) and not removed:
            yield from self._output(text, now)

    def _place(self, place: int, keyword: str) -> int | None:
        """Give the step's index; None for a LABEL from the command line, and all that follow."""
        steps = self._steps
        self._foreign = self._foreign or place >= len(steps) or steps[place].keyword != keyword
        return None if self._foreign else place

    def _output(self, text: str, now: float) -> Iterator[ev.Event]:
        stream = 1
        if text.startswith(_RED) and text.endswith(_PLAIN):
            stream, text = 2, text[len(_RED) : -len(_PLAIN)]
        if self._current is not None:
            yield from self._log(stream, text, now)
        elif stream == 2 and text.strip():
            yield ev.LintWarned(now, None, "", text.strip())
