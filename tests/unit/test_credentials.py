from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockermagic.engine import credentials
from dockermagic.engine.credentials import credentials_for, registry_config
from dockermagic.errors import EngineError

HUB = "https://index.docker.io/v1/"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], Path]:
    """Give a function that writes Docker's config file: text as it is, anything else as JSON."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def write(content: object) -> Path:
        path = tmp_path / "config.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that installs the credential helper "odd" with this shell script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def install(script: str) -> None:
        program = folder / "docker-credential-odd"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return install


def packed(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_nobody_is_logged_in_without_a_config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "nowhere"))
    assert credentials_for("example.org") == ("", "")


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_the_hub_has_one_key(config: Callable[[object], Path], host: str) -> None:
    config({"auths": {HUB: packed("ada", "pass:word")}})
    assert credentials_for(host) == ("ada", "pass:word")


@pytest.mark.parametrize("key", ["example.org:5000", "https://example.org:5000", "http://example.org:5000/v2/"])
def test_a_registry_may_be_written_as_an_address(config: Callable[[object], Path], key: str) -> None:
    config({"auths": {key: packed("ada", "word")}})
    assert credentials_for("example.org:5000") == ("ada", "word")
    assert credentials_for("example.org") == ("", "")


def test_an_identity_token_stands_in_the_secrets_place(config: Callable[[object], Path]) -> None:
    config({"auths": {"example.org": {**packed("ada", ""), "identitytoken": "token"}}})
    assert credentials_for("example.org") == ("", "token")


@pytest.mark.parametrize(
    "entry", [{}, {"auth": ""}, {"auth": "***"}, {"auth": "/w=="}, {"auth": 7}, None, [], "x", {"identitytoken": None}]
)
def test_an_entry_that_cannot_be_read_is_no_login(config: Callable[[object], Path], entry: object) -> None:
    config({"auths": {"example.org": entry, "other.org": packed("ada", "word")}})
    assert credentials_for("example.org") == ("", "")
    assert credentials_for("other.org") == ("ada", "word")


@pytest.mark.parametrize("text", ["{", "[]", "7", '"hunter2"', "\x00", "[" * 100_000])
def test_a_config_file_that_is_not_json_is_told_and_not_quoted(config: Callable[[object], Path], text: str) -> None:
    path = config(text)
    with pytest.raises(EngineError, match="is not JSON") as caught:
        credentials_for("example.org")
    assert str(path) in caught.value.message
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("content", [{"auths": []}, {"credHelpers": 3}, {"auths": None, "credsStore": ""}])
def test_sections_of_another_shape_hold_nothing(config: Callable[[object], Path], content: object) -> None:
    config(content)
    assert credentials_for("example.org") == ("", "")


def test_a_helper_is_asked(config: Callable[[object], Path], helper: Callable[[str], None]) -> None:
    config({"credHelpers": {"example.org": "odd"}, "auths": {"example.org": packed("not", "this")}})
    helper("""read host; printf '{"ServerURL":"%s","Username":"ada","Secret":"%s of %s"}' "$host" "$1" "$host" """)
    assert credentials_for("example.org") == ("ada", "get of example.org")


def test_a_helpers_token(config: Callable[[object], Path], helper: Callable[[str], None]) -> None:
    config({"credsStore": "odd"})
    helper("""printf '{"Username":"<token>","Secret":"abc"}'""")
    assert credentials_for("docker.io") == ("", "abc")


def test_a_helper_that_knows_of_nothing(config: Callable[[object], Path], helper: Callable[[str], None]) -> None:
    config({"credsStore": "odd", "auths": {"example.org": packed("ada", "word")}})
    helper("echo credentials not found in native keychain; exit 1")
    assert credentials_for("example.org") == ("ada", "word")
    assert credentials_for("other.org") == ("", "")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo hunter2; exit 3", "exit code 3"),
        ("echo hunter2", "no JSON"),
        ("echo '[\"hunter2\"]'", "no JSON"),
        ("kill -9 $$", "exit code -9"),
    ],
)
def test_a_broken_helper_is_told_without_its_words(
    config: Callable[[object], Path], helper: Callable[[str], None], script: str, said: str
) -> None:
    config({"credsStore": "odd"})
    helper(script)
    with pytest.raises(EngineError, match=said) as caught:
        credentials_for("example.org")
    assert "docker-credential-odd" in caught.value.message
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}{caught.value.__context__}"


@pytest.mark.parametrize("name", ["nosuch", "../odd", "/bin/sh"])
def test_a_helper_that_is_not_there_is_told(config: Callable[[object], Path], name: str) -> None:
    config({"credsStore": name})
    with pytest.raises(EngineError, match="not installed"):
        credentials_for("example.org")


def test_a_helper_that_hangs_is_ended_with_all_that_it_started(
    config: Callable[[object], Path], helper: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "HELPER_WITHIN", 0.3)
    config({"credsStore": "odd"})
    helper(f"sleep 1000 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    with pytest.raises(EngineError, match="did not answer"):
        credentials_for("example.org")
    assert time.monotonic() - began < 5
    child = (tmp_path / "child").read_text().strip()
    deadline = time.monotonic() + 5
    # What was killed and is not yet reaped has an empty command line.
    while (line := Path(f"/proc/{child}/cmdline")).exists() and line.read_bytes():
        assert time.monotonic() < deadline


def test_all_logins_for_the_classic_builder(config: Callable[[object], Path], helper: Callable[[str], None]) -> None:
    config({"credsStore": "odd", "auths": {"a.org": packed("ada", "word"), "b.org": {}}, "credHelpers": {"c.org": "odd"}})
    helper(
        """if [ "$1" = list ]; then printf '{"d.org":"x"}'; else read host; printf '{"Username":"u","Secret":"%s"}' "$host"; fi"""
    )
    assert json.loads(base64.urlsafe_b64decode(registry_config())) == {
        "a.org": {"username": "ada", "password": "word"},
        "c.org": {"username": "u", "password": "c.org"},
        "d.org": {"username": "u", "password": "d.org"},
    }
