"""Commands whose output is the answer: run, printed as it comes with its secrets masked, and a failure told in words."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from dockermagic.compose.cell import Given
from dockermagic.compose.errors import ComposeCancelled, ComposeFailed
from dockermagic.compose.failures import explain
from dockermagic.compose.model import Stack
from dockermagic.compose.run import run_compose

__all__ = ["Output", "pass_on"]

_ENDLESS = frozenset({"logs", "events", "watch", "attach", "stats", "wait"})
"""Commands that go on until somebody interrupts, which is then no failure."""
_TELLS = frozenset({"create", "down", "kill", "pause", "pull", "restart", "rm", "scale", "start", "stop", "unpause"})
"""Commands that tell on stderr what they do, which is nothing to be alarmed at; what goes wrong is raised."""
_HALF = 0.2
"""Seconds that half a line waits for its rest."""


@dataclass(frozen=True)
class Output:
    """What a command printed: `text` to stdout, `errors` to stderr; `exit_code` is Compose's, or a program's in a container."""

    command: str
    text: str
    errors: str
    exit_code: int

    def __repr__(self) -> str:
        return f"<{self.command}: exit code {self.exit_code}>"


class _Printer:
    """Prints whole lines, masked; half a line when it waits for an answer."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.kept: dict[int, list[str]] = {1: [], 2: []}
        self._half = {1: "", 2: ""}
        self._since = 0.0

    def tell(self, stream: int, text: str) -> None:
        """Take a piece of output."""
        whole, newline, half = (self._half[stream] + text).rpartition("\n")
        self._half[stream], self._since = half, time.monotonic()
        if newline:
            self._print(stream, whole + newline)

    def tick(self) -> None:
        """Print half a line that has waited long enough."""
        if time.monotonic() - self._since > _HALF:
            self.close()

    def close(self) -> None:
        """Print what is left."""
        for stream, half in list(self._half.items()):
            if half:
                self._half[stream] = ""
                self._print(stream, half)

    def _print(self, stream: int, text: str) -> None:
        self.given.answered()  # only then is it known what is secret
        masks = self.given.masks()
        text = masks.file(text) if self.given.request.verb in ("config", "convert") else masks.text(text)
        self.kept[stream].append(text)
        out = sys.stderr if stream == 2 and self.given.request.verb not in _TELLS else sys.stdout
        out.write(text)
        out.flush()


def pass_on(given: Given) -> Output | None:
    """Run a command and print what it prints; gives it if the result is to be kept, else nothing is to be shown a second time.

    Raises:
        ComposeFailed: it ended with another exit code than 0.
        ComposeFileError: because of the file.
        ComposeCancelled: it was interrupted.
    """
    request = given.request
    given.ask()
    printer = _Printer(given)
    words = list(request.words)
    if request.verb in ("exec", "run") and not request.given("-T", "--no-TTY", "--no-tty"):
        words = ["-T", *words]  # there is no terminal here
    ran = run_compose(
        given.program, [*request.before(given.name), "--progress", "plain", request.verb, *words], cell=given.cell,
        folder=request.folder, environ=given.environ, tell=printer.tell, tick=printer.tick,
    )  # fmt: skip
    printer.close()
    output = Output(request.command, "".join(printer.kept[1]), "".join(printer.kept[2]), ran.exit_code)
    if request.verb in ("create", "run", "scale") and given.project().name:
        given.session.note_project(given.labels, given.project().name)
    if ran.interrupts:
        if request.verb in _ENDLESS:
            return None
        raise ComposeCancelled(f"{request.verb} was interrupted.", "%compose ps tells how things stand.", stack=output)
    if ran.exit_code:
        raise _failed(given, output)
    return output if request.save_as else None


def _failed(given: Given, output: Output) -> Exception:
    said = "\n".join(line for line in output.errors.strip().splitlines()[-8:] if 'level=warning msg="' not in line)
    error = given.error(said)
    if error is not None:
        return error
    verb, code = given.request.verb, output.exit_code
    if verb in ("exec", "run") and not said.startswith("Error") and code != 125:
        message, hint = f"The program ended with exit code {code}.", "Its output is above."
    else:
        message, hint = explain(Stack(given.project()), said, code)
    return ComposeFailed(message, hint, stack=output, exit_code=code)
