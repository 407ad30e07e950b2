"""Where services stand in the drawing. Pure.

1. Columns: a service stands left of all that it depends on, so arrows lead to the right.
2. Rows: services on the same networks stand together, in an order in which every network is one area, if there is one; of more than
   six such groups only the given order is tried.
3. A network that is torn apart by that is drawn as several areas of one name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from dockermagic.compose.scene import Scene

__all__ = ["Layout", "Place", "lay_out"]


@dataclass(frozen=True, slots=True)
class Place:
    """The column and row of a service."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Layout:
    """All places, and the areas: a network's place in the list, first and last row, first and last column."""

    places: dict[str, Place]
    columns: int
    rows: int
    areas: tuple[tuple[int, int, int, int, int], ...]


def lay_out(scene: Scene) -> Layout:
    """Give every service its place."""
    names = [box.name for box in scene.boxes]
    depth = _depths(names, [(edge.service, edge.needed) for edge in scene.edges])
    deepest = max(depth.values(), default=0)
    member = {name: tuple(at for at, area in enumerate(scene.areas) if name in area.members) for name in names}
    groups = _ordered(list(dict.fromkeys(member.values())))
    places: dict[str, Place] = {}
    row = 0
    spans: dict[tuple[int, ...], tuple[int, int]] = {}
    for group in groups:
        used: dict[int, int] = {}
        for name in (each for each in names if member[each] == group):
            column = deepest - depth[name]
            places[name] = Place(column, row + used.get(column, 0))
            used[column] = used.get(column, 0) + 1
        high = max(used.values(), default=1)
        spans[group] = row, row + high - 1
        row += high
    return Layout(places, deepest + 1, row, _areas(groups, spans, places, member, len(scene.areas)))


def _depths(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Give each service the length of its longest way to one that needs nothing; a circle does not go on for ever."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for service, needed in edges:
            if service in depth and needed in depth:
                depth[service] = min(len(names), max(depth[service], depth[needed] + 1))
    levels = {level: at for at, level in enumerate(sorted(set(depth.values())))}
    return {name: levels[level] for name, level in depth.items()}


def _ordered(groups: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    if len(groups) > 6:
        return groups
    best, fewest = groups, _torn(groups)
    for order in permutations(groups):
        torn = _torn(order)
        if torn < fewest:
            best, fewest = list(order), torn
    return best


def _torn(groups: Sequence[tuple[int, ...]]) -> int:
    """Count the areas that an order takes; the fewer the better."""
    return sum(1 for at, group in enumerate(groups) for network in group if at == 0 or network not in groups[at - 1])


def _areas(
    groups: Sequence[tuple[int, ...]],
    spans: dict[tuple[int, ...], tuple[int, int]],
    places: dict[str, Place],
    member: dict[str, tuple[int, ...]],
    networks: int,
) -> tuple[tuple[int, int, int, int, int], ...]:
    found = []
    for network in range(networks):
        run: list[tuple[int, ...]] = []
        for group in [*groups, ()]:
            if network in group:
                run.append(group)
                continue
            if run:
                columns = [places[name].column for name, own in member.items() if own in run]
                found.append((network, spans[run[0]][0], spans[run[-1]][1], min(columns), max(columns)))
            run = []
    return tuple(found)
