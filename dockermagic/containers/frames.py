"""What an engine sends over an attached connection: frames of stdout and stderr, cut anywhere.

1. A frame is 8 bytes of head (stream, three zeros, the length as a big-endian number) and that many bytes.
2. A frame is handed on as it arrives; nothing waits for its end, which may be far.
3. With a terminal there are no frames: all is stdout.
4. Text is UTF-8; what is none becomes U+FFFD. A letter may be cut between two frames of one stream.

Source: Engine API, POST /containers/{id}/attach, "Stream format"; docker/docker, pkg/stdcopy.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

HEAD = 8
STDOUT, STDERR = 1, 2
SYSTEM = 3
"""What the engine itself has to say: an error of its own."""


class Frames:
    """Reads an attached connection's bytes.

    Parameters:
        tty: the program has a terminal.
    """

    def __init__(self, *, tty: bool = False) -> None:
        self._tty = tty
        self._head = b""
        self._stream = STDOUT
        self._left = 0
        self._decoders = {stream: codecs.getincrementaldecoder("utf-8")("replace") for stream in (STDOUT, STDERR)}

    def feed(self, data: bytes) -> Iterator[tuple[int, str]]:
        """Yield what the bytes say: stream and text, pieces of one stream joined."""
        waiting, text = STDOUT, ""
        for stream, piece in self.pieces(data):
            told = STDERR if stream == SYSTEM else STDOUT if stream == 0 else stream
            if told != waiting and text:
                yield waiting, text
                text = ""
            waiting = told
            text += self._decoders[told].decode(piece)
        if text:
            yield waiting, text

    def pieces(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield streams and their bytes.

        Raises:
            ValueError: these are no frames.
        """
        if self._tty:
            yield STDOUT, data
            return
        view, place = memoryview(data), 0
        while place < len(view):
            if not self._left:
                missing = HEAD - len(self._head)
                self._head += view[place : place + missing]
                place += missing
                if len(self._head) < HEAD:
                    return
                self._open(self._head)
                self._head = b""
                continue
            piece = view[place : place + self._left]
            place += len(piece)
            self._left -= len(piece)
            yield self._stream, bytes(piece)

    def _open(self, head: bytes) -> None:
        if head[0] > SYSTEM or head[1:4] != b"\0\0\0":
            raise ValueError("what the engine sends are no frames of output")
        self._stream, self._left = head[0], int.from_bytes(head[4:], "big")

    def close(self) -> Iterator[tuple[int, str]]:
        """Yield what is left of letters that were cut and never ended."""
        for stream, decoder in self._decoders.items():
            if text := decoder.decode(b"", final=True):
                yield stream, text
