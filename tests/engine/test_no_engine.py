"""Addresses where no engine is to be had: told in words, in bounded time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import dockermagic
from dockermagic.engine import Engine, not_found, search
from dockermagic.engine import engine as engines_own
from dockermagic.engine.address import Address, TlsFiles
from tests.engine.making import refused
from tests.engine.relays import answering, over_tcp, over_unix, port
from tests.rig import clients
from tests.rig.fixtures import had

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """Shorten the time that an engine has to say that it is there."""
    monkeypatch.setattr(engines_own, "PING_WITHIN", 0.5)
    return 5.0


def test_tls_files_that_are_no_certificates_are_told(tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).write_text("nothing of the kind\n")
    listener = over_tcp()
    with answering(listener, None), pytest.raises(dockermagic.EngineError, match=r"TLS files .*ca\.pem"):
        Address(f"tcp://127.0.0.1:{port(listener)}", TlsFiles(str(tmp_path / "ca.pem"))).dial(timeout=1)


def test_tls_with_somebody_who_never_answers_ends(patience: float) -> None:
    listener = over_tcp()
    began = time.monotonic()
    with answering(listener, None), pytest.raises(TimeoutError):
        Address(f"tcp://127.0.0.1:{port(listener)}", TlsFiles(verify=False)).dial(timeout=0.5)
    assert time.monotonic() - began < patience


@pytest.mark.parametrize(
    "host",
    ["tcp://127.0.0.1:notaport", "tcp://[::1", "gopher://x", "ssh://", "ssh://-oProxyCommand=x", "fd://", "tcp://127.0.0.1:99999"],
)
def test_an_address_that_is_none_is_told(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert host in refused(monkeypatch, host).message


def test_somebody_who_accepts_and_never_answers_is_given_up(
    patience: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mute.sock"
    with answering(over_unix(path), None):
        assert "no answer in time" in refused(monkeypatch, f"unix://{path}").message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 20\r\n\r\n" + b'{"message":"on fire"}'[:20], "500"),
        (b'HTTP/1.1 500 Oops\r\nContent-Length: 21\r\n\r\n{"message":"on fire"}', "on fire"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 13\r\n\r\n<html></html>", "503 Service Unavailable"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n" + b"no " * 100_000, "no no"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "does not speak HTTP"),
        (b"", "Remote end closed connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", "no Docker engine"),
    ],
)
def test_what_answers_and_is_no_engine_is_told(answer: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "odd.sock"
    with answering(over_unix(path), answer):
        error = refused(monkeypatch, f"unix://{path}")
    assert said in error.message or (said == "500" and "on fir" in error.message)
    assert len(error.message) < 1500


def test_permission_denied_says_who_may(engine20: str) -> None:
    """Another user, in a process of its own."""
    program = (
        "import os, sys\n"
        "import dockermagic.engine\n"
        "found = dockermagic.engine.search\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "os.environ['HOME'] = '/'\n"
        "error = dockermagic.engine.not_found(found())\n"
        "print(error)\n"
    )
    path = Path(engine20.removeprefix("unix://"))
    environment = {**os.environ, "DOCKER_HOST": engine20}
    path.parent.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert "permission denied" in done.stdout, done.stderr
    assert "usermod -aG docker" in done.stdout


def test_a_context_at_a_dead_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    docker = had(lambda: clients.old("unix:///nowhere"))
    made = [docker.program, "context", "create", "far", "--docker", "host=tcp://127.0.0.1:9"]
    subprocess.run(made, env={**os.environ, "DOCKER_CONFIG": str(tmp_path)}, check=True, capture_output=True)
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    error = not_found(search())
    assert "docker context “far”" in error.message
    assert "connection refused" in error.message
    assert "docker context use default" in error.hint


@pytest.mark.parametrize("text", ["[]", '{"auths": {"x": 7}}', '{"auths": {"x": {"auth": "hunter2"}}}', '{"proxies": 7}'])
def test_a_config_file_of_dockers_that_is_damaged_is_told(
    text: str, engine20: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(text)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(dockermagic.EngineError, match="Docker's own config file") as caught:
        _ = Engine(Address(engine20)).about
    assert "config.json" in caught.value.hint
    assert "hunter2" not in str(caught.value)
