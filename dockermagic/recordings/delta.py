"""The difference between two values of JSON, and what it makes of the first. Pure.

A difference is None (the same), or a list that begins with its kind:

    ["=", value]                 it is this value now
    ["+", text]                  the text goes on with this
    ["{", {key: difference}]     of an object with the same keys
    ["[", length, {place: difference}, [values]]
                                 of a list: cut to this length, changed at these places, then longer by these values
"""

from __future__ import annotations

from typing import Any

__all__ = ["Delta", "delta", "patched"]

Delta = list[Any] | None


def delta(old: Any, new: Any) -> Delta:
    """Give the difference; `patched(old, delta(old, new)) == new`."""
    if type(old) is not type(new):
        return ["=", new]
    if isinstance(new, str):
        return None if old == new else ["+", new[len(old) :]] if old and new.startswith(old) else ["=", new]
    if isinstance(new, dict):
        if old.keys() != new.keys():
            return ["=", new]
        changes = {key: found for key in new if (found := delta(old[key], new[key])) is not None}
        return ["{", changes] if changes else None
    if isinstance(new, list):
        kept = min(len(old), len(new))
        places = {str(at): found for at in range(kept) if (found := delta(old[at], new[at])) is not None}
        return ["[", kept, places, new[kept:]] if places or len(old) != len(new) else None
    return None if old == new else ["=", new]


def patched(old: Any, change: Any) -> Any:
    """Give what a difference makes of a value, which itself stays as it is.

    Raises:
        TypeError, ValueError, KeyError, IndexError: it is no difference, or not one of this value.
    """
    if change is None:
        return old
    kind, *rest = change
    if kind == "=":
        (value,) = rest
        return value
    if kind == "+" and isinstance(old, str):
        (text,) = rest
        return old + text
    if kind == "{" and isinstance(old, dict):
        (changes,) = rest
        return {**old, **{key: patched(old[key], each) for key, each in changes.items()}}
    if kind == "[" and isinstance(old, list):
        length, places, more = rest
        found = [*old[:length], *more]
        for at, each in places.items():
            found[int(at)] = patched(old[int(at)], each)
        return found
    raise ValueError(f"{kind!r} is no change of {type(old).__name__}")
