"""A model that was read from a file, made to continue the one before as a live one does. Pure.

What draws goes by what is the same object, and by which pieces of an output are new. Neither survives a file, so both are restored.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from dockermagic.log import Log
from dockermagic.records import plain

__all__ = ["grown"]


def grown(old: Any, new: Any) -> Any:
    """Give the newer model with all the parts of the older one that did not change, and outputs that go on where they ended."""
    if old == new:
        return old
    if type(old) is not type(new):
        return new
    if isinstance(new, Log):
        return _log(old, new)
    if isinstance(new, tuple):
        return tuple(grown(was, now) for was, now in zip(old, new, strict=False)) + new[len(old) :]
    if dataclasses.is_dataclass(new) and not isinstance(new, type):
        names = [each.name for each in dataclasses.fields(new)]
        return dataclasses.replace(new, **{name: grown(getattr(old, name), getattr(new, name)) for name in names})
    return new


def _log(old: Log, new: Log) -> Log:
    was, now = plain(old), plain(new)
    place = len(was) - 1
    if not was or len(now) < len(was) or was[:place] != now[:place] or was[place][0] != now[place][0]:
        return new if was else _appended(Log(), now)
    if not now[place][1].startswith(was[place][1]):
        return new
    rest = now[place][1][len(was[place][1]) :]
    return _appended(old.append(was[place][0], rest) if rest else old, now[place + 1 :])


def _appended(log: Log, runs: list[Any]) -> Log:
    for stream, text in runs:
        log = log.append(stream, text)
    return log
