"""What all tests share: the rig's fixtures, its voice, and marks by folder."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.rig import places

pytest_plugins = ["tests.rig.fixtures"]
HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Let the rig be heard while pytest captures output, and let interrupts through."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A run that a shell started in the background inherits this, and so would all that it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    capture = config.pluginmanager.getplugin("capturemanager")

    def speak(line: str) -> None:
        if capture is None:
            print(line, flush=True)
            return
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", end="", flush=True)

    places.speak_through(speak)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder: engine, browser; and those that are the same again on an older engine."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in ("engine", "browser"):
            item.add_marker(folder)
        given = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
        again = item.get_closest_marker("again")
        if again is not None and set(again.args or ("engine20",)) & {each for each in given if isinstance(each, str)}:
            item.add_marker("long")
