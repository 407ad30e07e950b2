"""Programs on a terminal, for notebooks of the tests: a local one, and one in a container."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
from typing import Any


class LocalProgram:
    """A program of this machine on a pseudo-terminal."""

    def __init__(self, *command: str) -> None:
        self.master, slave = os.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # Ctrl-C goes to whoever has the terminal
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", "PS1": "$ "},
        )
        os.close(slave)
        self.total = 0

    def read(self) -> bytes:
        try:
            data = os.read(self.master, 65536)
        except OSError:  # what Linux says when the last program on the terminal has ended
            return b""
        self.total += len(data)
        return data

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.master, data) :]

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGHUP)

    def finish(self) -> str:
        code = self.process.wait(10)
        os.close(self.master)
        return f"exited with code {code}"


class ContainerProgram:
    """A program that is started in a container of its own, with a terminal; the container is removed when it ends."""

    def __init__(self, url: str, *command: str) -> None:
        import docker

        self.client = docker.DockerClient(url)
        self.container = self.client.containers.create(
            "busybox:latest",
            list(command),
            tty=True,
            stdin_open=True,
            environment={"TERM": "xterm"},
            labels={"dev.dockermagic.test": "terminal"},
        )
        self.socket: Any = self.container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        self.raw = self.socket._sock
        self.raw.settimeout(None)
        self.container.start()
        self.lock = threading.Lock()

    def read(self) -> bytes:
        return bytes(self.raw.recv(65536))

    def write(self, data: bytes) -> None:
        self.raw.sendall(data)

    def resize(self, columns: int, rows: int) -> None:
        self.container.resize(height=rows, width=columns)

    def close(self) -> None:
        self.container.kill()

    def finish(self) -> str:
        code = self.container.wait()["StatusCode"]
        self.socket.close()
        self.container.remove()
        self.client.close()
        return f"exited with code {code}"
