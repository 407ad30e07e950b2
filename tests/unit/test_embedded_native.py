"""A dockerd of this machine's own: what it needs, how it is started, and why it ended; none is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dockermagic.engine.embedded import machine, native_command
from dockermagic.engine.embedded.native import last_words
from dockermagic.engine.embedded.places import Places
from dockermagic.engine.embedded.state import State
from dockermagic.engine.embedded.words import private_rows


def test_numbers_for_a_user_namespace(tmp_path: Path) -> None:
    free, bound = tmp_path / "free", tmp_path / "bound"
    free.write_text("Name:\tpython\nNoNewPrivs:\t0\n")
    bound.write_text("Name:\tpython\nNoNewPrivs:\t1\n")
    (tmp_path / "subuid").write_text("jo:100000:65536\n99123:165536:65536\n")
    assert machine.refused_ids(99123, tmp_path, free) == f"{tmp_path}/subgid has no range for 99123"
    assert machine.refused_ids(9912, tmp_path, free) == f"{tmp_path}/subuid has no range for 9912"
    (tmp_path / "subgid").write_text("99123:165536:65536\n")
    assert machine.refused_ids(99123, tmp_path, free) == ""
    assert "no_new_privs" in machine.refused_ids(99123, tmp_path, bound)
    (tmp_path / "nsswitch.conf").write_text("passwd: files\nsubid: sss\n")
    assert machine.refused_ids(9912, tmp_path, free) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", ""),
        ("+ exec dockerd\ntime=now level=warning msg=old\n", ""),
        (
            "failed to start daemon: no\n[rootlesskit:child ] error: command [x] exited: exit status 1\n",
            "failed to start daemon: no",
        ),
        ("[rootlesskit:parent] error: newuidmap failed\n: exit status 1\n", "[rootlesskit:parent] error: newuidmap failed"),
        (
            "[rootlesskit:parent] error: no tap\n[rootlesskit:child ] error: parsing message from fd 3: EOF",
            "[rootlesskit:parent] error: no tap",
        ),
        (f"a{'b' * 500}c", f"a{'b' * 99} … {'b' * 189}c"),
    ],
)
def test_why_a_dockerd_ended(said: str, why: str) -> None:
    assert last_words(said) == why


def test_a_dockerd_of_this_machine() -> None:
    places = Places(Path("/run/here"), Path("/home/jo/my data"))
    told = json.loads(native_command.settings(places))
    assert (told["data-root"], told["hosts"]) == ("/home/jo/my data/docker", ["unix:///run/here/docker.sock"])
    assert "--net" in native_command.private("dockerd", places, beside=True)
    assert "--net" not in native_command.private("dockerd", places, beside=False)
    assert not any(" " in word for word in native_command.rootless("dockerd-rootless.sh", places))
    given = {"DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS": "--cidr=10.0.3.0/24"}
    flags = native_command.rootless_variables(given, places)["DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS"]
    assert flags == "--cidr=10.0.3.0/24 --pidns --state-dir=/run/here/rootlesskit"


def test_what_is_told_of_one() -> None:
    alone = dict(private_rows(State(phase="ready", rung="private dockerd", data="/data")))
    assert alone["Bind mounts reach"] == "every folder that you reach yourself"
    assert "Network" not in alone
    assert "lead" in dict(private_rows(State(phase="ready", rung="private dockerd", apart=True)))["Network"]
