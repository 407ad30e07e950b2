"""Where an engine listens, and how to open a connection to it."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dockermagic.errors import EngineError

DEFAULT_TCP_PORT = 2375
DEFAULT_TLS_PORT = 2376


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The files of a TLS connection, as docker names them; empty when absent. `verify`: check the server's certificate."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """Where an engine listens.

    Parameters:
        url: unix:///path, npipe:////./pipe/name, tcp://host:port or ssh://user@host, as in DOCKER_HOST.
        tls: for tcp, the TLS files; None for plain HTTP.
    """

    url: str
    tls: TlsFiles | None = None

    def dial(self, timeout: float | None = None) -> socket.socket:
        """Open a connection that can carry one HTTP exchange, or be upgraded.

        Parameters:
            timeout: seconds to wait for the connection (not for what follows); None for the system's own.

        Raises:
            OSError: nobody listens there.
            EngineError: the address has a form that Docker does not know.
        """
        scheme = self.url.partition("://")[0]
        dialler = _DIALLERS.get(scheme)
        if dialler is None:
            raise EngineError(
                f"“{self.url}” is not an address of a Docker engine.",
                "Addresses look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host.",
            )
        return dialler(self, timeout)


def _dial_unix(address: Address, timeout: float | None) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(address.url.partition("://")[2])
    except OSError:
        connection.close()
        raise
    connection.settimeout(None)
    return connection


def _dial_tcp(address: Address, timeout: float | None) -> socket.socket:
    parts = urlsplit(address.url)
    port = parts.port or (DEFAULT_TLS_PORT if address.tls else DEFAULT_TCP_PORT)
    connection = socket.create_connection((parts.hostname or "localhost", port), timeout=timeout)
    connection.settimeout(None)
    if address.tls is None:
        return connection
    context = ssl.create_default_context(cafile=address.tls.ca or None)
    if not address.tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if address.tls.cert and address.tls.key:
        context.load_cert_chain(address.tls.cert, address.tls.key)
    return context.wrap_socket(connection, server_hostname=parts.hostname)


def _dial_ssh(address: Address, timeout: float | None) -> socket.socket:
    """Reach an engine as the docker CLI does: `docker system dial-stdio` at the other end of ssh."""
    parts = urlsplit(address.url)
    if not parts.hostname or parts.hostname.startswith("-"):
        raise EngineError(f"“{address.url}” names no host.", "Write ssh://user@host.")
    command = ["ssh", "-o", f"ConnectTimeout={int(timeout or 30)}", "-T"]
    command += ["-l", parts.username] if parts.username else []
    command += ["-p", str(parts.port)] if parts.port else []
    remote = ["docker", *(["--host", "unix://" + parts.path] if parts.path.strip("/") else []), "system", "dial-stdio"]
    ours, theirs = socket.socketpair()
    with theirs:
        command += ["--", parts.hostname, shlex.join(remote)]
        subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), start_new_session=True)
    return ours


def _dial_pipe(address: Address, timeout: float | None) -> socket.socket:
    """Reach Docker Desktop's named pipe on Windows, through a pair of sockets that two threads keep copying."""
    if os.name != "nt":
        raise OSError("named pipes exist on Windows only")
    from docker.transport import NpipeSocket

    pipe: Any = NpipeSocket()
    pipe.settimeout(timeout)
    pipe.connect(address.url.partition("://")[2])
    ours, theirs = socket.socketpair()

    def copy(read: Callable[[int], bytes], write: Callable[[bytes], Any], close: Callable[[], Any]) -> None:
        with contextlib.suppress(OSError):
            while data := read(1 << 16):
                write(data)
        with contextlib.suppress(OSError):
            close()

    threading.Thread(target=copy, args=(pipe.recv, theirs.sendall, theirs.close), daemon=True).start()
    threading.Thread(target=copy, args=(theirs.recv, pipe.sendall, pipe.close), daemon=True).start()
    return ours


_DIALLERS: dict[str, Callable[[Address, float | None], socket.socket]] = {
    "unix": _dial_unix,
    "tcp": _dial_tcp,
    "http": _dial_tcp,
    "https": _dial_tcp,
    "ssh": _dial_ssh,
    "npipe": _dial_pipe,
}
