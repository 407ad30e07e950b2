from __future__ import annotations

import pytest

from dockermagic.builds.dockerfile import read_dockerfile
from dockermagic.builds.events import BuildFinished
from dockermagic.builds.fold import apply
from dockermagic.builds.model import Build
from dockermagic.builds.plan import plan_steps
from dockermagic.builds.story import explain
from dockermagic.builds.vertices import TraceReader


def failed(text: str, error: str) -> Build:
    steps = plan_steps(read_dockerfile(text))
    build = Build(dockerfile=text, steps=steps)
    for event in TraceReader(read_dockerfile(text), steps).blame(error, 1.0):
        build = apply(build, event)
    return apply(build, BuildFinished(2.0, "failed", error))


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (
            "docker/dockerfile:1",
            'failed to do request: Head "https://registry-1.docker.io/v2/docker/dockerfile/manifests/1": dial tcp',
        ),
        ("docker/dockerfile:1", "failed to resolve source metadata for docker.io/docker/dockerfile:1: not found"),
        ("localhost:9/no/frontend@sha256:0", 'failed to do request: Head "http://localhost:9/v2/no/frontend/manifests/1"'),
        ("ghcr.io/x/y", "failed to resolve source metadata for ghcr.io/x/y:latest: denied"),
    ],
)
def test_a_frontend_that_cannot_be_fetched_is_told_by_its_line(name: str, error: str) -> None:
    message, hint = explain(failed(f"# escape=\\\n# syntax = {name}\nFROM busybox\n", error))
    assert message.startswith(f"line 2: # syntax = {name}\n")
    assert "Leave the line out" in hint


def test_a_frontend_is_not_blamed_for_another_image() -> None:
    message, hint = explain(failed("# syntax=docker/dockerfile:1\nFROM busybox\n", "failed to resolve source metadata for x/y"))
    assert "syntax" not in message + hint


def test_a_base_without_a_name_is_told_by_its_line() -> None:
    message, hint = explain(failed("ARG B\nFROM ${B} AS x\n", "rpc error: base name (${B}) should not be blank"))
    assert message.startswith("line 2: FROM ${B} AS x")
    assert "--build-arg" in hint


def test_a_broken_connection_says_where_to_look() -> None:
    assert "%docker_engine" in explain(failed("FROM busybox\n", "The connection to the engine broke: it hung up."))[1]
