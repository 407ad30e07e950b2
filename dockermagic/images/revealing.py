"""All that an image gives away, as a table: masked wherever it is saved; revealed, if asked for, in the live picture only.

Why so: a notebook is saved, sent and published with its outputs, and whoever reveals a secret wants to look at it once. The live
picture comes from the kernel whenever a page asks for it, so that no file ever has it. In a terminal nothing is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import htpy as h

from dockermagic.images.answers import Answer
from dockermagic.images.given_away import Secret, secrets_of
from dockermagic.images.model import Image
from dockermagic.secrecy import MASK, masked
from dockermagic.views.hostile import clip, one_line, visible
from dockermagic.views.look import Look
from dockermagic.views.table import CELL, ROW, TABLE
from dockermagic.views.units import plural

__all__ = ["GivenAway", "given_away", "wanted"]

MOST_SHOWN = 2000
"""Characters of a value that are drawn."""
HEADS = ("Where", "What", "Value", "Who sees it", "Instead")


@dataclass(frozen=True)
class GivenAway(Answer):
    """What an image gives away: `secrets`, and their `values` in the same order, "" where they were not read."""

    image: str
    secrets: tuple[Secret, ...]
    values: tuple[str, ...] = field(repr=False, default=())
    revealed: bool = False

    def __len__(self) -> int:
        return len(self.secrets)

    def html(self, *, live: bool = False) -> str:
        """Give the markup: values stand in the live one only, and only when they are to be revealed."""
        look, shown = Look(inline=not live), live and self.revealed
        head = h.thead[h.tr(style=ROW)[(h.th(scope="col", style=CELL)[name] for name in HEADS)]]
        rows = [
            h.tr(style=ROW)[
                h.th(scope="row", style=CELL)[where],
                h.td(style=CELL)[secret.what],
                h.td(style=CELL)[h.pre(look("text"))[visible(clip(value, MOST_SHOWN))]],
                h.td(style=CELL)[secret.fate],
                h.td(style=CELL)[secret.mend],
            ]
            for secret, where, value in self._rows(shown)
        ]
        return str(
            h.section(look("root"), aria_label=f"Secrets in {one_line(self.image, 100)}")[
                h.p(look("remark"))[h.strong(look("title"))[self._title()]],
                self.revealed and h.div(look("box", "box-failed"))[self._told(live)],
                h.table(style=TABLE)[head, h.tbody[rows]] if rows else None,
                h.p(look("remark"))[self._last()],
            ]
        )

    def text(self, width: int = 100) -> str:
        """Give the table as lines, values masked."""
        return "\n".join(self._lines(shown=False))

    def revealed_text(self, width: int) -> str:
        """Give it for a terminal, where nothing is saved."""
        return "\n".join(self._lines(shown=self.revealed))

    def _rows(self, shown: bool) -> Iterator[tuple[Secret, str, str]]:
        values = self.values or ("",) * len(self.secrets)
        for secret, value in zip(self.secrets, values, strict=True):
            where = f"layer {secret.layer}: {secret.place}" if secret.layer else secret.place
            if not (shown and value):
                value = masked(secret.given.value) if secret.given is not None else MASK
            yield secret, where, value

    def _lines(self, *, shown: bool) -> Iterator[str]:
        yield self._title()
        if self.revealed and not shown:
            yield self._told(live=False)
        for secret, where, value in self._rows(shown):
            yield f"  {where}: {secret.what}; {secret.fate}"
            yield from (f"      {line}" for line in visible(clip(value, MOST_SHOWN)).splitlines())
            yield f"      → {secret.mend}"
        yield self._last()

    def _title(self) -> str:
        return f"{one_line(self.image, 100)}: {plural(len(self.secrets), 'place')} with what looks like a secret"

    def _told(self, live: bool) -> str:
        return (
            "Revealed here, and only here: the saved notebook has the values masked. Mind who looks on."
            if live
            else "The values were shown in the live picture; what is saved never has them."
        )

    def _last(self) -> str:
        if not self.secrets:
            return "Looked for: known names of files, forms of tokens, names of variables. A secret of another form is not found."
        return "Who has the image has these values: change them, then build the image without. Nothing of this left your machine."


def wanted(image: Image) -> list[tuple[int, str]]:
    """Give the files to read, for `given_away`: a layer's number and a path."""
    return [(secret.layer, secret.finding.path) for secret in secrets_of(image) if secret.finding is not None]


def given_away(image: Image, contents: Mapping[tuple[int, str], bytes] | None = None) -> GivenAway:
    """Say what an image gives away.

    Parameters:
        contents: the files that `wanted` names, to reveal the values; None to keep them masked.
    """
    secrets = secrets_of(image)
    if contents is None:
        return GivenAway(image.name, secrets)
    values = []
    for secret in secrets:
        if secret.finding is None:
            values.append(secret.given.value if secret.given is not None else "")
            continue
        content = contents.get((secret.layer, secret.finding.path), b"")
        lines = (
            content.decode("utf-8", "replace").splitlines() if b"\0" not in content[:4096] else [f"{len(content):,} bytes, no text"]
        )
        values.append("\n".join(lines[secret.finding.line - 1 :][:1] if secret.finding.line else lines[:20]))
    return GivenAway(image.name, secrets, tuple(values), revealed=True)
