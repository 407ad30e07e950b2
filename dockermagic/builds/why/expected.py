"""What a build would do, as an answer that draws itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dockermagic.builds.cause import Forecast
from dockermagic.builds.why.sentences import expected
from dockermagic.views.hostile import one_line
from dockermagic.views.shown import ShownOnce
from dockermagic.views.table import Table
from dockermagic.views.units import plural

__all__ = ["Expected"]


@dataclass(frozen=True, repr=False)
class Expected(ShownOnce):
    """What a build would do now, nothing built.

    `steps` are the forecasts, one an instruction; `texts` and `lines` the instructions; `touched` the files that are taken to be
    changed; `notes` what else has to be said.
    """

    steps: tuple[Forecast, ...]
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    touched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cached(self) -> list[int]:
        """The steps that would come from the cache, by index."""
        return [each.step for each in self.steps if each.status == "cached"]

    @property
    def ran(self) -> list[int]:
        """The steps that would run, by index."""
        return [each.step for each in self.steps if each.status == "ran"]

    def table(self) -> Table:
        """Give the rows: line, instruction, what would happen, why."""
        rows = []
        for each in self.steps:
            if each.status:
                word = {"cached": "◇ cached", "ran": "◆ would run"}[each.status] + ("" if each.certain else " (probably)")
                why = expected(each.cause) if each.cause is not None else ""
                text = one_line(self.texts[each.step].splitlines()[0], 100)
                rows.append((str(self.lines[each.step]), text, word, one_line(why.replace("`", ""), 400)))
        return Table(self._caption(), ("Line", "Instruction", "Expected", "Why"), tuple(rows))

    def _caption(self) -> str:
        told = f"{plural(len(self.ran), 'step')} would run, {len(self.cached)} would come from the cache"
        if self.touched:
            return f"If {', '.join(one_line(each, 60) for each in self.touched[:5])} changed: {told}"
        return f"If it were built now: {told}"

    def __repr__(self) -> str:
        return "\n".join([self.table().text(), *(f"note: {note}" for note in self.notes)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        import htpy as h

        notes = "".join(str(h.p[note]) for note in self.notes)
        return {"text/html": f"{self.table().html()}{notes}", "text/plain": repr(self)}
