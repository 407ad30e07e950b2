"""What all tests share: the rig's fixtures, its voice, and marks by folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import places

pytest_plugins = ["tests.rig.fixtures"]
HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Let the rig be heard while pytest captures output."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def speak(line: str) -> None:
        if capture is None:
            print(line, flush=True)
            return
        with capture.global_and_fixture_disabled():
            print(f"\n{line}", end="", flush=True)

    places.speak_through(speak)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder: engine, browser."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in ("engine", "browser"):
            item.add_marker(folder)
