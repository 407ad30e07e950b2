from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from dockermagic.builds.command import docker_command
from dockermagic.builds.request import BuildRequest, Secret


def test_a_cell_travels_as_a_here_document() -> None:
    request = BuildRequest("FROM busybox\nRUN echo 'a'", "/home/me/lesson", tags=("hello:1",))
    assert (
        docker_command(request, "/home/me/lesson")
        == "docker build --tag hello:1 --file - . <<'DOCKERFILE'\nFROM busybox\nRUN echo 'a'\nDOCKERFILE"
    )


def test_an_empty_context_is_a_dash() -> None:
    assert docker_command(BuildRequest("FROM x\n"), "/").startswith("docker build - <<'DOCKERFILE'\n")


def test_a_written_file_is_named() -> None:
    request = BuildRequest("FROM x\n", "/home/me", write="/home/me/app/Dockerfile")
    assert docker_command(request, "/home/me") == "docker build --file app/Dockerfile ."


def test_every_flag_is_there_but_our_labels() -> None:
    request = BuildRequest(
        "FROM x\n",
        "/c",
        tags=("a", "b:2"),
        labels=(("k", "v w"), ("dev.dockermagic.version", "1")),
        build_args=(("A", "1"), ("B", None)),
        secrets=(Secret("s", src="/c/token"), Secret("t", env="T")),
        target="build",
        platform="linux/arm64",
        network="none",
        builder="b",
        add_hosts=("db:10.0.0.5",),
        no_cache=True,
        pull=True,
        quiet=True,
        progress="plain",
    )
    words = shlex.split(docker_command(request, "/c").split(" <<")[0])
    first = "docker build --tag a --tag b:2 --build-arg A=1 --build-arg B --label"
    second = "--target build --platform linux/arm64 --network none --builder b --add-host db:10.0.0.5"
    third = "--secret id=s,src=token --secret id=t,env=T --no-cache --pull --quiet --progress plain --file - ."
    assert words == [*first.split(), "k=v w", *second.split(), *third.split()]


@pytest.mark.parametrize(
    "text", ["FROM x\nRUN cat <<DOCKERFILE\nDOCKERFILE\n", "RUN echo '$HOME' \"`id`\" \\\n  x\n", "no newline"]
)
def test_a_shell_hands_the_text_on_unchanged(tmp_path: Path, text: str) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\ncat\n")
    docker.chmod(0o755)
    command = docker_command(BuildRequest(text), "/")
    said = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": f"{tmp_path}:/bin:/usr/bin"}, capture_output=True, text=True, check=True
    )
    assert said.stdout == text if text.endswith("\n") else text + "\n"
