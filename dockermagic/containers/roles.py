"""Who shows a run while it goes on, and who answers its interrupts."""

from __future__ import annotations

from typing import Protocol

from dockermagic.containers.model import Containers

__all__ = ["Answer", "View"]


class View(Protocol):
    """What shows the containers while something runs."""

    def update(self, model: Containers) -> None:
        """Take newer containers."""

    def tick(self) -> None:
        """Paint what waits."""

    def close(self, model: Containers) -> None:
        """Paint the last ones for good."""


class Answer(Protocol):
    """What is done about interrupts."""

    def interrupted(self, count: int) -> None:
        """Answer one more interrupt; `count` is how many there were."""

    def tick(self) -> None:
        """Do what is due."""
