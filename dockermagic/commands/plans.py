"""What a removal takes away: shown first, then done.

A notebook's lesson must never remove what an instructor has on the same engine. So everything that notebooks make has labels, and
what has none is only removed when `--host-wide` is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dockermagic.commands import human
from dockermagic.views.hostile import one_line
from dockermagic.views.shown import ShownOnce
from dockermagic.views.table import Table
from dockermagic.views.units import plural

__all__ = ["Plan", "Removal"]

_WORDS = {
    "container": "containers",
    "network": "networks",
    "volume": "volumes",
    "image": "images",
    "build cache": "build cache entries",
}
"""In the order in which they must go: what stands on something goes before it."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that goes.

    Parameters:
        what: "container", "network", "volume", "image" or "build cache".
        id: what the engine is asked to remove; `name`: for people.
        state: what is worth knowing of it: "running", "used by nothing".
        size: bytes that go with it; None when not known.
        notebook: the notebook that made it; empty when none did.
        outcome: what became of it; empty as long as nothing did.
    """

    what: str
    id: str
    name: str
    state: str
    size: int | None
    notebook: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Plan(ShownOnce):
    """What goes, and what stays because no notebook made it.

    Parameters:
        title: what was asked for.
        removals: in the order in which they go.
        kept: what would go too with --host-wide.
        todo: how to go on; empty once it was done.
        text: what the CLI prints in its place, for `%docker rm -f` and the like.
    """

    title: str
    removals: tuple[Removal, ...]
    kept: tuple[Removal, ...] = ()
    todo: str = ""

    @property
    def size(self) -> int:
        """Bytes that go, as far as they are known."""
        return sum(each.size or 0 for each in self.removals)

    def done(self, outcomes: Sequence[str]) -> Plan:
        """Give the plan after it was carried out, with what became of each removal."""
        ended = zip(self.removals, outcomes, strict=True)
        return replace(self, removals=tuple(replace(each, outcome=outcome) for each, outcome in ended), todo="")

    def counts(self) -> str:
        """Say how many of what."""
        number = {what: sum(each.what == what for each in self.removals) for what in _WORDS}
        parts = [plural(count, what, _WORDS[what]) for what, count in number.items() if count]
        return ", ".join(parts) if parts else "nothing"

    def summary(self) -> str:
        """Say in a sentence what goes or went."""
        if not self.removals:
            return "Nothing to remove."
        failed = sum(each.outcome not in ("", "removed") for each in self.removals)
        verb = "Would go" if self.todo else "Removed"
        text = f"{verb}: {self.counts()}, {human.size(self.size)}."
        return f"{text} {plural(failed, 'of them is still there', 'of them are still there')}." if failed else text

    def remarks(self) -> list[str]:
        """Say what else there is to know."""
        found = [self.todo] if self.todo and self.removals else []
        if self.kept:
            names = ", ".join(one_line(each.name, 60) for each in self.kept[:5]) + (" …" if len(self.kept) > 5 else "")
            number = plural(len(self.kept), "thing")
            found.append(f"Left alone, since no notebook made them: {number} ({names}). --host-wide removes these too.")
        return found

    def table(self) -> Table:
        """Give the removals as a table."""
        rows = tuple(
            (
                one_line(each.name, 80),
                each.what,
                each.outcome or one_line(each.state, 60),
                "" if each.size is None else human.size(each.size),
                one_line(each.notebook, 40) or "not from a notebook",
            )
            for each in self.removals
        )
        return Table(self.summary(), ("Name", "What", "Outcome" if not self.todo else "State", "Size", "Made by"), rows)

    def __repr__(self) -> str:
        shown = self.table().text() if self.removals else self.summary()
        return "\n".join([shown, *self.remarks()])
