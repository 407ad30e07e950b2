"""Relays that stand between dockermagic and an engine: over TCP, over TLS, through ssh, and with faults on demand."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PIECE = 1 << 16


class Relay:
    """Carries connections to a Unix socket, and can cut them.

    Parameters:
        target: the engine's socket.
        listener: where clients connect to; it is closed with the relay.
        tls: wraps what clients send.
    """

    def __init__(self, target: str, listener: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        self.target, self.listener, self.tls = target, listener, tls
        self.heard: list[str] = []
        self.watch: Callable[[bytes], None] = lambda data: None
        self._open: list[tuple[bytes, socket.socket, socket.socket]] = []
        self._threads = [threading.Thread(target=self._accept, name="test relay", daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self._spawn(self._carry, client)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, name="test relay", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _carry(self, client: socket.socket) -> None:
        try:
            if self.tls is not None:
                client = self.tls.wrap_socket(client, server_side=True)
            first = client.recv(PIECE)
        except OSError:
            client.close()
            return
        if not first:
            client.close()
            return
        self.heard.append(first.split(b"\r\n")[0].decode("latin-1"))
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(self.target)
        self._open.append((first, client, engine))
        engine.sendall(first)
        back = self._spawn(self._copy, engine, client)
        self._copy(client, engine)
        back.join(timeout=30)
        client.close()
        engine.close()

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := source.recv(PIECE):
                self.watch(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR if self.tls is None else socket.SHUT_RDWR)

    def cut(self, path: bytes = b"") -> None:
        """Break the connections whose request names this path."""
        for first, *ends in self._open:
            if path in first.split(b"\r\n")[0]:
                for end in ends:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, and all that it carries."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(timeout=30)
            assert not thread.is_alive()


def over_tcp(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Give a listener on a port of an address; 0 for any that is free."""
    return socket.create_server((host, port))


def over_unix(path: Path) -> socket.socket:
    """Give a listener at a path."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def port(listener: socket.socket) -> int:
    """Give the port of a listener."""
    return int(listener.getsockname()[1])


@contextlib.contextmanager
def relay(target: str, listener: socket.socket, tls: ssl.SSLContext | None = None) -> Iterator[Relay]:
    """Relay while the block runs; `target` is an engine's address."""
    made = Relay(target.removeprefix("unix://"), listener, tls)
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def answering(listener: socket.socket, answer: bytes | None) -> Iterator[None]:
    """Answer every connection with these bytes and hang up; None: accept, and never say a word."""
    kept: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            kept.append(client)
            if answer is not None:
                with contextlib.suppress(OSError):
                    client.recv(PIECE)
                    client.sendall(answer)
                    client.shutdown(socket.SHUT_RDWR)

    thread = threading.Thread(target=serve, name="test listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)
        for client in kept:
            client.close()


def certificates(folder: Path, host: str = "localhost") -> Path:
    """Make an authority, a server's certificate for a name and the loopback, and a client's, named as docker names them."""
    authority, authority_key = _certificate("authority", host, None, None)
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for name, beginning in (("server", "server-"), ("client", "")):
        certificate, key = _certificate(name, host, authority, authority_key)
        (folder / f"{beginning}cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{beginning}key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
        )
    return folder


def _certificate(
    name: str, host: str, issuer: x509.Certificate | None, issuer_key: ec.EllipticCurvePrivateKey | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer_key or key
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    return builder.sign(signer, hashes.SHA256()), key


def server_tls(folder: Path) -> ssl.SSLContext:
    """Give the server's side of TLS, which asks clients for a certificate of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server-cert.pem", folder / "server-key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context
