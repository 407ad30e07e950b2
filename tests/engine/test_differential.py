"""The docker command line and dockermagic build the same Dockerfiles: equal configuration, equal history, equal files."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dockermagic
from dockermagic.builds.cell import build_quietly
from dockermagic.builds.request import BuildRequest
from dockermagic.engine.address import Address
from dockermagic.engine.engine import Engine as Client
from dockermagic.errors import DockerMagicError
from tests.engine import context_tree, examples
from tests.engine.examples import Example
from tests.engine.image_contents import Contents, contents_of, differences
from tests.rig import engines, images
from tests.rig.clients import Cli
from tests.rig.places import RigError

pytestmark = pytest.mark.again

EXAMPLES = list(examples.all_examples())
Tag = Callable[[str], str]


class Bench:
    """Builds one example by both ways, from the same folder, on one engine."""

    def __init__(self, url: str, cli: Cli, folder: Path, tag: Tag) -> None:
        self.engine, self.cli, self.tag = engines.at(url), cli, tag
        self.folder = folder
        self.secret = folder / "secret.txt"
        self.secret.write_text(examples.SECRET)
        self.context = self.plant(f"{folder.name}-context")  # by its last name, buildx may take it for one that it has seen
        self.since = time.time() - 60
        self.base = ""

    def plant(self, name: str) -> Path:
        """Make a fresh folder the context."""
        self.context = self.folder / name
        self.context.mkdir()
        context_tree.plant(self.context)
        return self.context

    def prepare(self, example: Example) -> None:
        """Write the .dockerignore, and build the example's own base image."""
        if "ignore" in example.given:
            (self.context / ".dockerignore").write_text("".join(f"{line}\n" for line in example.given["ignore"]))
        if "base" in example.given:
            self.base = self.tag("base")
            self.cli.run("build", "-q", "-t", self.base, "-", text=examples.read(example.one("base")).text)
        context_tree.age(self.context)

    def build_args(self, example: Example) -> dict[str, str]:
        return {**example.pairs("build-arg"), **({"BASE": self.base} if self.base else {})}

    def by_command_line(self, example: Example) -> str:
        """Build with the docker command line; give the image's name."""
        name = self.tag("truth")
        arguments = ["build", "--no-cache", "-t", name, "-f", "-"]
        arguments += [f"--build-arg={key}={value}" for key, value in self.build_args(example).items()]
        arguments += [f"--label={key}={value}" for key, value in example.pairs("label").items()]
        arguments += [f"--secret=id={key},src={self.secret}" for key in example.given.get("secret", [])]
        arguments += [f"--target={example.one('target')}"] if example.one("target") else []
        self.cli.run(*arguments, str(self.context), text=example.text)
        return name

    def by_dockermagic(self, example: Example) -> str:
        """Build with dockermagic; give the image's name."""
        name = self.tag("ours")
        build = dockermagic.build(
            example.text,
            tag=name,
            context=self.context,
            build_args=self.build_args(example),
            labels=example.pairs("label"),
            secrets=[f"id={key},src={self.secret}" for key in example.given.get("secret", [])],
            target=example.one("target"),
            no_cache=True,
            engine=Client(Address(self.engine.url)),
        )
        assert build.succeeded
        return name

    def look(self, name: str) -> Contents:
        """Look into an image, but not into the layers of the base images."""
        api = self.engine.client().api
        known = {layer for base in images.BASES for layer in api.inspect_image(base)["RootFS"]["Layers"]}
        return contents_of(self.engine, name, self.since, known)


@pytest.fixture
def bench(docker_engine: str, docker_cli: Callable[[str], Cli], tmp_path: Path, tag: Tag) -> Iterator[Bench]:
    yield Bench(docker_engine, docker_cli(docker_engine), tmp_path, tag)
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_there_are_enough_examples() -> None:
    assert len(EXAMPLES) >= 40
    assert sum(example.is_for("20.10") for example in EXAMPLES) >= 35


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_equal_images(example: Example, bench: Bench) -> None:
    """Where the engine's own Dockerfile frontend is too old for the syntax, both must refuse."""
    bench.prepare(example)
    if not example.is_for(bench.engine.version):
        with pytest.raises(RigError):
            bench.by_command_line(example)
        with pytest.raises(DockerMagicError):
            bench.by_dockermagic(example)
        return
    truth, ours = bench.look(bench.by_command_line(example)), bench.look(bench.by_dockermagic(example))
    assert differences(truth, ours) == []


