"""Everything that dockermagic raises on purpose.

    DockerMagicError            an expected failure: a message, and a hint that says what to try
    ├── UsageError              a command line that Docker would not accept either
    ├── DockerfileError         a Dockerfile that cannot be read; knows its line and column
    ├── EngineError             the engine refused, or went away
    │   └── EngineNotFound      no engine answered, or the one that was asked for is dead
    ├── BuildFailed             a build that ended in failure; carries the build
    ├── ArchiveError            an image's archive that is damaged, or is not what it says
    ├── ContainerFailed         a container that could not start, or a program in one that ended with another exit code than 0
    └── RecordError             a saved file that is not one of ours, or is damaged
    AssertionError
    └── CheckFailed             a check of an exercise that does not hold (yet); carries the claim
    KeyboardInterrupt
    ├── BuildCancelled          a build that was interrupted; carries the build
    └── RunCancelled            a run that was interrupted; carries the container

An interrupt is no failure: a loop that tries again after any `Exception` must not swallow it.
Any other exception is a bug and keeps its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockermagic.builds.model import Build
    from dockermagic.course.verdicts import Claim

__all__ = [
    "ArchiveError",
    "BuildCancelled",
    "BuildFailed",
    "CheckFailed",
    "ContainerFailed",
    "DockerMagicError",
    "DockerfileError",
    "EngineError",
    "EngineNotFound",
    "RecordError",
    "RunCancelled",
    "UsageError",
]


class _InWords(BaseException):
    """An exception that IPython shows in words instead of a traceback."""

    title = "Docker"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def told(self) -> str:
        """Say what happened."""
        return self.message

    def __str__(self) -> str:
        return f"{self.told()}\n{self.hint}" if self.hint else self.told()

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback."""
        lines = [f"\x1b[1m{self.title}:\x1b[0m {self.told()}"]
        if self.hint:
            lines += ["", f"\x1b[1mWhat to try:\x1b[0m {self.hint}"]
        return "\n".join(lines).split("\n")


class DockerMagicError(_InWords, Exception):
    """An expected failure, told in words instead of a traceback.

    Parameters:
        message: what happened, as one or more sentences.
        hint: what to type or to look at next; empty when there is nothing to add.
    """


class UsageError(DockerMagicError):
    """A command line that Docker would not accept either."""

    title = "Command line"


class DockerfileError(DockerMagicError):
    """A Dockerfile that cannot be read.

    Parameters:
        line, column: where, counted from 1; column 0 when only the line is known.
        source: the line itself, to show the place in it.
    """

    title = "Dockerfile"

    def __init__(self, message: str, hint: str = "", *, line: int = 0, column: int = 0, source: str = "") -> None:
        super().__init__(message, hint)
        self.line = line
        self.column = column
        self.source = source

    def told(self) -> str:
        """Say where, what, and show the line with a mark below the place."""
        if not self.line:
            return self.message
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        shown = f"{where}: {self.message}"
        if self.source:
            shown += f"\n\n    {self.source}"
            shown += f"\n    {' ' * (self.column - 1)}^" if self.column else ""
        return shown


class EngineError(DockerMagicError):
    """The engine refused a request, or went away.

    Parameters:
        status: the HTTP status of its answer; 0 when there was none.
    """

    title = "Docker Engine"

    def __init__(self, message: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status


class EngineNotFound(EngineError):
    """No engine answered, or the one that was asked for is dead."""


class BuildFailed(DockerMagicError):
    """A build that ended in failure; `.build` holds its timeline."""

    title = "Build failed"

    def __init__(self, message: str, hint: str = "", *, build: Build) -> None:
        super().__init__(message, hint)
        self.build = build


class BuildCancelled(_InWords, KeyboardInterrupt):
    """A build that was interrupted; `.build` holds its timeline."""

    title = "Build cancelled"

    def __init__(self, message: str, hint: str = "", *, build: Build) -> None:
        super().__init__(message, hint)
        self.build = build


class ContainerFailed(DockerMagicError):
    """A container that could not be created or started, or a program in one that ended with another exit code than 0.

    Parameters:
        container: what `%docker_run` would have given; None when it was not created.
        exit_code: what the docker CLI would exit with: the program's code, 125 when the engine refused, 126 when the program
            cannot be executed, 127 when it was not found.
    """

    title = "Container failed"

    def __init__(self, message: str, hint: str = "", *, container: Any = None, exit_code: int = 125) -> None:
        super().__init__(message, hint)
        self.container = container
        self.exit_code = exit_code


class RunCancelled(_InWords, KeyboardInterrupt):
    """A run that was interrupted; `.container` holds what is known of it."""

    title = "Run interrupted"

    def __init__(self, message: str, hint: str = "", *, container: Any = None) -> None:
        super().__init__(message, hint)
        self.container = container


class CheckFailed(_InWords, AssertionError):
    """A check that does not hold. Graders take it for what it is: an assertion that failed.

    Parameters:
        claim: what was claimed.
    """

    title = "Check"

    def __init__(self, message: str, hint: str = "", *, claim: Claim | None = None) -> None:
        super().__init__(message, hint)
        self.claim = claim


class ArchiveError(DockerMagicError):
    """An image's archive that is damaged, or is not what it says it is."""

    title = "Image"


class RecordError(DockerMagicError):
    """A saved file that is not one of ours, or is damaged."""

    title = "Saved file"
