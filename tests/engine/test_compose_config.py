"""What we know of a project equals what Docker Compose says of it, over every file in `tests/unit/compose_files`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dockermagic.compose.program import Program
from dockermagic.compose.project import read_project
from dockermagic.compose.run import read_config
from dockermagic.compose.yaml_checks import check
from tests.rig.compose import compose
from tests.rig.fixtures import had

FOLDER = Path(__file__).parents[1] / "unit" / "compose_files"
FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def program() -> Program:
    """Give the real Docker Compose."""
    return had(compose)


def config(program: Program, path: Path, *flags: str) -> dict[str, Any]:
    text = path.read_text()
    environ = {**os.environ, "TOKEN": "t0ken"}
    found, said = read_config(
        program, ["-f", "-", "--project-directory", str(FOLDER), *flags], cell=text, folder=str(FOLDER), environ=environ
    )
    assert found, said
    return found


def test_there_are_enough() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_services_edges_networks_volumes_and_ports_are_those_of_compose(program: Program, path: Path) -> None:
    check(path.read_text())
    flags = ("--profile", "*") if path.stem == "profiles" else ()
    truth = config(program, path, *flags)
    project = read_project(truth)
    services = truth["services"]
    assert project.name == truth["name"]
    assert [each.name for each in project.services] == list(services)
    edges = {
        (name, needed, how["condition"])
        for name, each in services.items()
        for needed, how in (each.get("depends_on") or {}).items()
    }
    assert {(name, edge.service, edge.condition) for name, edge in project.edges} == edges
    for kind in ("networks", "volumes"):
        named = {key: ((each or {}).get("name") or key) for key, each in (truth.get(kind) or {}).items()}
        assert {each.key: each.name for each in getattr(project, kind)} == named
    for name, each in services.items():
        ours = project.service(name)
        assert ours is not None
        ports = [(p["target"], p.get("published", ""), p.get("host_ip", ""), p["protocol"]) for p in each.get("ports") or ()]
        assert [(p.target, p.published, p.host_ip, p.protocol) for p in ours.ports] == ports
        assert {joined.network: list(joined.aliases) for joined in ours.networks} == {
            key: (value or {}).get("aliases", []) for key, value in (each.get("networks") or {}).items()
        }
        mounts = [(m["type"], m.get("source", ""), m["target"], m.get("read_only", False)) for m in each.get("volumes") or ()]
        assert [(m.type, m.source, m.target, m.read_only) for m in ours.mounts][: len(mounts)] == mounts
        assert ours.replicas == each.get("scale", (each.get("deploy") or {}).get("replicas", 1))
        assert ours.image == each.get("image", "")
        assert ours.built == ("build" in each)
        test = (each.get("healthcheck") or {}).get("test")
        disabled = (each.get("healthcheck") or {}).get("disable", False) or test == ["NONE"]
        assert bool(ours.test) == (bool(test) and not disabled)


def test_only_asked_for_profiles_are_there(program: Program) -> None:
    path = FOLDER / "profiles.yaml"
    assert [each.name for each in read_project(config(program, path)).services] == ["always"]
    debug = read_project(config(program, path, "--profile", "debug"))
    assert {each.name for each in debug.services} == {"always", "debug"}
