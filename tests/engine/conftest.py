"""Fixtures of the tests with real engines; the engines themselves come from `tests.rig.fixtures`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rig import engines
from tests.rig.engines import Engine


@pytest.fixture
def handle() -> Callable[[str], Engine]:
    """Give a function from an engine's address to the rig's handle on it, with a docker-py client."""
    return engines.at
