"""What an engine says while it builds, as small typed facts.

Every build path (BuildKit, buildx, the classic builder, Podman) speaks this one vocabulary.
`time` is seconds since the Unix epoch on this machine's clock; `step` is an index into
`Build.steps`, that is, into the instructions of the Dockerfile in file order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dockermagic.builds.cause import Advice, Cause, Prediction

Phase = Literal["definition", "metadata", "context", "export"]
"""The work of a build that belongs to no instruction: reading the Dockerfile, asking for base
images' metadata, sending the context, writing the image."""

StepEnd = Literal["cached", "ran", "failed", "cancelled"]
Outcome = Literal["succeeded", "failed", "cancelled"]
BuildPath = Literal["buildkit", "buildx", "classic", "podman"]


@dataclass(frozen=True, slots=True)
class BuildStarted:
    """The request is on its way. `engine` names the engine for people: "Docker Engine 28.5.2"."""

    time: float
    engine: str
    path: BuildPath


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """Work that belongs to no instruction began."""

    time: float
    phase: Phase


@dataclass(frozen=True, slots=True)
class PhaseFinished:
    """Work that belongs to no instruction ended; `error` is empty when it went well."""

    time: float
    phase: Phase
    error: str = ""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """The engine began to work on an instruction."""

    time: float
    step: int


@dataclass(frozen=True, slots=True)
class StepFinished:
    """The engine is done with an instruction. May come again with more detail; the last one counts."""

    time: float
    step: int
    status: StepEnd
    digest: str = ""
    error: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class StepLogged:
    """An instruction wrote output: `stream` 1 is stdout, 2 is stderr; `text` as it came, unescaped."""

    time: float
    step: int
    stream: int
    text: str


@dataclass(frozen=True, slots=True)
class BytesMoved:
    """Bytes on their way: the context when `step` is None, else layers that the step pulls or fetches.

    `name` tells transfers of one step apart (a layer's digest); `current` and `total` are bytes, `total`
    None while unknown.
    """

    time: float
    step: int | None
    name: str
    current: int
    total: int | None
    finished: bool = False


@dataclass(frozen=True, slots=True)
class LintWarned:
    """The builder warned about the Dockerfile; `step` is None when it names no instruction's line."""

    time: float
    step: int | None
    rule: str
    message: str
    url: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth telling the learner that is no warning of the builder's: one sentence."""

    time: float
    text: str


@dataclass(frozen=True, slots=True)
class LayerMeasured:
    """What an instruction added to the image, in bytes, as the engine's image history counts them."""

    time: float
    step: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ImageBuilt:
    """The image exists: `image_id` as "sha256:…", `size` in bytes as the engine reports it, None if unknown."""

    time: float
    image_id: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was expected of the build, worked out beside it and without it."""

    time: float
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Explained:
    """Why steps were not taken from the cache: pairs of step and cause; and a better order, if one is known."""

    time: float
    causes: tuple[tuple[int, Cause], ...]
    advice: Advice | None = None


@dataclass(frozen=True, slots=True)
class BuildFinished:
    """The build is over; `error` is the builder's own message when it failed."""

    time: float
    outcome: Outcome
    error: str = ""


Event = (
    BuildStarted
    | PhaseStarted
    | PhaseFinished
    | StepStarted
    | StepFinished
    | StepLogged
    | BytesMoved
    | LintWarned
    | Noted
    | LayerMeasured
    | ImageBuilt
    | Predicted
    | Explained
    | BuildFinished
)
