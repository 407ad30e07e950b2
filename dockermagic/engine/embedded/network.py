"""The guest's network, a program of its own: frames on one socket, orders on another, connections of the host in between.

    python network.py LIBRARIES FRAMES ORDERS SOCKET

LIBRARIES is a folder; FRAMES and ORDERS are descriptors of SEQPACKET sockets; SOCKET is the path where the guest's engine appears.
Orders are JSON, {"number": 1, "do": "open", "udp": false, "host": "127.0.0.1", "port": 8080, "guest": "10.0.2.15", "to": 8080}; or
"close" instead of "open". The answer is {"number": 1, "refusal": ""}. It ends when the orders' other side does.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from slirp import GUEST, Slirp  # type: ignore[import-not-found,unused-ignore]  # it stands beside this file, which runs by its path

API_PORT = 2375
MOST_FRAMES = 64
"""Frames that are taken before the host's connections have their turn."""


def refusal(udp: bool, host: str, port: int) -> str:
    """Say why a port of the host cannot be had; nothing when it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as tried:
        if not udp:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def carry_out(slirp: Slirp, order: dict[str, Any]) -> str:
    """Carry an order out; says why it could not be."""
    udp, host, port = bool(order["udp"]), str(order["host"]), int(order["port"])
    if order["do"] == "close":
        slirp.close_port(udp, host, port)
        return ""
    why = refusal(udp, host, port)
    if not why and not slirp.forward(udp, host, port, str(order["guest"]), int(order["to"])):
        why = os.strerror(ctypes.get_errno()) or "it cannot be forwarded"
    return why


def serve(slirp: Slirp, frames: socket.socket, orders: socket.socket) -> None:
    """Carry frames and orders until nobody gives orders any more."""
    while True:
        wanted, limit = slirp.wanted()
        wanted[frames.fileno()] = wanted[orders.fileno()] = select.POLLIN
        poll = select.poll()
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        ready = dict(poll.poll(limit))
        slirp.went_on(ready)
        if ready.get(frames.fileno()):
            with contextlib.suppress(BlockingIOError):
                for _ in range(MOST_FRAMES):
                    frame = frames.recv(70_000)
                    if not frame:
                        return
                    slirp.frame(frame)
        if ready.get(orders.fileno()):
            told = orders.recv(70_000)
            if not told:
                return
            order = json.loads(told)
            orders.send(json.dumps({"number": order["number"], "refusal": carry_out(slirp, order)}).encode())


def main() -> None:
    """Set the network up, and serve it."""
    folder, path = sys.argv[1], sys.argv[4]
    frames, orders = (socket.socket(fileno=int(number)) for number in sys.argv[2:4])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    frames.setblocking(False)

    def send(frame: bytes) -> int:
        try:
            return frames.send(frame)
        except OSError:
            return -1

    slirp = Slirp(folder, send)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    if not slirp.forward_socket(path, GUEST, API_PORT):
        sys.exit(f"no socket can be made at {path}")
    orders.send(json.dumps({"number": 0, "refusal": ""}).encode())
    serve(slirp, frames, orders)


if __name__ == "__main__":
    main()
