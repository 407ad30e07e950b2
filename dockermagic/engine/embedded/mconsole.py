"""The management socket of a User-mode Linux kernel.

Source: Documentation/virt/uml/user_mode_linux_howto_v2.rst and arch/um/drivers/mconsole.h of Linux: datagrams of a head and at most
512 bytes of text; an answer may come in several, each of which says whether more follow.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from dockermagic.errors import EngineError

__all__ = ["Console"]

HEAD = struct.Struct("=III")
"""Of a request: magic, version, length. Of an answer: whether it is an error, whether more follow, length."""
MAGIC, VERSION, ROOM = 0xCAFEBABE, 2, 512
PATIENCE = 5.0
"""Seconds that an answer may take."""


class Console:
    """Where a guest's kernel is asked and told.

    Parameters:
        path: the socket's.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def ask(self, line: str) -> str:
        """Give the answer to a command.

        Parameters:
            line: "proc meminfo" for what the guest's /proc says, "config mem=-16M" to take memory away from the guest.

        Raises:
            EngineError: the kernel refused, in its own words.
            OSError: nobody answers.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
            asking.settimeout(PATIENCE)
            asking.bind("")  # a name of the host kernel's own choice, for the answer
            asking.sendto(_request(line), self._path)
            found, more, error = b"", 1, 0
            while more:
                answer = asking.recv(HEAD.size + ROOM)
                error, more, length = HEAD.unpack_from(answer)
                found += answer[HEAD.size : HEAD.size + length].rstrip(b"\0")
        text = found.decode(errors="replace")
        if error:
            raise EngineError(f"The guest's kernel refused “{line}”: {text.strip()}")
        return text

    def press(self) -> None:
        """Press Ctrl-Alt-Del, to which nothing is answered while the guest shuts down.

        Raises:
            OSError: nobody is there.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
            asking.sendto(_request("cad"), self._path)


def _request(line: str) -> bytes:
    text = line.encode()
    return HEAD.pack(MAGIC, VERSION, len(text)) + text.ljust(ROOM, b"\0")
