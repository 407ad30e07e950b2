"""Images for a room: written into one file here, loaded from it where they are missing."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from dockermagic import session
from dockermagic.console import main, room
from dockermagic.engine import Engine
from tests.engine.making import make
from tests.rig.leftovers import TAG

pytestmark = pytest.mark.again


def test_a_bundle_is_loaded_where_an_image_is_missing(
    here: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "CURRENT", session.Session(here))
    name, file = f"{TAG}-room:1", tmp_path / "room.tar"
    monkeypatch.setattr(room, "IMAGES", ("busybox:latest", name))
    assert main.main(["bundle", "-o", str(file)]) == 1
    assert f"Not here yet: {name}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

    make(f"FROM busybox\nLABEL is={secrets.token_hex(4)}", engine=here, tag=name, context=None)
    assert main.main(["bundle", "-o", str(file)]) == 0
    here.api.remove_image(name, force=True)
    assert main.main(["prefetch", "--from", str(tmp_path / "none.tar")]) == 1
    assert main.main(["prefetch", "--from", str(file), "--image", f"{TAG}-other:1"]) == 1
    assert f"does not have {TAG}-other:1" in capsys.readouterr().err
    assert main.main(["prefetch", "--from", str(file)]) == 0
    assert "All 2 images are here." in capsys.readouterr().out
    assert main.main(["prefetch"]) == 0, "nothing is missing, so nothing is pulled"
