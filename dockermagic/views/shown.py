"""Which result a cell has just shown, so that the same cell does not draw it a second time as its value."""

from __future__ import annotations

_JUST_SHOWN: list[object] = []


def mark(result: object) -> None:
    """Take note that a cell has shown this result."""
    _JUST_SHOWN[:] = [result]


def marked(result: object) -> bool:
    """Say whether this result was the last one shown."""
    return bool(_JUST_SHOWN) and _JUST_SHOWN[0] is result


def take(result: object) -> bool:
    """Say whether this result was the last one shown, and forget it: asked for again, it is drawn again."""
    found = marked(result)
    _JUST_SHOWN.clear()
    return found


class ShownOnce:
    """An answer that its cell has shown already is not shown a second time as the cell's value."""

    def _ipython_display_(self) -> None:
        if take(self):
            return
        from IPython.display import display

        drawn = getattr(self, "_repr_mimebundle_", None)
        display(drawn() if drawn is not None else {"text/plain": repr(self)}, raw=True)  # type: ignore[no-untyped-call]  # IPython has no types
