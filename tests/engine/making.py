"""Builds that tests make, and take away again."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import pytest

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.engine import Engine
from dockermagic.session import Session

MADE: list[tuple[Engine, str]] = []


def make(text: str, *, engine: Engine, **options: object) -> Build:
    """Build, and remember the image so that it is removed when the test ends, its name taken by a newer one or not."""
    build = dockermagic.build(text, engine=engine, **options)  # type: ignore[arg-type]  # whatever the case gives
    MADE.append((engine, build.image_id))
    return build


def salted() -> str:
    """Give an instruction that no cache holds."""
    return f"RUN echo {secrets.token_hex(8)}"


def statuses(build: Build) -> list[str]:
    return [step.status for step in build.steps]


def failing(text: str, engine: Engine, **options: object) -> dockermagic.BuildFailed:
    with pytest.raises(dockermagic.BuildFailed) as caught:
        make(text, engine=engine, **options)
    return caught.value


def running(mark: str) -> bool:
    """Whether a process on this machine sleeps for this many seconds."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words and any(word.endswith(b"sleep") for word in words):
            return True
    return False


def refused(monkeypatch: pytest.MonkeyPatch, host: str) -> dockermagic.EngineError:
    """Ask for the engine at an address that cannot be used, as a cell does, and give what is said."""
    monkeypatch.setenv("DOCKER_HOST", host)
    began = time.monotonic()
    with pytest.raises(dockermagic.EngineNotFound) as caught:
        _ = Session().engine
    assert time.monotonic() - began < 8
    error = caught.value
    assert error.hint
    assert "\n" not in error.message
    assert "Traceback" not in str(error)
    return error
