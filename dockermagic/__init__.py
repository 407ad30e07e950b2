"""Learn Docker by doing it, in a notebook: real builds and containers, and pictures of what really happened.

    %load_ext dockermagic

    %%dockerfile -t hello:1
    FROM busybox
    RUN echo hello

In Python: `dockermagic.build(text, tag="hello:1")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockermagic.api import build
    from dockermagic.builds.model import Build, Step
    from dockermagic.course.check import check
    from dockermagic.course.quizzes import quiz
    from dockermagic.errors import (
        ArchiveError,
        BuildCancelled,
        BuildFailed,
        CheckFailed,
        ContainerFailed,
        DockerfileError,
        DockerMagicError,
        EngineError,
        EngineNotFound,
        RecordError,
        RunCancelled,
        UsageError,
    )

__all__ = [
    "ArchiveError",
    "Build",
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
    "Step",
    "UsageError",
    "__version__",
    "build",
    "check",
    "load_ipython_extension",
    "quiz",
    "unload_ipython_extension",
]

_HOMES = {
    "build": "dockermagic.api",
    "check": "dockermagic.course.check",
    "quiz": "dockermagic.course.quizzes",
    "Build": "dockermagic.builds.model",
    "Step": "dockermagic.builds.model",
}


_UNHOOKS: list[Callable[[], None]] = []
"""What takes back what loading the extension hooked into IPython."""


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: loading the extension stays quick."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "dockermagic.errors")), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """Register the magics: what `%load_ext dockermagic` calls.

    Parameters:
        shell: IPython's shell.
    """
    from dockermagic import session
    from dockermagic.magics import DockerMagic

    shell.register_magics(DockerMagic)
    if getattr(shell, "Completer", None) is not None:
        from dockermagic.tabs import hook_tabs

        _UNHOOKS.append(hook_tabs(shell))
    if getattr(shell, "kernel", None) is not None:
        from dockermagic.views import channel

        channel.listen()
        _UNHOOKS.append(channel.silence)
    left = session.left_here(shell)
    if left:
        print(left)  # noqa: T201  # what `%load_ext` has to say


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics back: what `%unload_ext dockermagic` calls.

    Parameters:
        shell: IPython's shell.
    """
    from dockermagic import session
    from dockermagic.magics import DockerMagic

    while _UNHOOKS:
        _UNHOOKS.pop()()
    session.CURRENT.close()
    for kind in ("line", "cell"):
        registered = shell.magics_manager.magics[kind]
        for name in DockerMagic.magics[kind]:
            registered.pop(name, None)
