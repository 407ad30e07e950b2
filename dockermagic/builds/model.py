"""A build as data: what was asked, what happened to each instruction, and what came of it.

`Build` is both the model that events are folded into while the engine works (`fold.apply`) and the
result that a learner keeps, saves and loads again. It holds no clock and no handle on an engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dockermagic.builds.cause import Advice, Cause, Prediction
from dockermagic.builds.events import BuildPath, Outcome, Phase
from dockermagic.log import Log

if TYPE_CHECKING:
    import os

    from dockermagic.builds.why.expected import Expected

Status = Literal["waiting", "running", "cached", "ran", "failed", "skipped", "cancelled", "metadata"]
"""What became of an instruction; "waiting" and "running" occur only while the build goes on.

cached: taken from the cache (a FROM: its image was there). ran: done anew (a FROM: its image was pulled).
metadata: changes the image's configuration only, or (a FROM) names a stage; makes no layer.
skipped: never reached, because the build failed or was cancelled first or does not need its stage.
"""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Bytes on their way: `current` of `total` (None while unknown), between two times."""

    name: str
    current: int
    total: int | None
    started: float
    finished: float | None = None


@dataclass(frozen=True, slots=True)
class LintWarning:
    """A warning of the builder's own linter, with the page that explains it."""

    rule: str
    message: str
    url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """Work of the build that belongs to no instruction."""

    phase: Phase
    started: float
    finished: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the Dockerfile: its name ("stage-0" when it has none), what it is FROM, and its line."""

    name: str
    base: str
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of the Dockerfile and what became of it.

    `name` is the instruction as written, `line` and `last_line` count from 1, `stage` is the name of its stage ("" before the
    first FROM). `started` and `finished` are seconds since the epoch; `bytes` is what it added to the image, None where the engine
    does not tell; `digest` is the engine's name for the step; `cause` says why it was not taken from the cache.
    """

    name: str
    line: int
    last_line: int
    keyword: str
    stage: str
    status: Status = "waiting"
    started: float | None = None
    finished: float | None = None
    bytes: int | None = None
    digest: str = ""
    error: str = ""
    exit_code: int | None = None
    output: Log = field(default_factory=Log)
    transfers: tuple[Transfer, ...] = ()
    warnings: tuple[LintWarning, ...] = ()
    cause: Cause | None = None

    @property
    def seconds(self) -> float | None:
        """How long the engine worked on it, in seconds; None if it did not or is still at it."""
        if self.started is None or self.finished is None:
            return None
        return max(0.0, self.finished - self.started)

    @property
    def log(self) -> str:
        """What it printed, stdout and stderr in the order they came."""
        return self.output.text()


@dataclass(frozen=True, slots=True)
class Build:
    """A build: `steps` in file order, `stages`, and the image.

    `started`, `finished`: seconds since the epoch. `outcome` is None while it goes on. `size`: bytes, as the engine reports the
    image's size. `command`: the `docker build` command that does the same. `recorded`: it was loaded from a file.
    """

    dockerfile: str
    steps: tuple[Step, ...]
    stages: tuple[Stage, ...] = ()
    tags: tuple[str, ...] = ()
    target: str = ""
    context: str = ""
    command: str = ""
    engine: str = ""
    path: BuildPath | None = None
    started: float | None = None
    finished: float | None = None
    outcome: Outcome | None = None
    error: str = ""
    image_id: str = ""
    size: int | None = None
    phases: tuple[PhaseSpan, ...] = ()
    transfer: Transfer | None = None
    warnings: tuple[LintWarning, ...] = ()
    notes: tuple[str, ...] = ()
    recorded: bool = False
    prediction: Prediction | None = None
    advice: Advice | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the build ended well."""
        return self.outcome == "succeeded"

    @property
    def seconds(self) -> float | None:
        """Wall-clock time from request to end, in seconds; None while the build goes on."""
        if self.started is None or self.finished is None:
            return None
        return max(0.0, self.finished - self.started)

    def predict(self, *touched: str | os.PathLike[str]) -> Expected:
        """Say which steps would run if it were built again now; nothing is built.

        Parameters:
            touched: files of the context that are taken to be changed; none for the context as it is.

        Raises:
            UsageError: the build was not made since the kernel started, or a file lies outside the context.
        """
        import os

        from dockermagic.builds.why import recent

        return recent.ask(self, [os.fspath(each) for each in touched])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the build to a JSON file, from which `Build.load` makes the same picture.

        Parameters:
            path: the file; an existing one is replaced.
        """
        from dockermagic.builds import record

        return record.save(self, Path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Build:
        """Read a build that `save` wrote.

        Raises:
            RecordError: it is not such a file, or it is damaged.
        """
        from dockermagic.builds import record

        return record.load(Path(path))

    def __repr__(self) -> str:
        name = self.tags[0] if self.tags else (self.image_id[7:19] or "image")
        took = f" in {self.seconds:.1f} s" if self.seconds is not None else ""
        cached = sum(step.status == "cached" for step in self.steps)
        ran = sum(step.status == "ran" for step in self.steps)
        return f"<Build {name} {self.outcome or 'running'}{took}: {ran} ran, {cached} cached>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Draw the build, as its cell did when it ended; the cell that has just drawn it gets one line."""
        from dockermagic.builds import picture
        from dockermagic.views import shown

        return {"text/plain": repr(self)} if shown.take(self) else picture.bundle(self)
