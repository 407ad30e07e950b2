"""What `%compose` raises on purpose, beside what `dockermagic.errors` has."""

from __future__ import annotations

from typing import Any

from dockermagic.errors import DockerfileError, DockerMagicError, RunCancelled

__all__ = ["ComposeCancelled", "ComposeFailed", "ComposeFileError"]


class ComposeFileError(DockerfileError):
    """A Compose file with a slip; knows its line and column, counted from 1 (0 when it is not known)."""

    title = "Compose file"


class ComposeFailed(DockerMagicError):
    """A command that Compose could not carry out.

    Parameters:
        stack: what is known of the project; None when it was not read.
        exit_code: Compose's own.
    """

    title = "Compose"

    def __init__(self, message: str, hint: str = "", *, stack: Any = None, exit_code: int = 1) -> None:
        super().__init__(message, hint)
        self.stack = stack
        self.exit_code = exit_code


class ComposeCancelled(RunCancelled):
    """A command that was interrupted; `.stack` holds what is known of the project."""

    title = "Compose interrupted"

    def __init__(self, message: str, hint: str = "", *, stack: Any = None) -> None:
        super().__init__(message, hint, container=stack)
        self.stack = stack
