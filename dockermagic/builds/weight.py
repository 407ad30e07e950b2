"""How heavy a context is, and what is worth saying of it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockermagic.builds.context import Entry

HEAVY = 100_000_000


@dataclass(slots=True)
class Weight:
    """How heavy the context is, and what makes it so; counted while it is walked."""

    total: int = 0
    files: int = 0
    folders: dict[str, int] = field(default_factory=dict)
    notebook: str = ""

    def weighing(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        """Hand the entries on, and count them."""
        for entry in entries:
            if stat.S_ISREG(entry.mode) and not entry.target:
                self.total += entry.size
                self.files += 1
                folder = entry.path.partition("/")[0] + "/" if "/" in entry.path else "."
                self.folders[folder] = self.folders.get(folder, 0) + entry.size
                if entry.path.endswith(".ipynb") and not self.notebook:
                    self.notebook = entry.path
            yield entry

    def remarks(self) -> Iterator[str]:
        """Yield what is worth knowing about the context, a sentence or two each."""
        if self.total > HEAVY:
            yield self._heavy()
        if self.notebook:
            yield (
                f"The notebook {self.notebook} is part of the context: whenever it is saved, a COPY that takes it runs again. "
                "A .dockerignore file with the line *.ipynb keeps it out."
            )

    def _heavy(self) -> str:
        """Say how heavy it is, with the three biggest folders."""
        biggest = sorted(self.folders.items(), key=lambda pair: -pair[1])[:3]
        listed = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in biggest)
        return (
            f"The context is large: {self.total / 1e6:,.0f} MB in {self.files:,} files. Biggest: {listed}. "
            "A .dockerignore file keeps out what the build does not need."
        )