def test_a_dockerfiles_own_dockerignore(bench: Bench) -> None:
    text = "FROM busybox\nCOPY . /all\n"
    folder = bench.context / "docker"
    folder.mkdir()
    (folder / "app.Dockerfile").write_text(text)
    (folder / "app.Dockerfile.dockerignore").write_text("*.log\ndir\n")
    (bench.context / ".dockerignore").write_text("*.txt\n")
    context_tree.age(bench.context)
    truth, ours = bench.tag("truth"), bench.tag("ours")
    file = str(folder / "app.Dockerfile")
    bench.cli.run("build", "--no-cache", "-t", truth, "-f", file, str(bench.context))
    request = BuildRequest(
        text, context=str(bench.context), tags=(ours,), no_cache=True, write=file, dockerfile_path="docker/app.Dockerfile"
    )
    assert build_quietly(request, Client(Address(bench.engine.url))).succeeded
    seen = bench.look(ours)
    assert "all/a.txt" in seen.layers[0]
    assert "all/one.log" not in seen.layers[0]
    assert differences(bench.look(truth), seen) == []


@pytest.mark.parametrize("name", ["copy-destinations", "hard-links", "modes", "metadata"])
def test_the_comparer_finds_nothing_in_equal_images(name: str, bench: Bench) -> None:
    example = examples.read(name)
    bench.prepare(example)
    assert differences(bench.look(bench.by_command_line(example)), bench.look(bench.by_command_line(example))) == []


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "content": (lambda root: (root / "modes/script.sh").write_text("#!/bin/SH\n"), "sha256"),
    "mode": (lambda root: (root / "modes/private").chmod(0o640), "mode '0600' became '0640'"),
    "special bits": (lambda root: (root / "modes/setuid").chmod(0o755), "mode '4755' became '0755'"),
    "new file": (lambda root: (root / "modes/new").touch(), "modes/new: is new"),
    "missing file": (lambda root: (root / "modes/none").unlink(), "modes/none: is missing"),
    "link target": (lambda root: _relink(root / "modes/link"), "link 'script.sh' became 'private'"),
    "hard link undone": (lambda root: _undo(root / "modes/hard-two"), "same ("),
    "empty folder": (lambda root: (root / "modes/void").rmdir(), "modes/void: is missing"),
}


def _relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("private")


def _undo(path: Path) -> None:
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize("change", CHANGES)
def test_the_comparer_finds_a_change(change: str, bench: Bench) -> None:
    example = Example("modes", "FROM busybox\nCOPY modes /modes\n")
    plant_more(bench.context)
    before = bench.look(bench.by_command_line(example))
    # A folder of its own: in the same one the command line misses an edit that keeps size and time.
    bench.plant(f"{bench.folder.name}-changed")
    plant_more(bench.context)
    make, sign = CHANGES[change]
    make(bench.context)
    context_tree.age(bench.context)
    found = differences(before, bench.look(bench.by_command_line(example)))
    assert any(sign in line for line in found), found


def plant_more(context: Path) -> None:
    """Add links and an empty folder to those that are changed."""
    (context / "modes/link").symlink_to("script.sh")
    (context / "modes/hard-one").write_text("shared\n")
    (context / "modes/hard-two").hardlink_to(context / "modes/hard-one")
    (context / "modes/void").mkdir()
    context_tree.age(context)


def test_the_comparer_finds_a_changed_time_and_configuration(bench: Bench) -> None:
    before = bench.look(bench.by_command_line(Example("x", "FROM busybox\nCOPY a.txt /\nENV A=1\n")))
    os.utime(bench.context / "a.txt", (context_tree.LONG_AGO + 1, context_tree.LONG_AGO + 1))
    found = differences(before, bench.look(bench.by_command_line(Example("x", "FROM busybox\nCOPY a.txt /\nENV A=2\n"))))
    assert [line.partition(":")[0] for line in found] == ["config Env", "history", "layer 0, a.txt"]
