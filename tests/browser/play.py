"""Replays of example builds, for notebooks that the browser tests drive."""

from __future__ import annotations

import time
from collections.abc import Iterable

from dockermagic.builds.events import Event
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.views.show import open_view


def play(build: Build, events: Iterable[Event], until: float = float("inf"), speed: float = 1.0) -> Build:
    """Show a build as its events come, each at its time, up to `until` seconds; times in `events` start now."""
    began = time.time()
    view = open_view(BuildDrawer())
    try:
        for event in events:
            if event.time - began > until:
                break
            while (time.time() - began) * speed < event.time - began:
                view.tick()
                time.sleep(0.02)
            build = apply(build, event)
            view.update(build)
        while time.time() - began < until < float("inf"):
            view.tick()
            time.sleep(0.02)
    finally:
        view.close(build)
    return build
