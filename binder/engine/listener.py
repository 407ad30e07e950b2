"""A program of 300 bytes for the guest: listens for the host's relay, then becomes another program, which gets that socket.

dockerd takes sockets that way (`-H fd://`, as from systemd); told to listen on TCP itself, it would warn of that in `docker info`.
It is machine code for x86_64, written as `proof.py` writes its program: the package can be made without a compiler.

    LISTEN_FDS=1 LISTEN_PID=$$ exec listener /usr/sbin/dockerd -H fd://
"""

from __future__ import annotations

import struct

ADDRESS, PORT = (10, 0, 2, 15), 2375
CODE = (
    ("b829000000 bf02000000 be01000000 31d2 0f05", "socket(AF_INET, SOCK_STREAM, 0)"),
    ("89c3", "the socket: ebx"),
    (
        "b836000000 89df be01000000 ba02000000 4c8d1568000000 41b804000000 0f05",
        "setsockopt(ebx, SOL_SOCKET, SO_REUSEADDR, &one, 4)",
    ),
    ("b831000000 89df 488d3556000000 ba10000000 0f05", "bind(ebx, &address, 16)"),
    ("85c0 753b", "if it failed: exit"),
    ("b832000000 89df be80000000 0f05", "listen(ebx, 128)"),
    ("83fb03 740e", "if it is not 3, where it is looked for:"),
    ("b821000000 89df be03000000 0f05", "dup2(ebx, 3)"),
    ("488b0c24 488b7c2410 488d742410 488d54cc10 b83b000000 0f05", "execve(argv[1], &argv[1], environment)"),
    ("b83c000000 bf6f000000 0f05", "exit(111)"),
    ("01000000", "one"),
)


def program() -> bytes:
    """Give the program."""
    code = b"".join(bytes.fromhex(part) for part, _meaning in CODE)
    code += struct.pack("<H", 2) + struct.pack(">H", PORT) + bytes(ADDRESS) + bytes(8)
    base, head = 0x400000, 64 + 56
    size = head + len(code)
    elf = b"\x7fELF\x02\x01\x01" + bytes(9)
    elf += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + head, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return elf + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000) + code
