"""`%docker pull`, `push`, `login` with real registries, and `logs`, `events`, `stats` of real containers."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import NotFound

from dockermagic.commands.cell import run_docker
from dockermagic.commands.output_view import Output
from dockermagic.commands.transfer import Transfer
from dockermagic.engine import Engine
from dockermagic.engine.address import Address
from dockermagic.errors import EngineError, UsageError
from dockermagic.labels import KERNEL, NOTEBOOK
from dockermagic.session import Session
from tests.rig.processes import await_fact
from tests.rig.registry import Registry

pytestmark = pytest.mark.engine

Do = Callable[..., Any]


@pytest.fixture
def do(docker_engine: str) -> Iterator[Do]:
    engine = Engine(Address(docker_engine))
    session = Session(engine)

    def run(line: str, cell: str | None = None) -> Any:
        return run_docker(line, session, None, ((NOTEBOOK, "test"), (KERNEL, "test")), Path("/"), cell)

    run.engine = engine  # type: ignore[attr-defined]  # tests ask it, too
    yield run
    session.close()
    engine.close()


def test_a_push_and_a_pull_move_a_layer_once(do: Do, docker_engine: str, registry_beside: Callable[..., Registry]) -> None:
    at = registry_beside(docker_engine)
    reference = at.offer(f"team/lesson-{secrets.token_hex(3)}:1")
    other = f"{at.address}/team/again-{secrets.token_hex(3)}:2"
    try:
        pulled = do(f"pull {reference}")
        assert isinstance(pulled, Transfer)
        assert pulled.how == "ended"
        assert {layer.state for layer in pulled.layers} <= {"done", "there"}
        assert pulled.digest.startswith("sha256:")
        again = do(f"pull {reference}")
        assert again.digest == pulled.digest
        assert again.moved == 0
        do(f"tag {reference} {other}")
        pushed = do(f"push {other}")
        assert pushed.digest == pulled.digest
        assert {layer.state for layer in pushed.layers} == {"mounted"} or {layer.state for layer in pushed.layers} <= {
            "there",
            "mounted",
        }
        assert do(f"pull -q {reference}").text == f"{reference}\n"
    finally:
        at.forget(reference)
        at.forget(other)


def test_a_registry_that_wants_a_login_gets_it(
    do: Do,
    docker_engine: str,
    registry_beside: Callable[..., Registry],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    at = registry_beside(docker_engine, tokens=True)
    reference = at.offer(f"team/secret-{secrets.token_hex(3)}:1")
    with pytest.raises(EngineError) as caught:
        do(f"pull {reference}")
    assert "docker login" in caught.value.hint
    with pytest.raises(EngineError):
        do(f"login -u {at.user} --password-stdin {at.address}", "wrong\n")
    assert not (tmp_path / "config" / "config.json").exists()
    told = do(f"login -u {at.user} --password-stdin {at.address}", f"{at.password}\n")
    assert "Login Succeeded" in told.text
    kept = tmp_path / "config" / "config.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert at.address in json.loads(kept.read_text())["auths"]
    try:
        assert do(f"pull {reference}").how == "ended"
        assert do(f"push {reference}").digest
    finally:
        at.forget(reference)
    assert "Removing" in do(f"logout {at.address}").text
    assert "Not logged in" in do(f"logout {at.address}").text
    assert at.password not in capfd.readouterr().out
    with pytest.raises(UsageError):
        do(f"login -u {at.user} --password-stdin {at.address}")


@pytest.fixture
def talker(do: Do) -> Iterator[str]:
    """Give a container that has printed on both streams, and goes on when a file appears."""
    api = do.engine.api  # type: ignore[attr-defined]  # see `do`
    name = f"dmt{secrets.token_hex(3)}-talker"
    script = "echo out; echo err >&2; echo three; while [ ! -e /go ]; do sleep 0.05; done; echo gone on; sleep 1000"
    api.create_container("busybox", ["sh", "-c", script], name=name)
    api.start(name)
    assert await_fact(lambda: api.logs(name).count(b"\n") == 3, 10)
    yield name
    api.remove_container(name, force=True)


def test_logs_as_the_program_printed_them(do: Do, talker: str, capfd: Any) -> None:
    assert do(f"logs {talker}").data.count("\n") == 3
    out, err = capfd.readouterr()
    assert (sorted(out.split()), err) == (["out", "three"], "err\n")
    assert do(f"logs --tail 1 {talker}").data in ("three\n", "err\n")  # the engine does not keep two streams in order
    assert do(f"logs -n 0 {talker}").data == ""
    assert do(f"logs --since 1h --until 30m {talker}").data == ""
    stamped = do(f"logs -t --tail 1 {talker}").data
    assert stamped.endswith(("Z three\n", "Z err\n"))
    for line in ("logs --tail x", "logs --since yesterday"):
        with pytest.raises(UsageError):
            do(f"{line} {talker}")
    with pytest.raises(EngineError, match="o such container"):
        do("logs nothing-of-that-name")


def test_logs_are_followed_until_the_program_ends(do: Do, talker: str) -> None:
    api = do.engine.api  # type: ignore[attr-defined]  # see `do`
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(do(f"logs -f {talker}").data))
    reader.start()
    made = api.exec_create(talker, ["touch", "/go"])
    api.exec_start(made["Id"])
    assert await_fact(lambda: b"gone on" in api.logs(talker), 10)
    api.kill(talker)
    reader.join(10)
    assert found
    assert found[0].endswith("gone on\n")


def test_events_of_the_past_and_what_a_container_uses(do: Do, talker: str) -> None:
    events = do(f"events --since 10m --until 0s --filter container={talker}").data
    assert [line.split()[2] for line in events.splitlines()][:2] == ["create", "start"]
    assert do(f"events --since 10m --until 0s --filter container={talker} --format '{{{{.Action}}}}'").data.split()[:2] == [
        "create",
        "start",
    ]
    listing = do(f"stats --no-stream {talker}")
    assert listing.rows[0]["Name"] == talker
    assert int(listing.rows[0]["PIDs"]) >= 1
    with pytest.raises(EngineError, match="o such container"):
        do("stats --no-stream nothing-of-that-name")


def test_an_output_without_end_is_kept_in_bounds() -> None:
    output = Output("x", "docker logs x")
    for _ in range(40_000):
        output = output.more(1, "y" * 999 + "\n")
    assert output.log.lines == 40_000
    assert len(output.text) <= 11_000_000
    assert output.text.endswith("y\n")


def test_an_image_that_is_not_there_is_told(do: Do) -> None:
    with pytest.raises((EngineError, NotFound)) as caught:
        do("push nothing-of-that-name-here")
    assert caught.value
