"""The badge that opens the course on Binder."""

from __future__ import annotations

import json

import pytest

from tests.rig.places import ROOT
from tools.badge import badge, link, with_badge

LAUNCH = json.loads((ROOT / "binder/launch.json").read_text())
START = "HEAD?urlpath=lab%2Ftree%2Fcourse%2F01-images-and-containers.ipynb"


@pytest.mark.parametrize(
    ("address", "spec"),
    [
        ("https://github.com/ada/docker.magic.git", "gh/ada/docker.magic"),
        ("git@github.com:ada/dockermagic.git", "gh/ada/dockermagic"),
        ("https://gitlab.com/group/sub/dockermagic/", "gl/group%2Fsub%2Fdockermagic"),
        ("ssh://git@code.example.org/ada/dockermagic", "git/https%3A%2F%2Fcode.example.org%2Fada%2Fdockermagic"),
    ],
)
def test_a_repository_is_launched(address: str, spec: str) -> None:
    assert link(address, LAUNCH) == f"https://mybinder.org/v2/{spec}/{START}"


@pytest.mark.parametrize("address", ["", "/srv/dockermagic", "dockermagic", "https://github.com/"])
def test_what_binder_cannot_clone_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="Binder cannot clone"):
        link(address, LAUNCH)


def test_it_opens_a_lesson_that_there_is() -> None:
    name = LAUNCH["urlpath"].rpartition("/")[2]
    assert LAUNCH["urlpath"] == f"lab/tree/course/{name}"
    assert (ROOT / "notebooks" / name).is_file()


def test_it_stands_below_the_heading_and_takes_an_earlier_ones_place() -> None:
    one, two = (badge(f"https://github.com/ada/{name}", LAUNCH) for name in ("one", "two"))
    first = with_badge("# It\n\nIs.\n\n- a\n", one, LAUNCH["service"])
    assert first == f"# It\n\n{one}\n\nIs.\n\n- a\n"
    assert with_badge(first, two, LAUNCH["service"]) == f"# It\n\n{two}\n\nIs.\n\n- a\n"
