"""Reaching an engine as the docker CLI does: `docker system dial-stdio` at the other end of ssh."""

from __future__ import annotations

import contextlib
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import urlsplit

from dockermagic.errors import EngineError

PATIENCE = 2.0
"""Seconds that ssh is given to end once its connection was closed."""


class Tunnel(socket.socket):
    """Our end of a connection that an ssh process carries; when the socket is closed for good, the process is ended too."""

    process: subprocess.Popen[bytes] | None = None
    complaints: IO[bytes] | None = None
    _heard = False

    def sendall(self, *arguments: Any) -> None:
        """Send; see `recv`."""
        with self._told():
            super().sendall(*arguments)

    def recv(self, *arguments: Any) -> bytes:
        """Receive; an end before anything was heard is told in the words of ssh."""
        with self._told():
            data = super().recv(*arguments)
            self._listen(len(data))
            return data

    def recv_into(self, *arguments: Any) -> int:
        """Receive into a buffer; see `recv`."""
        with self._told():
            count = super().recv_into(*arguments)
            self._listen(count)
            return count

    def _listen(self, count: int) -> None:
        if count == 0 and not self._heard:
            raise ConnectionResetError
        self._heard = True

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (BrokenPipeError, ConnectionResetError):
            if not self._heard and (said := self._words()):
                raise ConnectionError(said) from None
            raise

    def _words(self) -> str:
        """Give the last line that ssh, or the docker CLI behind it, has written to stderr."""
        if self.process is None or self.complaints is None or self.complaints.closed:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self.complaints.seek(0)
        lines = self.complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
        return f"ssh says: {lines[-1].strip()}" if lines else f"ssh ended with exit code {self.process.returncode}"

    def close(self) -> None:
        """Close the socket; end ssh once nobody reads from it through a file either."""
        super().close()
        process = self.process
        if process is None or self.fileno() != -1:
            return
        self.process = None
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self.complaints is not None:
            self.complaints.close()


def dial(url: str, timeout: float | None) -> Tunnel:
    """Open a connection to the engine behind an ssh:// address.

    Parameters:
        url: ssh://user@host:port/path-of-the-socket; user, port and path may be missing.
        timeout: seconds until ssh gives up to connect; None for 30.

    Raises:
        EngineError: the address names no host, or there is no ssh here.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise EngineError(f"“{url}” is not an address of a Docker engine: {error}.", "Write ssh://user@host.") from error
    if not host or host.startswith("-"):
        raise EngineError(f"“{url}” names no host.", "Write ssh://user@host.")
    command = ["ssh", "-o", f"ConnectTimeout={int(timeout or 30)}", "-T"]
    command += ["-l", parts.username] if parts.username else []
    command += ["-p", str(port)] if port else []
    remote = ["docker", *(["--host", "unix://" + parts.path] if parts.path.strip("/") else []), "system", "dial-stdio"]
    ours, theirs = socket.socketpair()
    tunnel = Tunnel(fileno=ours.detach())
    tunnel.complaints = tempfile.TemporaryFile()  # noqa: SIM115  # the tunnel closes it
    try:
        with theirs:
            tunnel.process = subprocess.Popen(
                [*command, "--", host, shlex.join(remote)],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=tunnel.complaints,
                # A session of its own: no terminal to ask questions at, and no interrupt that was meant for us.
                start_new_session=True,
            )
    except BaseException as error:
        tunnel.complaints.close()
        tunnel.close()
        if isinstance(error, FileNotFoundError):
            raise EngineError("An engine behind ssh:// needs the ssh program, and there is none here.") from error
        raise
    return tunnel
