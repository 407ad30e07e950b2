"""Where an engine listens, and how to open a connection to it."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dockermagic.errors import EngineError

DEFAULT_TCP_PORT = 2375
DEFAULT_TLS_PORT = 2376
FORMS = "Addresses look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host."


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
            timeout: seconds to wait for the connection, TLS included (not for what follows); None for the system's own.

        Raises:
            OSError: nobody listens there.
            EngineError: the address has a form that Docker does not know, or names TLS files that cannot be read.
        """
        scheme = self.url.partition("://")[0]
        dialler = _DIALLERS.get(scheme)
        if dialler is None:
            raise EngineError(
                f"“{self.url}” is not an address of a Docker engine.",
                FORMS,
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
    host, port = _host_and_port(address)
    connection = socket.create_connection((host, port), timeout=timeout)
    try:
        # A build may be silent for hours: only this notices an engine that is no longer there.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if address.tls is not None:
            connection = _tls_context(address.tls).wrap_socket(connection, server_hostname=host)
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return connection


def _host_and_port(address: Address) -> tuple[str, int]:
    try:
        parts = urlsplit(address.url)
        port = parts.port or (DEFAULT_TLS_PORT if address.tls else DEFAULT_TCP_PORT)
    except ValueError as error:
        raise EngineError(f"“{address.url}” is not an address of a Docker engine: {error}.", FORMS) from error
    return parts.hostname or "localhost", port


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=files.ca or None)
        if not files.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if files.cert and files.key:
            context.load_cert_chain(files.cert, files.key)
    except OSError as error:
        named = ", ".join(name for name in (files.ca, files.cert, files.key) if name)
        raise EngineError(f"The TLS files {named} cannot be read: {error.strerror or error}.", "See DOCKER_CERT_PATH.") from error
    return context


def _dial_ssh(address: Address, timeout: float | None) -> socket.socket:
    from dockermagic.engine.ssh import dial

    return dial(address.url, timeout)


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
