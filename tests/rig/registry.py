"""Real registries (Debian's docker-registry) on loopback: open, or behind tokens as Docker Hub is."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import shutil
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from docker.errors import ImageNotFound

from tests.rig import packages
from tests.rig.engines import Engine, new_home
from tests.rig.images import BUSYBOX
from tests.rig.places import ROOT, RigError
from tests.rig.processes import Program, await_fact, start

USER, PASSWORD = "learner", "correct horse"
PUBLIC = "public/"
"""Repositories whose name begins so may be pulled without a login from a registry with tokens."""

STARTS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that the engine beside it reaches: its address, and who may log in ("" when nobody needs to)."""

    address: str
    engine: Engine
    programs: tuple[Program, ...]
    home: Path
    user: str = ""
    password: str = ""

    @property
    def auth_config(self) -> dict[str, str] | None:
        """The login as the Engine API takes it."""
        return {"username": self.user, "password": self.password, "serveraddress": self.address} if self.user else None

    def push(self, image: str, repository: str) -> str:
        """Push an image that the engine has; the engine keeps no new name of it, and not the image if it had no other name.

        Parameters:
            image: a name or an id.
            repository: where to, as "name:tag".

        Returns:
            The reference to pull it by.
        """
        client, reference = self.engine.client(), f"{self.address}/{repository}"
        name, _, tag = repository.partition(":")
        client.api.tag(image, f"{self.address}/{name}", tag)
        try:
            for line in client.api.push(reference, stream=True, decode=True, auth_config=self.auth_config):
                if "error" in line:
                    raise RigError(f"pushing {reference} failed: {line['error']}")
        finally:
            client.images.remove(reference)
        return reference

    def offer(self, repository: str, megabytes: int = 6) -> str:
        """Push an image that nobody has, so that pulling it moves bytes: busybox with random bytes on top.

        Returns:
            The reference to pull it by.
        """
        client = self.engine.client()
        command = ["sh", "-c", f"head -c {megabytes}000000 /dev/urandom > /random"]
        container = client.containers.run(BUSYBOX, command, detach=True)
        try:
            container.wait()
            image = str(container.commit().id)
        finally:
            container.remove(force=True)
        return self.push(image, repository)

    def forget(self, reference: str) -> None:
        """Remove from the engine what was pulled from here, so that the next pull moves bytes again."""
        try:
            self.engine.client().images.remove(reference, force=True)
        except ImageNotFound:
            return

    def config(self, folder: Path) -> Path:
        """Write a Docker configuration file with the login; `DOCKER_CONFIG` takes the folder."""
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps({"auths": {self.address: {"auth": login}}}))
        return folder

    def end(self) -> None:
        """End the registry and remove what it holds."""
        for program in self.programs:
            program.end()
        shutil.rmtree(self.home, ignore_errors=True)


def beside(engine: Engine, *, tokens: bool = False) -> Registry:
    """Start an empty registry on the loopback of an engine; it ends with this process, or with `Registry.end`.

    Parameters:
        engine: who is to reach it; a private engine has a loopback of its own.
        tokens: ask for tokens: anybody may pull what is `PUBLIC`, `USER` with `PASSWORD` may do all.
    """
    if engine.program is None and not sys.platform.startswith("linux"):
        raise RigError("the engine runs in a virtual machine, whose loopback a registry here cannot share")
    home, door = new_home(), _free_port(engine)
    settings: dict[str, object] = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(home / "data")}, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{door}"},
    }
    programs: list[Program] = []
    if tokens:
        desk = _free_port(engine)
        certificate, key = _certificate(home, "tokens")
        programs.append(_start_tokens(engine, desk, certificate, key))
        realm = f"http://127.0.0.1:{desk}/token"
        settings["auth"] = {"token": {"realm": realm, "service": "rig", "issuer": "rig", "rootcertbundle": str(certificate)}}
    programs.append(_start_registry(engine, home, door, settings))
    return Registry(f"127.0.0.1:{door}", engine, tuple(programs), home, *((USER, PASSWORD) if tokens else ()))


def _inside(engine: Engine) -> list[str]:
    return ["nsenter", "--target", str(engine.inside), "--net"] if engine.inside else []


def _free_port(engine: Engine) -> int:
    """Choose a port: beside a private engine the next from 5000 on, since nobody else is there; else any that is free."""
    if engine.inside:
        return next(engine.ports)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _start_tokens(engine: Engine, port: int, certificate: Path, key: Path) -> Program:
    arguments: Sequence[str] = ["-m", "tests.rig.tokens", str(port), str(certificate), str(key)]
    program = start(f"tokens-{port}", [*_inside(engine), sys.executable, *arguments], environment={"PYTHONPATH": str(ROOT)})
    _await_line(program, "listening on")
    return program


def _await_line(program: Program, words: str) -> None:
    if not await_fact(lambda: words in program.log.read_text(errors="replace"), STARTS_WITHIN, program):
        raise RigError(f"{program.name} did not start within {STARTS_WITHIN:.0f} s: {program.last_words()}")


def over_tls(registry: Registry, host: str) -> tuple[Registry, Path]:
    """Start one more on what a registry holds, for others than the engine beside it: over TLS, as registries elsewhere are.

    Parameters:
        host: an address of this machine that they reach.

    Returns:
        It, and the certificate of the authority that vouches for it.
    """
    home, port = new_home(), _free_port(registry.engine)
    certificate, key = _certificate(home, "registry", x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]))
    settings = {
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(registry.home / "data")}},
        "http": {"addr": f"{host}:{port}", "tls": {"certificate": str(certificate), "key": str(key)}},
    }
    program = _start_registry(registry.engine, home, port, settings)
    return Registry(f"{host}:{port}", registry.engine, (program,), home), certificate


def _start_registry(engine: Engine, home: Path, port: int, settings: Mapping[str, object]) -> Program:
    config = home / "config.json"
    config.write_text(json.dumps(settings))  # YAML, of which JSON is a part
    root = packages.unpack(packages.OLD, "docker-registry")
    program = start(f"registry-{port}", [*_inside(engine), f"{root}/usr/bin/docker-registry", "serve", str(config)])
    _await_line(program, "listening on")
    return program


def _certificate(home: Path, purpose: str, *extensions: x509.ExtensionType) -> tuple[Path, Path]:
    """Make a key, and a certificate that vouches for it and for itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rig")])
    now = datetime.datetime.now(datetime.UTC)
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    for extension in extensions:
        unsigned = unsigned.add_extension(extension, critical=False)
    certificate = unsigned.sign(key, hashes.SHA256())
    paths = home / f"{purpose}.crt", home / f"{purpose}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
