"""What Tab is given to complete from: every command, and the services of Compose cells."""

from __future__ import annotations

import pytest

from dockermagic import tabs
from dockermagic.commands.registry import verbs
from dockermagic.completions.complete import complete
from dockermagic.completions.world import World
from dockermagic.compose import cell
from dockermagic.magics import DockerMagic


def offered(line: str) -> list[str]:
    world = World(tabs._commands(), tabs._names)
    return [one.text for one in complete(line, len(line), world)]


def test_every_magic_and_every_command_is_known() -> None:
    known = tabs._commands()
    for name in DockerMagic.magics["line"] | DockerMagic.magics["cell"]:
        if name not in ("docker", "compose", "dockerfile"):
            assert f"%{name}" in known
    assert {f"%docker {name}" for name in verbs()} <= set(known)


def test_compose_is_completed_with_its_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell, "_CELLS", {("f", "n"): "services:\n  postgres: {image: x}\n  api: {image: y}\n"})
    assert "logs" in offered("%compose lo")
    assert offered("%compose logs p") == ["postgres"]
    assert offered("%compose stop ") == ["api", "postgres"]
    assert "--build" in offered("%compose up --b")
    assert offered("%compose down a") == []


@pytest.mark.parametrize("text", ["", "services: [", "services: 3", "- a", "\x00", "a: &a [*a]"])
def test_a_cell_that_is_no_compose_file_has_no_services(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(cell, "_CELLS", {("f", "n"): text})
    assert cell.known_services() == []
