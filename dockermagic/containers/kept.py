"""The part of an output that is kept here: its beginning and its end. The whole of it stays in the engine.

1. The first `HEAD` characters stay.
2. Of what follows, the newest `TAIL` characters stay, cut where a line begins if there is one nearby.
3. Between the two stands a line that says how many lines are left out (or characters, where there are no lines).
"""

from __future__ import annotations

from collections import deque

from dockermagic.log import PAGE, Chunk, Log

HEAD = 256 * 1024
TAIL = 768 * 1024
"""Characters."""
SMALL = 4096
"""Characters of a piece that may still grow: a piece for every line would take more room than the lines."""


class Kept:
    """Takes an output piece by piece and keeps a part of it.

    Parameters:
        head, tail: characters.
        whole: where the whole is to be found, for the line in between.
    """

    def __init__(self, head: int = HEAD, tail: int = TAIL, whole: str = "") -> None:
        self.head, self.tail, self.whole = head, tail, whole
        self.lines = 0
        self.version = 0
        self._head: list[Chunk] = []
        self._tail: deque[Chunk] = deque()
        self._head_size = self._tail_size = 0
        self.lines_gone = self.characters_gone = 0

    def add(self, stream: int, text: str) -> None:
        """Take another piece: stream (1 stdout, 2 stderr) and text."""
        self.version += 1
        self.lines += text.count("\n")
        room = self.head - self._head_size
        if room > 0:
            self._head_size += len(text[:room])
            _join(self._head, stream, text[:room])
            text = text[room:]
        if not text:
            return
        if len(text) > self.tail:
            self._forget(text[: -self.tail])
            text = text[-self.tail :]
        self._tail_size += len(text)
        _join(self._tail, stream, text)
        while self._tail_size > self.tail:
            self._shorten()

    def _shorten(self) -> None:
        """Take the oldest piece away, or as much of it as is too much."""
        stream, text = self._tail.popleft()
        excess = self._tail_size - self.tail
        if len(text) > excess + SMALL:
            # A little more than needed, so that the next letters do not copy the piece again; up to the end of a line.
            end = text.find("\n", excess, excess + SMALL) + 1 or excess
            self._tail.appendleft((stream, text[end:]))
            text = text[:end]
        self._tail_size -= len(text)
        self._forget(text)

    def _forget(self, text: str) -> None:
        self.lines_gone += text.count("\n")
        self.characters_gone += len(text)

    def log(self) -> Log:
        """Give what is kept, with a line that tells of what is not; `lines` counts all of them."""
        chunks = list(self._head)
        if self.characters_gone:
            what = f"{self.lines_gone:,} lines" if self.lines_gone else f"{self.characters_gone:,} characters"
            where = f"; {self.whole} has them all" if self.whole else ""
            begin = "" if chunks and chunks[-1][1].endswith("\n") else "\n"
            chunks.append((1, f"{begin}… {what} are left out here{where} …\n"))
        chunks += self._tail
        full = len(chunks) // PAGE * PAGE
        pages = tuple(tuple(chunks[place : place + PAGE]) for place in range(0, full, PAGE))
        return Log(pages, tuple(chunks[full:]), self.lines, sum(len(text) for _, text in chunks))


def _join(chunks: list[Chunk] | deque[Chunk], stream: int, text: str) -> None:
    """Add a piece to the last one, if that is of the same stream and small."""
    if chunks and chunks[-1][0] == stream and len(chunks[-1][1]) < SMALL:
        chunks[-1] = (stream, chunks[-1][1] + text)
    else:
        chunks.append((stream, text))
