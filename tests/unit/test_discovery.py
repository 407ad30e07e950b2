from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import sys
from pathlib import Path

import pytest

from dockermagic.engine import advice, discovery
from dockermagic.engine.address import Address, TlsFiles
from dockermagic.engine.proof import PROGRAMS, program
from dockermagic.errors import EngineError, EngineNotFound


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write_context(home: Path, name: str, host: str, current: bool = True) -> None:
    root = home / ".docker"
    folder = root / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(
        json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}})
    )
    (root / "config.json").write_text(json.dumps({"currentContext": name} if current else {}))


def test_docker_host_is_the_only_candidate(home: Path) -> None:
    write_context(home, "colima", "unix:///nowhere")
    (found,) = discovery.candidates({"DOCKER_HOST": "tcp://example.org:2375"}, home)
    assert found == discovery.Candidate("DOCKER_HOST", Address("tcp://example.org:2375"), configured=True)


def test_docker_host_with_tls(home: Path) -> None:
    for name in ("ca.pem", "cert.pem"):
        (home / name).write_text("x")
    (found,) = discovery.candidates({"DOCKER_HOST": "tcp://h:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(home)}, home)
    assert found.address.tls == TlsFiles(str(home / "ca.pem"), str(home / "cert.pem"), "", True)


def test_the_current_context_comes_next(home: Path) -> None:
    write_context(home, "colima", "unix:///tmp/colima.sock")
    (found,) = discovery.candidates({}, home)
    assert (found.address.url, found.configured) == ("unix:///tmp/colima.sock", True)
    assert "colima" in found.source


def test_docker_context_names_one(home: Path) -> None:
    write_context(home, "other", "ssh://me@host", current=False)
    (found,) = discovery.candidates({"DOCKER_CONTEXT": "other"}, home)
    assert found.address.url == "ssh://me@host"


def test_a_context_needs_no_config_file(home: Path) -> None:
    write_context(home, "other", "ssh://me@host", current=False)
    (home / ".docker" / "config.json").unlink()
    (found,) = discovery.candidates({"DOCKER_CONTEXT": "other", "DOCKER_CONFIG": str(home / ".docker")}, home)
    assert found.address.url == "ssh://me@host"


def test_the_tls_files_of_a_context(home: Path) -> None:
    write_context(home, "far", "tcp://far:2376")
    folder = home / ".docker" / "contexts" / "tls" / hashlib.sha256(b"far").hexdigest() / "docker"
    folder.mkdir(parents=True)
    for name in ("ca.pem", "key.pem"):
        (folder / name).write_text("x")
    (found,) = discovery.candidates({}, home)
    assert found.address.tls == TlsFiles(str(folder / "ca.pem"), "", str(folder / "key.pem"), True)


@pytest.mark.parametrize("text", ["{", "[]", '{"Endpoints": 7}', '{"Endpoints": {"docker": {"Host": ""}}}'])
def test_a_damaged_context_is_told(home: Path, text: str) -> None:
    write_context(home, "far", "tcp://far:2376")
    (meta,) = (home / ".docker" / "contexts" / "meta").glob("*/meta.json")
    meta.write_text(text)
    with pytest.raises(EngineNotFound, match="“far” names no engine"):
        list(discovery.candidates({}, home))


def test_a_damaged_config_file_names_no_context(home: Path) -> None:
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text("[")
    assert not any(each.configured for each in discovery.candidates({}, home))


def test_a_context_that_does_not_exist_is_told(home: Path) -> None:
    with pytest.raises(EngineNotFound, match="nosuch"):
        list(discovery.candidates({"DOCKER_CONTEXT": "nosuch"}, home))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes instead of sockets")
def test_known_sockets_in_order(home: Path) -> None:
    found = list(discovery.candidates({"XDG_RUNTIME_DIR": "/run/user/7"}, home))
    assert [each.source for each in found[:2]] == ["Docker Engine", "Docker Desktop"]
    assert f"unix://{home}/.colima/default/docker.sock" in [each.address.url for each in found]
    assert found[-2].address.url == "unix:///run/user/7/podman/podman.sock"
    assert not any(each.configured for each in found)


def test_a_dead_configured_engine_is_reported_not_passed_over(home: Path) -> None:
    found = discovery.search({"DOCKER_HOST": f"unix://{home}/dead.sock"}, home)
    assert found.engine is None
    error = discovery.not_found(found)
    assert "DOCKER_HOST" in error.message
    assert "dead.sock" in error.message
    assert "unset DOCKER_HOST" in error.hint


def test_something_that_is_no_engine_is_passed_over_with_its_reason(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home / "x.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()
    monkeypatch.setattr(
        discovery, "_sockets", lambda environ, home: iter([("Docker Engine", str(path)), ("Colima", "/nowhere/y.sock")])
    )
    found = discovery.search({}, home)
    assert [attempt.refusal for attempt in found.attempts] == ["connection refused (nobody listens there)", "no such socket"]
    error = discovery.not_found(found)
    assert "connection refused" in error.message
    assert "nowhere" not in error.message
    assert error.hint


@pytest.mark.parametrize(("system", "said"), [("darwin", "colima"), ("win32", "winget"), ("linux", "docker")])
def test_the_advice_says_what_to_type(system: str, said: str) -> None:
    assert said in advice.how_to_get_one(system)


def test_denied_permission_has_its_own_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "usermod -aG docker" in advice.how_to_get_one("linux", refused=True)


def test_an_address_of_no_known_form_is_refused() -> None:
    with pytest.raises(EngineError, match="gopher"):
        Address("gopher://x").dial()


def test_the_proofs_program_is_an_elf_for_each_architecture() -> None:
    for arch, (machine, code) in PROGRAMS.items():
        binary = program(arch)
        assert binary[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", binary, 18) == (machine,)
        assert binary.endswith(code)


@pytest.mark.skipif(
    not (sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64")),
    reason="the program is for Linux on amd64 or arm64",
)
def test_the_proofs_program_runs_here(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.write_bytes(program({"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]))
    path.chmod(0o755)
    assert os.waitstatus_to_exitcode(os.system(str(path))) == 42
