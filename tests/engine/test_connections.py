"""Ways to reach an engine, and what goes wrong on them: always told in words, in bounded time, with nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import threading
import time
from pathlib import Path

import pytest

import dockermagic
from dockermagic.builds.model import Build
from dockermagic.engine import Engine
from dockermagic.engine.address import Address, TlsFiles
from dockermagic.session import Session
from tests.engine.making import MADE, failing, make, running, salted, statuses
from tests.engine.relays import answering, certificates, over_tcp, over_unix, port, relay, server_tls
from tests.rig.processes import await_fact

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("alone")]


def through(engine: Engine, direct: str, text: str, **options: object) -> Build:
    """Build through a relay; the image is removed later over the engine's own address, when the relay is gone."""
    build = make(text, engine=engine, **options)
    MADE[-1] = (Engine(Address(direct)), build.image_id)
    engine.close()
    return build


def test_over_tcp(docker_engine: str) -> None:
    with relay(docker_engine, over_tcp()) as between:
        engine = Engine(Address(f"tcp://127.0.0.1:{port(between.listener)}"))
        build = through(engine, docker_engine, f"FROM busybox\n{salted()}\n", context=None)
        assert statuses(build) == ["cached", "ran"]
        assert any("/session" in line for line in between.heard)


def test_tcp_goes_straight_there_whatever_proxy_is_set(engine20: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with relay(engine20, over_tcp()) as between:
        engine = Engine(Address(f"tcp://127.0.0.1:{port(between.listener)}"))
        assert through(engine, engine20, "FROM busybox\nENV A=1\n", context=None).succeeded


def test_over_tls_with_a_clients_certificate(docker_engine: str, tmp_path: Path, context: Path) -> None:
    folder = certificates(tmp_path / "..")
    files = TlsFiles(str(folder / "ca.pem"), str(folder / "cert.pem"), str(folder / "key.pem"))
    (context / "big").write_bytes(secrets.token_bytes(3_000_000))
    with relay(docker_engine, over_tcp(), server_tls(folder)) as between:
        engine = Engine(Address(f"tcp://127.0.0.1:{port(between.listener)}", files))
        build = through(engine, docker_engine, "FROM busybox\nCOPY . /app\nRUN wc -c /app/big\n", context=context)
        assert "3000000" in build.steps[2].log


def test_a_certificate_of_somebody_else_is_told(engine20: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        certificates(tmp_path / name)
    with relay(engine20, over_tcp(), server_tls(tmp_path / "one")) as between:
        engine = Engine(Address(f"tcp://127.0.0.1:{port(between.listener)}", TlsFiles(str(tmp_path / "two" / "ca.pem"))))
        with pytest.raises(dockermagic.EngineError, match="certificate is not trusted"):
            _ = engine.about


def test_an_engine_that_vanishes_in_the_middle_is_told(engine20: str, tmp_path: Path) -> None:
    mark = f"{secrets.randbelow(10**6) + 10**6}"
    with relay(engine20, over_unix(tmp_path / "e.sock")) as between:
        engine = Engine(Address(f"unix://{tmp_path}/e.sock"))
        _ = engine.about

        def vanish() -> None:
            await_fact(lambda: running(mark), 30)
            between.cut()

        threading.Thread(target=vanish, name="test", daemon=True).start()
        error = failing(f"FROM busybox\nRUN sleep {mark}\nRUN echo never\n", engine, context=None)
        engine.close()
    assert statuses(error.build) == ["cached", "cancelled", "skipped"]
    assert "The connection to the engine broke" in error.build.error
    assert "%docker_engine" in error.hint
    assert await_fact(lambda: not running(mark), 10)


def test_a_session_that_dies_is_told(docker_engine: str, tmp_path_factory: pytest.TempPathFactory, context: Path) -> None:
    path = tmp_path_factory.mktemp("session") / "s.sock"
    with relay(docker_engine, over_unix(path)) as between:
        engine = Engine(Address(f"unix://{path}"))
        _ = engine.about
        seen = 0

        def watch(data: bytes) -> None:
            nonlocal seen
            seen += len(data)
            if seen > 5_000_000:
                between.cut(b"/session")

        (context / "big").write_bytes(secrets.token_bytes(20_000_000))
        between.watch = watch
        began = time.monotonic()
        error = failing("FROM busybox\nCOPY . /app\n", engine, context=context)
        assert time.monotonic() - began < 20
        engine.close()
    assert error.message
    assert "Traceback" not in str(error)
    assert make(f"FROM busybox\n{salted()}\n", engine=Engine(Address(docker_engine)), context=None).succeeded


def test_a_session_that_is_never_opened_ends(engine20: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something between here and the engine that swallows upgrades."""
    engine = Engine(Address(engine20))
    _ = engine.about
    monkeypatch.setattr("dockermagic.engine.http.UPGRADE_WITHIN", 0.5)
    with answering(over_unix(tmp_path / "mute.sock"), None):
        engine.address = Address(f"unix://{tmp_path}/mute.sock")
        error = failing("FROM busybox\n", engine, context=None)
        engine.close()
    assert "no answer in time" in error.message


def test_an_engine_that_was_restarted_between_two_cells(engine20: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    session = Session()
    with relay(engine20, over_unix(path)):
        first = session.engine
        assert through(first, engine20, "FROM busybox\nENV A=1\n", context=None).succeeded
        first = session.engine
        assert session.engine is first
    path.unlink()
    with pytest.raises(dockermagic.EngineNotFound, match="no such socket"):
        _ = session.engine
    with relay(engine20, over_unix(path)):
        assert through(session.engine, engine20, "FROM busybox\nENV A=2\n", context=None).succeeded


def test_another_engine_that_is_asked_for_is_taken(engine20: str, engine28: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    found = []
    for host in (engine20, engine28, engine20):
        monkeypatch.setenv("DOCKER_HOST", host)
        found.append(session.engine.address.url)
    assert found == [engine20, engine28, engine20]
    session.engine.close()


def open_files() -> set[tuple[int, str]]:
    """Give what this process has open."""
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add((int(path.name), os.readlink(path)))
    return found


def test_ten_builds_leave_no_open_file(docker_engine: str) -> None:
    engine = Engine(Address(docker_engine))
    make("FROM busybox\nENV A=1\n", engine=engine, context=None)
    gc.collect()
    before = open_files()
    for _ in range(10):
        make("FROM busybox\nENV A=1\n", engine=engine, context=None)
    # A connection that was let go of may take a moment to close; one kept open a build would make ten.
    assert await_fact(lambda: gc.collect() >= 0 and len(open_files()) <= len(before), 10), sorted(open_files() - before)
    engine.close()
