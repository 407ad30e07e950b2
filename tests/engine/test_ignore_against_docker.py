"""Our .dockerignore against the docker command line's: the same files reach the builder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockermagic.builds.ignore import Ignore, read_ignore
from tests.rig.clients import Cli
from tests.unit.ignore_cases import CASES, TREE

pytestmark = pytest.mark.slow

SENT_ANYWAY = frozenset({"Dockerfile", ".dockerignore"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with all files of the table."""
    root = tmp_path_factory.mktemp("ignored")
    for path in TREE:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    (root / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    return root


def sent(cli: Cli, folder: Path, ignore: str, into: Path) -> frozenset[str]:
    """Give the files that a build gets to see, as the command line sends them."""
    (folder / ".dockerignore").write_text(ignore, encoding="utf-8", newline="")
    cli.run("build", "--quiet", "--output", f"type=local,dest={into}", str(folder))
    return frozenset(str(path.relative_to(into)) for path in into.rglob("*") if path.is_file())


def kept(ignore: str) -> frozenset[str]:
    """Give the files that we would send."""
    matcher = Ignore(read_ignore(ignore))
    found = set()
    for path in TREE:
        state, parts, left_out = matcher.root(), path.split("/"), False
        for count in range(1, len(parts) + 1):
            left_out, state = matcher.child(state, "/".join(parts[:count]))
        if not left_out:
            found.add(path)
    return frozenset(found)


@pytest.mark.parametrize("ignore", [text for text, _ in CASES])
def test_the_command_line_sends_the_same_files(buildx: Cli, folder: Path, tmp_path: Path, ignore: str) -> None:
    assert sent(buildx, folder, ignore, tmp_path / "out") - SENT_ANYWAY == kept(ignore) - SENT_ANYWAY
