"""The real Docker Compose for the tests: the one that learners would get on this machine."""

from __future__ import annotations

from dockermagic.compose.program import PACKAGE, Program, find_compose
from dockermagic.errors import EngineError
from tests.rig.places import RigError

__all__ = ["compose"]


def compose() -> Program:
    """Give Docker Compose.

    Raises:
        RigError: there is none; the test group of pyproject.toml has it.
    """
    try:
        return find_compose()
    except EngineError as error:
        raise RigError(f"Docker Compose is missing: pip install {PACKAGE}") from error
