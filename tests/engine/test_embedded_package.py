"""The package dockermagic-engine: what is in it, and that whoever makes it gets the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.rig import embedded
from tests.rig.fixtures import had
from tests.rig.places import CACHE

pytestmark = pytest.mark.long
MOST = 55_000_000
"""Bytes that the published wheel may have."""


def make(out: Path, *options: str) -> Path:
    command = [sys.executable, str(embedded.BUILDER / "build.py"), "--kernel", str(had(embedded.kernel)), "--out", str(out)]
    done = subprocess.run([*command, "--cache", str(CACHE / "engine"), *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (make(tmp_path / name, "--quick", "--work", str(tmp_path / f"work-{name}")) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.timeout(400)
def test_the_published_wheel_is_small_whole_and_says_whose_it_is(tmp_path: Path) -> None:
    wheel = make(tmp_path)
    assert "manylinux_2_28_x86_64" in wheel.name, "what runs on the host runs on old ones, too"
    assert wheel.stat().st_size < MOST
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = next(name.partition("/")[0] for name in names if name.endswith(".dist-info/WHEEL"))
        for line in archive.read(f"{info}/RECORD").decode().splitlines()[:-1]:
            name, digest, size = line.rsplit(",", 2)
            content = archive.read(name)
            hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={hashed}", len(content)), name
        notice = archive.read("dockermagic_engine/NOTICE").decode()
        lock = json.loads(archive.read("dockermagic_engine/lock.json"))
        assert "Written offer" in notice
        assert all(f"{each['name']} {each['version']}" in notice for each in [*lock["packages"], lock["compiled"]])
        licences = {name.rpartition("/")[2] for name in names if name.startswith("dockermagic_engine/licenses/")}
        assert {"linux", "docker.io", "containerd", "crun", "busybox-static", "libslirp", "libglib2.0-0"} <= licences
        assert archive.getinfo("dockermagic_engine/parts/linux").external_attr >> 16 & 0o111
