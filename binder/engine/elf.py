"""What an ELF file needs: read from its dynamic section, so that nothing of another machine has to be run."""

from __future__ import annotations

import struct
from pathlib import Path

LOAD, DYNAMIC, INTERPRETER = 1, 2, 3
NEEDED, STRINGS = 1, 5


def needed(path: Path) -> tuple[str, ...]:
    """Give the names of the libraries that a program or library is linked with; none when it is static, or no ELF file."""
    with path.open("rb") as file:
        content = file.read() if file.read(5) == b"\x7fELF\x02" and not file.seek(0) else b""
    if not content:
        return ()
    at, size, count = struct.unpack_from("<Q14xHH", content, 32)[0], *struct.unpack_from("<HH", content, 54)
    heads = [struct.unpack_from("<IIQQQQQQ", content, at + index * size) for index in range(count)]
    loads = [(head[3], head[2], head[5]) for head in heads if head[0] == LOAD]

    def offset(address: int) -> int:
        return next(address - begin + start for begin, start, length in loads if begin <= address < begin + length)

    found, strings = [], 0
    for head in heads:
        if head[0] != DYNAMIC:
            continue
        for place in range(head[2], head[2] + head[5], 16):
            tag, value = struct.unpack_from("<QQ", content, place)
            if tag == 0:
                break
            if tag == NEEDED:
                found.append(value)
            elif tag == STRINGS:
                strings = offset(value)
    return tuple(content[strings + each : content.index(b"\0", strings + each)].decode() for each in found)
