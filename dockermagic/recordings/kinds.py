"""Which views are recorded: what they draw, with what, and what their subjects are called. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dockermagic.builds.model import Build
from dockermagic.builds.picture import BuildDrawer
from dockermagic.compose.model import Stack
from dockermagic.compose.picture import StackDrawer
from dockermagic.containers.lifecycle.picture import ContainersDrawer
from dockermagic.containers.model import Containers

__all__ = ["KINDS", "Kind", "kind_of"]


@dataclass(frozen=True)
class Kind:
    """A kind of view.

    Parameters:
        name: in the file; `noun`: to a reader.
        model, drawer: what it shows, and what draws that.
        names: gives what the subjects of a model are called; `engine` names its engine.
        again: gives a model as it is to be drawn when it is shown again: marked as recorded, without buttons.
    """

    name: str
    noun: str
    model: type[Any]
    drawer: type[Any]
    names: Callable[[Any], tuple[str, ...]]
    engine: Callable[[Any], str]
    again: Callable[[Any], Any]


def _build(build: Build) -> Build:
    # A build that is marked so stands still; while it goes on, it is to move.
    return replace(build, recorded=build.outcome is not None)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("build", "build", Build, BuildDrawer, lambda build: build.tags, lambda build: str(build.engine), _build),
        Kind(
            "containers",
            "run",
            Containers,
            ContainersDrawer,
            lambda containers: tuple(each.name for each in containers if each.name),
            lambda containers: str(containers.engine),
            lambda containers: replace(containers, recorded=True),
        ),
        Kind(
            "stack",
            "stack",
            Stack,
            StackDrawer,
            lambda stack: (stack.project.name,) if stack.project.name else (),
            lambda stack: str(stack.containers.engine),
            lambda stack: replace(stack, recorded=True),
        ),
    )
}


def kind_of(drawer: Any) -> Kind | None:
    """Give the kind of view that a drawer draws; None for one that is not recorded."""
    return next((kind for kind in KINDS.values() if type(drawer) is kind.drawer), None)
