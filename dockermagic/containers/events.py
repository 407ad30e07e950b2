"""What an engine says of containers, and what was asked of it here, as small typed facts.

`time` is seconds since the Unix epoch on the engine's clock; `id` is the container's whole id. An engine may say things in another
order than they happened, and twice: `fold` does not mind. Source: `GET /events` and `GET /containers/{id}/json` of the Engine API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dockermagic.containers.parts import Health, Probe, Seen

Verb = Literal["run", "create", "start", "stop", "restart", "kill", "pause", "unpause", "rm", "rename", "exec", "attach"]
"""The commands that move a container; `docker run` is create and start in one."""


@dataclass(frozen=True, slots=True)
class Created:
    """The container was made (event `create`); `image` as it was asked for."""

    time: float
    id: str
    name: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """Its program was started (event `start`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class StartFailed:
    """Its program could not be started; `exit_code` as the docker CLI gives it: 127 not found, 126 not executable, 125 else."""

    time: float
    id: str
    message: str
    exit_code: int = 125


@dataclass(frozen=True, slots=True)
class Paused:
    """All its processes were frozen (event `pause`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class Unpaused:
    """Its processes go on (event `unpause`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal was sent to its process 1 (event `kill`); `signal` is its number, 0 where the engine does not tell."""

    time: float
    id: str
    signal: int


@dataclass(frozen=True, slots=True)
class Died:
    """Its program ended (event `die`)."""

    time: float
    id: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The kernel ended a process of it that wanted more memory than the container may have (event `oom`, or `State.OOMKilled`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A request to stop it has ended (event `stop`): it says that the signals before it were `docker stop`'s."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """A request to restart it has ended (event `restart`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """It has another name now (event `rename`)."""

    time: float
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """It is gone, and what was written in it as well (event `destroy`)."""

    time: float
    id: str


@dataclass(frozen=True, slots=True)
class HealthChanged:
    """Its health check has another result now (event `health_status`), or one more probe ended."""

    time: float
    id: str
    status: Health
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class ExecStarted:
    """A further program was started in it (event `exec_start`); `command` as Docker writes it, joined by spaces."""

    time: float
    id: str
    exec_id: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class ExecDied:
    """A further program in it ended (event `exec_die`); `exit_code` None where the engine does not tell."""

    time: float
    id: str
    exec_id: str
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkJoined:
    """It was connected to a network (event `connect` of the network); `network` is the network's name."""

    time: float
    id: str
    network: str


@dataclass(frozen=True, slots=True)
class NetworkLeft:
    """It was disconnected from a network (event `disconnect` of the network)."""

    time: float
    id: str
    network: str


@dataclass(frozen=True, slots=True)
class Resized:
    """Its terminal has another size (event `resize`), in cells."""

    time: float
    id: str
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the engine tells when it is asked about a container; `seen` is read from its answer by `inspected.read`."""

    time: float
    id: str
    seen: Seen


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A command was given here, in a cell or with a button: its words label what it brings about.

    `command` as it would be typed: "docker stop -t 3 web". `grace`: seconds that a stop or restart waits, None for the container's
    own. For `docker run`, `id` is known when the engine has created it; `time` is still when the command was given.
    """

    time: float
    id: str
    verb: Verb
    command: str
    grace: float | None = None


@dataclass(frozen=True, slots=True)
class OutputArrived:
    """It printed: `stream` 1 is stdout, 2 is stderr; `text` as it came, unescaped."""

    time: float
    id: str
    stream: int
    text: str


@dataclass(frozen=True, slots=True)
class PullProgress:
    """A layer of an image on its way, in bytes; `layer` "" speaks of the whole image. `total` None while unknown."""

    time: float
    image: str
    layer: str = ""
    current: int = 0
    total: int | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine does not answer any more; `reason` in a few words."""

    time: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EngineBack:
    """The engine answers again."""

    time: float


Event = (
    Created
    | Started
    | StartFailed
    | Paused
    | Unpaused
    | Signalled
    | Died
    | OutOfMemory
    | Stopped
    | Restarted
    | Renamed
    | Removed
    | HealthChanged
    | ExecStarted
    | ExecDied
    | NetworkJoined
    | NetworkLeft
    | Resized
    | Inspected
    | CommandGiven
    | OutputArrived
    | PullProgress
    | EngineLost
    | EngineBack
)
