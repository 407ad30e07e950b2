"""Where the rig keeps things, and how it speaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".rig"
"""What belongs to this checkout: logs, and notes of what was started."""

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dockermagic-rig"
"""What every checkout may share: downloaded packages and base images."""

IN_CI = bool(os.environ.get("CI"))


class RigError(Exception):
    """A real part is not to be had on this machine; the message says why, and what would help."""


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_speaker: Callable[[str], None] = _to_stderr


def say(line: str) -> None:
    """Tell what is going on, before anything that may take over two seconds."""
    _speaker(f"rig: {line}")


def speak_through(speaker: Callable[[str], None]) -> None:
    """Send what the rig says elsewhere, as pytest must since it captures stderr."""
    global _speaker  # noqa: PLW0603 - one process, one mouth
    _speaker = speaker


def state(*parts: str) -> Path:
    """Give a path below the state directory, whose folder exists."""
    path = STATE.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
