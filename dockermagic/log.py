"""A log that can be appended to without copying it: the output of a step or of a container."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Chunk = tuple[int, str]
"""Stream (1 stdout, 2 stderr) and text, as the engine sent it."""

PAGE = 256

KEPT = 8_000_000
"""Characters that are kept of an output without end."""


@dataclass(frozen=True, slots=True)
class Log:
    """Chunks of output in the order they came.

    A frozen model would copy a tuple of all chunks for each new one. So full pages are kept aside:
    appending copies at most one page of pointers.
    """

    pages: tuple[tuple[Chunk, ...], ...] = ()
    tail: tuple[Chunk, ...] = ()
    lines: int = 0
    size: int = 0

    def append(self, stream: int, text: str) -> Log:
        """Give the log with one more chunk."""
        lines, size = self.lines + text.count("\n"), self.size + len(text)
        tail = (*self.tail, (stream, text))
        if len(tail) < PAGE:
            return Log(self.pages, tail, lines, size)
        return Log((*self.pages, tail), (), lines, size)

    def newest(self, most: int = KEPT) -> Log:
        """Give the log without its oldest pages, if it holds more characters than `most`; lines go on being counted.

        A program that prints without end must not fill the memory.
        """
        if self.size <= most + most // 4:
            return self
        gone, size = 0, self.size
        while gone < len(self.pages) and size > most:
            size -= sum(len(text) for _, text in self.pages[gone])
            gone += 1
        return Log(self.pages[gone:], self.tail, self.lines, size)

    def chunks(self) -> Iterator[Chunk]:
        """Yield every chunk, oldest first."""
        for page in self.pages:
            yield from page
        yield from self.tail

    def text(self) -> str:
        """Give the whole output, both streams in the order they came."""
        return "".join(text for _, text in self.chunks())

    def last(self, lines: int) -> list[Chunk]:
        """Give the newest chunks that together hold at least `lines` lines (fewer if there are no more)."""
        found: list[Chunk] = []
        wanted = lines + 1
        for page in (self.tail, *reversed(self.pages)):
            for chunk in reversed(page):
                found.append(chunk)
                wanted -= chunk[1].count("\n")
                if wanted <= 0:
                    return found[::-1]
        return found[::-1]

    def __bool__(self) -> bool:
        return bool(self.tail or self.pages)
